package verify_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/verify"
)

func TestRun_Valid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		write func(*vault)
		want  verify.Report
	}{
		"nothing yet":         {func(*vault) {}, verify.Report{}},
		"four hours":          {func(v *vault) { *v = *good(v.TB) }, verify.Report{Digests: 4, Files: 4, Records: 10}},
		"one hour":            {func(v *vault) { v.write(nil, 1, 1, 1) }, verify.Report{Digests: 1, Files: 3, Records: 3}},
		"empty hours only":    {func(v *vault) { v.write(nil); v.write(nil); v.write(nil) }, verify.Report{Digests: 3}},
		"a file of no record": {func(v *vault) { v.write(nil, 0) }, verify.Report{Digests: 1, Files: 1}},
		"logging stopped and started": {func(v *vault) {
			v.write(nil, 1)
			v.write(nil, 1)
			v.previous = nil
			v.write(nil, 1)
			v.write(nil, 1)
			v.previous = nil
			v.write(nil, 1)
		}, verify.Report{Digests: 5, Files: 5, Records: 5, Gaps: 2}},
		"the key was replaced": {func(v *vault) {
			v.write(nil, 1)
			v.write(func(d *digest.Document) { d.Fingerprint = "second" }, 1)
			v.write(func(d *digest.Document) { d.Fingerprint = "second" }, 1)
		}, verify.Report{Digests: 3, Files: 3, Records: 3}},
		"the trail went to another bucket": {func(v *vault) {
			v.write(nil, 1)
			v.bucket = "newer"
			v.write(nil, 2)
			v.write(nil, 2)
		}, verify.Report{Digests: 2, Files: 2, Records: 4}},
		"only a part was listed": {func(v *vault) {
			*v = *good(v.TB)
			v.listed = func(key string) bool { return key >= v.digests[2] }
		}, verify.Report{Digests: 2, Files: 2, Records: 5}},
		"only a part of two Regions was listed": {func(v *vault) {
			other := func(d *digest.Document) { d.Object = strings.ReplaceAll(d.Object, "us-east-1", "us-west-2") }
			v.write(nil, 1)
			v.write(nil, 1)
			v.previous = nil
			v.write(other, 1)
			v.write(other, 1)
			v.listed = func(key string) bool { return key == v.digests[1] || key == v.digests[3] }
		}, verify.Report{Digests: 2, Files: 2, Records: 2}},
		"two trails in one bucket": {func(v *vault) {
			v.write(nil, 1)
			main := v.previous
			v.previous = nil
			v.write(nil, 1) // the other trail's
			v.previous, main = main, v.previous
			v.write(nil, 1)
			v.previous = main
			v.write(nil, 1)
		}, verify.Report{Digests: 4, Files: 4, Records: 4, Gaps: 1}},
		"names that JSON escapes": {func(v *vault) {
			v.bucket = "a&b"
			v.write(func(d *digest.Document) { d.Object = "<é>/CloudTrail-Digest/" }, 1)
			v.write(func(d *digest.Document) { d.Object = "<é>/CloudTrail-Digest/2" }, 1)
		}, verify.Report{Digests: 2, Files: 2, Records: 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t)
			c.write(v)
			want(t, v.run(), c.want)
		})
	}
}

// Each kind of damage to the second and third of four hours, and what is said of it.
func TestRun_Damage(t *testing.T) {
	t.Parallel()
	const (
		second, third = "20260302T110031Z.json.gz", "20260302T120031Z.json.gz"
		lost          = "digest is missing from the chain"
		moved         = "digest has been moved from its original location"
		signature     = "signature verification failed"
		format        = "digest has an invalid format"
		other         = "digest is not the one that the next digest names"
	)
	all := verify.Report{Digests: 4, Files: 4, Records: 10}
	less := func(files, records int) verify.Report {
		return verify.Report{Digests: 4, Files: files, Records: records}
	}
	meta := func(v *vault, i int, change func(map[string]string)) {
		name := bucket + "/" + v.digests[i]
		o := v.objects[name]
		o.metadata = maps.Clone(o.metadata)
		change(o.metadata)
		v.objects[name] = o
	}
	for name, c := range map[string]struct {
		damage   func(v *vault)
		numbers  verify.Report
		findings []string
	}{
		"log file deleted":          {func(v *vault) { delete(v.objects, bucket+"/"+v.logs[2]) }, less(4, 9), []string{"03-00.json.gz: log file is missing"}},
		"first log file deleted":    {func(v *vault) { delete(v.objects, bucket+"/"+v.logs[0]) }, less(4, 8), []string{"01-00.json.gz: log file is missing"}},
		"record cut out":            {func(v *vault) { v.replace(bucket+"/"+v.logs[1], []byte(`{"Records":[]}`)) }, less(4, 7), []string{"01-01.json.gz: hash value doesn't match"}},
		"space added to a log file": {func(v *vault) { v.replace(bucket+"/"+v.logs[1], append(v.unpacked(bucket+"/"+v.logs[1]), ' ')) }, less(4, 7), []string{"01-01.json.gz: hash value doesn't match"}},
		"log file with another's":   {func(v *vault) { v.objects[bucket+"/"+v.logs[1]] = v.objects[bucket+"/"+v.logs[0]] }, less(4, 7), []string{"01-01.json.gz: hash value doesn't match"}},
		"two log files exchanged": {func(v *vault) {
			o := v.objects
			o[bucket+"/"+v.logs[0]], o[bucket+"/"+v.logs[1]] = o[bucket+"/"+v.logs[1]], o[bucket+"/"+v.logs[0]]
		}, less(4, 5), []string{"01-00.json.gz: hash value doesn't match", "01-01.json.gz: hash value doesn't match"}},
		"log file unpacked": {func(v *vault) { n := bucket + "/" + v.logs[2]; v.objects[n] = object{body: v.unpacked(n)} }, less(4, 9), []string{"03-00.json.gz: log file has an invalid format"}},
		"log file emptied":  {func(v *vault) { v.objects[bucket+"/"+v.logs[2]] = object{} }, less(4, 9), []string{"03-00.json.gz: log file has an invalid format"}},
		"log file cut": {func(v *vault) {
			n := bucket + "/" + v.logs[2]
			b := v.objects[n].body
			v.objects[n] = object{body: b[:len(b)-1]}
		}, less(4, 9), []string{"03-00.json.gz: log file has an invalid format"}},
		"log file with a second part": {func(v *vault) {
			n := bucket + "/" + v.logs[2]
			v.objects[n] = object{body: append(bytes.Clone(v.objects[n].body), pack(v, []byte("x"))...)}
		}, less(4, 9), []string{"03-00.json.gz: hash value doesn't match"}},
		"log file in another bucket": {func(v *vault) {
			n := v.logs[2]
			v.objects["other/"+n] = v.objects[bucket+"/"+n]
			delete(v.objects, bucket+"/"+n)
		}, less(4, 9), []string{"03-00.json.gz: log file is missing"}},
		"log file under another key": {func(v *vault) { n := bucket + "/" + v.logs[2]; v.objects[n+"x"] = v.objects[n]; delete(v.objects, n) }, less(4, 9), []string{"03-00.json.gz: log file is missing"}},
		"all log files deleted": {func(v *vault) {
			for _, n := range v.logs {
				delete(v.objects, bucket+"/"+n)
			}
		}, less(4, 0), []string{"01-00.json.gz: log file is missing", "01-01.json.gz: log file is missing", "03-00.json.gz: log file is missing", "04-00.json.gz: log file is missing"}},

		"digest deleted":             {func(v *vault) { delete(v.objects, bucket+"/"+v.digests[1]) }, verify.Report{Digests: 3, Files: 4, Records: 10}, []string{second + ": " + lost}},
		"digest and its log deleted": {func(v *vault) { delete(v.objects, bucket+"/"+v.digests[2]); delete(v.objects, bucket+"/"+v.logs[2]) }, verify.Report{Digests: 3, Files: 3, Records: 9}, []string{third + ": " + lost}},
		"two digests deleted":        {func(v *vault) { delete(v.objects, bucket+"/"+v.digests[1]); delete(v.objects, bucket+"/"+v.digests[2]) }, verify.Report{Digests: 2, Files: 3, Records: 9}, []string{third + ": " + lost}},
		"first digest deleted":       {func(v *vault) { delete(v.objects, bucket+"/"+v.digests[0]) }, verify.Report{Digests: 3, Files: 2, Records: 5}, []string{"20260302T100031Z.json.gz: " + lost}},
		"digest hidden, not deleted": {func(v *vault) {
			v.listed = func(key string) bool { return key != v.digests[2] }
			delete(v.objects, bucket+"/"+v.logs[2])
		}, verify.Report{Digests: 3, Files: 3, Records: 9}, []string{third + ": " + lost}},
		"digest hidden behind a bad one": {func(v *vault) {
			v.listed = func(key string) bool { return key == v.digests[0] || key == v.digests[3] }
			v.replace(bucket+"/"+v.digests[0], []byte("x"))
		}, verify.Report{Digests: 2, Files: 1, Records: 4}, []string{"20260302T100031Z.json.gz: " + format, third + ": " + lost}},
		"digest gone while reading": {func(v *vault) { v.fail[v.digests[1]] = verify.ErrMissing }, all, []string{second + ": digest is missing"}},
		"digest's log list emptied": {func(v *vault) {
			n := bucket + "/" + v.digests[2]
			body := v.unpacked(n)
			at := bytes.Index(body, []byte(`"logFiles":[`))
			v.replace(n, append(bytes.Clone(body[:at]), `"logFiles":[]}`...))
		}, less(3, 9), []string{third + ": " + signature}},
		"space added to a digest": {func(v *vault) { n := bucket + "/" + v.digests[1]; v.replace(n, append(v.unpacked(n), ' ')) }, all, []string{second + ": " + signature}},
		"digest with another's":   {func(v *vault) { v.objects[bucket+"/"+v.digests[2]] = v.objects[bucket+"/"+v.digests[1]] }, less(3, 9), []string{third + ": " + moved}},
		"digest copied":           {func(v *vault) { v.objects[bucket+"/"+v.digests[1]+"x"] = v.objects[bucket+"/"+v.digests[1]] }, verify.Report{Digests: 5, Files: 4, Records: 10}, []string{"20260302T110031Z.json.gzx: " + moved}},
		"digest renamed": {func(v *vault) {
			n := bucket + "/" + v.digests[1]
			v.objects[n+"x"] = v.objects[n]
			delete(v.objects, n)
		}, all, []string{"20260302T110031Z.json.gzx: " + moved, second + ": " + lost}},
		"digest unpacked": {func(v *vault) {
			n := bucket + "/" + v.digests[1]
			v.objects[n] = object{v.unpacked(n), v.objects[n].metadata}
		}, all, []string{second + ": " + format}},
		"digest cut": {func(v *vault) {
			n := bucket + "/" + v.digests[1]
			b := v.objects[n].body
			v.objects[n] = object{b[:len(b)/2], v.objects[n].metadata}
		}, all, []string{second + ": " + format}},
		"digest emptied":          {func(v *vault) { v.replace(bucket+"/"+v.digests[1], nil) }, all, []string{second + ": " + format}},
		"digest of another shape": {func(v *vault) { v.replace(bucket+"/"+v.digests[1], []byte(`[]`)) }, all, []string{second + ": " + format}},
		"digest without members":  {func(v *vault) { v.replace(bucket+"/"+v.digests[1], []byte(`{}`)) }, all, []string{second + ": " + moved}},
		"null for a digest":       {func(v *vault) { v.replace(bucket+"/"+v.digests[1], []byte(`null`)) }, all, []string{second + ": " + moved}},
		"signature removed":       {func(v *vault) { meta(v, 1, func(m map[string]string) { delete(m, "signature") }) }, all, []string{second + ": " + signature}},
		"all metadata removed":    {func(v *vault) { meta(v, 1, func(m map[string]string) { clear(m) }) }, all, []string{second + ": " + signature}},
		"algorithm removed":       {func(v *vault) { meta(v, 1, func(m map[string]string) { delete(m, "signature-algorithm") }) }, all, []string{second + ": " + signature}},
		"signature of another": {func(v *vault) {
			meta(v, 1, func(m map[string]string) { m["signature"] = v.objects[bucket+"/"+v.digests[0]].metadata["signature"] })
		}, all, []string{second + ": " + signature}},
		"signature is no signature": {func(v *vault) { meta(v, 1, func(m map[string]string) { m["signature"] = "true" }) }, all, []string{second + ": " + signature}},
		"newest digest's signature": {func(v *vault) { meta(v, 3, func(m map[string]string) { m["signature"] = "00" }) }, less(3, 6), []string{"20260302T130031Z.json.gz: " + signature}},
		"public key not published":  {func(v *vault) { delete(v.public, "first") }, verify.Report{Digests: 4}, []string{"20260302T100031Z.json.gz: public key not found for fingerprint first", second + ": public key not found for fingerprint first", third + ": public key not found for fingerprint first", "20260302T130031Z.json.gz: public key not found for fingerprint first"}},
		"public key of another":     {func(v *vault) { v.public["first"] = v.public["second"] }, verify.Report{Digests: 4}, []string{"20260302T100031Z.json.gz: " + signature, second + ": " + signature, third + ": " + signature, "20260302T130031Z.json.gz: " + signature}},
		"signature spelled otherwise": {func(v *vault) {
			meta(v, 1, func(m map[string]string) { m["signature"] = strings.ToUpper(m["signature"]) })
		}, all, []string{second + ": " + other}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := good(t)
			c.damage(v)
			want(t, v.run(), c.numbers, c.findings...)
		})
	}
}

// Digests that are signed well but do not belong together: what somebody can make
// who once had the signing key, or found digests of another time.
func TestRun_BrokenChain(t *testing.T) {
	t.Parallel()
	const (
		first = "20260302T100031Z.json.gz"
		lost  = ": digest is missing from the chain"
		other = ": digest is not the one that the next digest names"
		moved = ": digest has been moved from its original location"
	)
	numbers := verify.Report{Digests: 2, Files: 2, Records: 2}
	for name, c := range map[string]struct {
		change   func(v *vault, d *digest.Document)
		numbers  verify.Report
		findings []string
	}{
		"whole":                        {func(*vault, *digest.Document) {}, numbers, nil},
		"names another hash":           {func(_ *vault, d *digest.Document) { d.PreviousHashValue = new(digest.Hash(nil)) }, numbers, []string{first + other}},
		"names no hash":                {func(_ *vault, d *digest.Document) { d.PreviousHashValue = nil }, numbers, []string{first + other}},
		"names another signature":      {func(_ *vault, d *digest.Document) { d.PreviousDigestSignature = new("00") }, numbers, []string{first + other}},
		"names no signature":           {func(_ *vault, d *digest.Document) { d.PreviousDigestSignature = nil }, numbers, []string{first + other}},
		"names a digest never written": {func(_ *vault, d *digest.Document) { d.PreviousObject = new("AWSLogs/x_20260302T093031Z.json.gz") }, numbers, []string{"20260302T093031Z.json.gz" + lost}},
		"names itself":                 {func(_ *vault, d *digest.Document) { d.PreviousObject = &d.Object }, numbers, []string{"20260302T110031Z.json.gz" + other}},
		"names another bucket":         {func(_ *vault, d *digest.Document) { d.PreviousBucket = new("elsewhere") }, numbers, []string{first + lost}},
		"names a false one elsewhere": {func(v *vault, d *digest.Document) {
			d.PreviousBucket = new("elsewhere")
			v.objects["elsewhere/"+*d.PreviousObject] = object{pack(v, []byte(`{}`)), v.objects[bucket+"/"+*d.PreviousObject].metadata}
		}, numbers, []string{first + other}},
		"names an unreadable one elsewhere": {func(v *vault, d *digest.Document) {
			d.PreviousBucket = new("elsewhere")
			v.objects["elsewhere/"+*d.PreviousObject] = object{body: []byte("x")}
		}, numbers, []string{first + ": digest has an invalid format"}},
		"says it lies in another bucket": {func(v *vault, d *digest.Document) {
			v.objects[bucket+"/"+d.Object] = object{} // filled below, with what the other bucket gets
			d.Bucket = "elsewhere"
		}, verify.Report{Digests: 2, Files: 1, Records: 1}, []string{"20260302T110031Z.json.gz" + moved}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t)
			v.write(nil, 1)
			d := v.write(func(d *digest.Document) { c.change(v, d) }, 1)
			if d.Bucket != bucket {
				v.objects[bucket+"/"+d.Object] = v.objects[d.Bucket+"/"+d.Object]
			}
			want(t, v.run(), c.numbers, c.findings...)
		})
	}

	t.Run("an hour written again without its log file", func(t *testing.T) {
		t.Parallel()
		v := good(t)
		before := v.objects[bucket+"/"+v.digests[1]]
		v.hour, v.previous = 2, &digest.Previous{Bucket: bucket, Object: v.digests[1], Hash: digest.Hash(v.unpacked(bucket + "/" + v.digests[1])), Signature: before.metadata["signature"]}
		v.write(nil) // the third hour, signed with the right key, but without a file
		want(t, v.run(), verify.Report{Digests: 4, Files: 3, Records: 9}, "20260302T120031Z.json.gz"+other)
	})
}

// Nobody can miss what nothing names: the newest digest. The next one will.
func TestRun_NewestDigestIsProvenByTheNext(t *testing.T) {
	t.Parallel()
	v := good(t)
	delete(v.objects, bucket+"/"+v.digests[3])
	want(t, v.run(), verify.Report{Digests: 3, Files: 3, Records: 6})
	v.write(nil)
	want(t, v.run(), verify.Report{Digests: 4, Files: 3, Records: 6}, "20260302T130031Z.json.gz: digest is missing from the chain")
}

// Every bit of the content of every file is covered, and every byte of the
// signatures.
func TestRun_EveryByteCounts(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	v.write(nil, 1)
	v.write(nil)
	for _, name := range slices.Sorted(maps.Keys(v.objects)) {
		body := v.unpacked(name)
		for i := range body {
			changed := bytes.Clone(body)
			changed[i] ^= 1 << (i % 8)
			c := v.copy(t)
			c.replace(name, changed)
			if c.run().Valid() {
				t.Errorf("a flipped bit in byte %d of %s was not found", i, name)
			}
		}
		signature := v.objects[name].metadata["signature"]
		for i := range signature {
			changed := []byte(signature)
			changed[i] = "1032547698badcfe"[strings.IndexByte("0123456789abcdef", changed[i])]
			c := v.copy(t)
			c.objects[name] = object{v.objects[name].body, map[string]string{"signature": string(changed), "signature-algorithm": digest.SignatureAlgorithm}}
			if c.run().Valid() {
				t.Errorf("a changed digit %d of the signature of %s was not found", i, name)
			}
		}
	}
}

// A source that fails is no finding: nothing has been proven either way.
func TestRun_SourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	for name, c := range map[string]struct {
		fail func(*vault)
		text string
	}{
		"listing":            {func(v *vault) { v.listing = broken }, "list digests: connection reset"},
		"reading a digest":   {func(v *vault) { v.fail[v.digests[1]] = broken }, "read digest %[2]s: connection reset"},
		"reading a log file": {func(v *vault) { v.fail[v.logs[2]] = broken }, "read log file %[3]s: connection reset"},
		"finding a key":      {func(v *vault) { v.fail["first"] = broken }, "find public key: connection reset"},
		"reading one unlisted": {func(v *vault) {
			v.listed = func(key string) bool { return key > v.digests[1] }
			v.fail[v.digests[1]] = broken
		}, "read digest %[2]s: connection reset"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := good(t)
			c.fail(v)
			text := c.text
			if strings.Contains(text, "%") {
				text = strings.NewReplacer("%[2]s", v.digests[1], "%[3]s", v.logs[2]).Replace(text)
			}
			r, err := verify.Run(t.Context(), v, bucket)
			if !errors.Is(err, broken) || err.Error() != text || r != nil {
				t.Errorf("report %+v, error %v, want %s", r, err, text)
			}
		})
	}
}

// Files of any content are looked at without harm, and none but the one that was
// signed is taken for the digest, nor any but the one that was hashed for the log.
func FuzzRun(f *testing.F) {
	v := newVault(f)
	v.write(nil, 1)
	v.write(nil, 2)
	name, log := bucket+"/"+v.digests[0], bucket+"/"+v.logs[0]
	signed, hashed := v.unpacked(name), v.unpacked(log)
	f.Add(signed, hashed, true)
	f.Add(bytes.ReplaceAll(signed, []byte("logFiles"), []byte("LogFiles")), hashed, true)
	f.Add([]byte(`{"digestS3Bucket":"audit","digestS3Object":"`+v.digests[0]+`","digestPublicKeyFingerprint":"first","logFiles":[{"s3Object":"x"}]}`), []byte(`{"Records":{}}`), true)
	f.Add(v.objects[name].body, v.objects[log].body, false)
	f.Add([]byte{0x1f, 0x8b, 8}, []byte{}, false)
	f.Fuzz(func(t *testing.T, body, file []byte, packed bool) {
		c := v.copy(t)
		if packed {
			c.replace(name, body)
			c.replace(log, file)
		} else {
			c.objects[name] = object{body, v.objects[name].metadata}
			c.objects[log] = object{body: file}
		}
		r := c.run()
		if r.Digests != 2 {
			t.Errorf("%d digests", r.Digests)
		}
		if packed && r.Valid() != (bytes.Equal(body, signed) && bytes.Equal(file, hashed)) {
			t.Errorf("valid is %v: %v", r.Valid(), r.Findings)
		}
	})
}
