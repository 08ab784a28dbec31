package digest_test

import (
	"bytes"
	"crypto/md5" // what AWS's fingerprints of public keys are
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// The files in testdata were made without this package, with a shell and openssl:
// a chain of three digests, written member by member, and their signatures:
//
//	printf '%s\n%s\n%s\n%s' END BUCKET/KEY "$(sha256sum < FILE)" PREVIOUS | openssl dgst -sha256 -sign KEY | xxd -p
var golden = []string{"starting", "regular", "empty"}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// testKey is the key of testdata; it says by its header that it protects nothing.
func testKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode(bytes.ReplaceAll(read(t, "key.txt"), []byte("TESTING KEY"), []byte("PRIVATE KEY")))
	if block == nil {
		t.Fatal("no key in testdata")
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

const logs = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/111122223333_CloudTrail_us-east-1_20260302T"

func files() []digest.File {
	return []digest.File{
		{Bucket: "audit", Object: logs + "0905Z_Ab3dEf6hIj9kLm2n.json.gz", HashValue: digest.Hash([]byte("one")), HashAlgorithm: digest.HashAlgorithm,
			NewestEventTime: "2026-03-02T09:04:50Z", OldestEventTime: "2026-03-02T08:59:40Z"},
		{Bucket: "audit", Object: logs + "0910Z_Zb3dEf6hIj9kLm2n.json.gz", HashValue: digest.Hash([]byte("two")), HashAlgorithm: digest.HashAlgorithm,
			NewestEventTime: "2026-03-02T09:09:58Z", OldestEventTime: "2026-03-02T09:05:01Z"},
	}
}

// document is the digest of the hour that ends with end o'clock and 31 seconds.
func document(end int, fingerprint string, previous *digest.Previous, files []digest.File) *digest.Document {
	to := time.Date(2026, 3, 2, end, 0, 31, 0, time.UTC)
	d := &digest.Document{
		AccountID: "111122223333", StartTime: digest.Time(to.Add(-time.Hour)), EndTime: digest.Time(to), Bucket: "audit",
		Object: "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_20260302T" +
			to.Format("150405") + "Z.json.gz",
		Fingerprint: fingerprint, SignatureAlgorithm: digest.SignatureAlgorithm,
	}
	d.AddFiles(files)
	d.Chain(previous)
	return d
}

// The bytes and the signatures of a chain: with files, with one, with none.
func TestDocument_Golden(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	sum := md5.Sum(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	fingerprint := hex.EncodeToString(sum[:])
	var previous *digest.Previous
	for i, list := range [][]digest.File{files(), files()[:1], nil} {
		name := golden[i]
		d := document(10+i, fingerprint, previous, list)
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if want := read(t, name+".json"); !bytes.Equal(body, want) {
			t.Fatalf("%s\n got %s\nwant %s", name, body, want)
		}
		signature, err := d.Sign(body, key)
		if err != nil {
			t.Fatal(err)
		}
		if want := string(read(t, name+".sig")); signature != want {
			t.Fatalf("%s: signature\n got %s\nwant %s", name, signature, want)
		}
		if err := d.Verify(body, signature, &key.PublicKey); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		previous = &digest.Previous{Bucket: d.Bucket, Object: d.Object, Hash: digest.Hash(body), Signature: signature}
	}
}

func TestDocument_Members(t *testing.T) {
	t.Parallel()
	want := []string{
		"awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket", "digestS3Object", "digestPublicKeyFingerprint", "digestSignatureAlgorithm",
		"newestEventTime", "oldestEventTime", "previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
		"previousDigestSignature", "logFiles",
	}
	for name, d := range map[string]*digest.Document{"empty, starting": document(10, "f", nil, nil), "never filled": {}} {
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		dec, got := json.NewDecoder(bytes.NewReader(body)), []string(nil)
		for i := 0; dec.More() || i == 0; i++ {
			token, err := dec.Token()
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 { // the brace
				continue
			}
			got = append(got, fmt.Sprint(token))
			var value any
			if err := dec.Decode(&value); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: members %v, want %v", name, got, want)
		}
	}
	body, err := document(10, "f", nil, nil).Encode()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(body, []byte(`"previousDigestSignature":null,"logFiles":[]}`)) {
		t.Errorf("an empty digest ends in %s", body[len(body)-60:])
	}
}

func TestDocument_AddFiles(t *testing.T) {
	t.Parallel()
	at := func(oldest, newest string) digest.File {
		return digest.File{OldestEventTime: oldest, NewestEventTime: newest}
	}
	const a, b, c, d = "2026-03-02T08:59:40Z", "2026-03-02T09:00:00Z", "2026-03-02T09:00:01Z", "2026-12-31T23:59:59Z"
	for name, x := range map[string]struct {
		files          []digest.File
		oldest, newest string
	}{
		"none":              {nil, "", ""},
		"one":               {[]digest.File{at(a, b)}, a, b},
		"one of one event":  {[]digest.File{at(a, a)}, a, a},
		"in order":          {[]digest.File{at(a, b), at(c, d)}, a, d},
		"late events":       {[]digest.File{at(c, d), at(a, b)}, a, d},
		"one in the other":  {[]digest.File{at(b, c), at(a, d)}, a, d},
		"over each other":   {[]digest.File{at(a, c), at(b, d)}, a, d},
		"all the same time": {[]digest.File{at(b, b), at(b, b)}, b, b},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := &digest.Document{}
			doc.AddFiles(x.files)
			got := [2]string{}
			for i, p := range []*string{doc.OldestEventTime, doc.NewestEventTime} {
				if p != nil {
					got[i] = *p
				}
			}
			if got != [2]string{x.oldest, x.newest} {
				t.Errorf("oldest and newest are %v", got)
			}
			if doc.LogFiles == nil || len(doc.LogFiles) != len(x.files) {
				t.Errorf("files %v", doc.LogFiles)
			}
			if len(x.files) > 0 {
				x.files[0].Object = "changed afterwards"
				if doc.LogFiles[0].Object != "" {
					t.Error("the document shares the caller's list")
				}
			}
		})
	}
}

func TestDocument_Chain(t *testing.T) {
	t.Parallel()
	d := &digest.Document{}
	d.Chain(nil)
	if !reflect.DeepEqual(d, &digest.Document{}) {
		t.Errorf("a starting digest names a previous one: %+v", d)
	}
	d.Chain(&digest.Previous{Bucket: "b", Object: "o", Hash: "h", Signature: "s"})
	want := &digest.Document{PreviousBucket: new("b"), PreviousObject: new("o"), PreviousHashValue: new("h"), PreviousHashAlgorithm: new("SHA-256"), PreviousDigestSignature: new("s")}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("chained to %+v", d)
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	for want, at := range map[string]time.Time{
		"2026-03-02T10:00:31Z": time.Date(2026, 3, 2, 10, 0, 31, 999_999_999, time.UTC),
		"2026-03-01T22:00:00Z": time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("", 7200)),
	} {
		if got := digest.Time(at); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	for want, previous := range map[string]*string{
		"2026-03-02T10:00:31Z\naudit/a/b.json.gz\n" + empty + "\nnull":   nil,
		"2026-03-02T10:00:31Z\naudit/a/b.json.gz\n" + empty + "\nabcdef": new("abcdef"),
		"2026-03-02T10:00:31Z\naudit/a/b.json.gz\n" + empty + "\n":       new(""),
	} {
		if got := string(digest.Text("2026-03-02T10:00:31Z", "audit", "a/b.json.gz", nil, previous)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Everything that is signed: a change of any of it, or of the signature, is found.
func TestDocument_VerifyRefuses(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	body, signature := read(t, "regular.json"), string(read(t, "regular.sig"))
	parse := func() *digest.Document {
		d := new(digest.Document)
		if err := json.Unmarshal(body, d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	if err := parse().Verify(body, signature, &key.PublicKey); err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := parse().Sign(body, stranger)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change    func(*digest.Document)
		signature string
		key       *rsa.PublicKey
	}{
		"another end":                {func(d *digest.Document) { d.EndTime = "2026-03-02T11:00:32Z" }, signature, &key.PublicKey},
		"another bucket":             {func(d *digest.Document) { d.Bucket = "audit2" }, signature, &key.PublicKey},
		"another key":                {func(d *digest.Document) { d.Object += "x" }, signature, &key.PublicKey},
		"slash moved":                {func(d *digest.Document) { d.Bucket, d.Object = "audi", "t"+d.Object }, signature, &key.PublicKey},
		"another previous signature": {func(d *digest.Document) { d.PreviousDigestSignature = new("00") }, signature, &key.PublicKey},
		"no previous signature":      {func(d *digest.Document) { d.PreviousDigestSignature = nil }, signature, &key.PublicKey},
		"signature of another":       {nil, string(read(t, "starting.sig")), &key.PublicKey},
		"signature by another":       {nil, foreign, &key.PublicKey},
		"key of another":             {nil, signature, &stranger.PublicKey},
		"no signature":               {nil, "", &key.PublicKey},
		"half a signature":           {nil, signature[:256], &key.PublicKey},
		"longer signature":           {nil, signature + "00", &key.PublicKey},
		"odd digits":                 {nil, signature[1:], &key.PublicKey},
		"no digits":                  {nil, "signature", &key.PublicKey},
		"white space":                {nil, signature + "\n", &key.PublicKey},
		"zeros":                      {nil, strings.Repeat("0", 512), &key.PublicKey},
	} {
		d := parse()
		if c.change != nil {
			c.change(d)
		}
		if d.Verify(body, c.signature, c.key) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	d := parse()
	for i := range body {
		changed := bytes.Clone(body)
		changed[i] ^= 1 << (i % 8)
		if d.Verify(changed, signature, &key.PublicKey) == nil {
			t.Fatalf("a flipped bit in byte %d of the body: accepted", i)
		}
	}
	raw, err := hex.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1 << (i % 8)
		if d.Verify(body, hex.EncodeToString(changed), &key.PublicKey) == nil {
			t.Fatalf("a flipped bit in byte %d of the signature: accepted", i)
		}
	}
}

func TestDocument_SignRefusesWeakKey(t *testing.T) {
	t.Parallel()
	if s, err := (&digest.Document{}).Sign(nil, &rsa.PrivateKey{}); err == nil || s != "" || !strings.HasPrefix(err.Error(), "sign digest: ") {
		t.Errorf("signature %q, error %v", s, err)
	}
}

// Any text that reads as a digest has one encoding, from which the same digest is
// read again, and no text at all verifies with a signature made for another.
func FuzzDocument(f *testing.F) {
	for _, name := range golden {
		f.Add(read(f, name+".json"))
	}
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"logFiles":null,"previousDigestSignature":"","digestS3Object":"\u0000<&>"}`))
	f.Add([]byte(`{"logFiles":[{}],"LOGFILES":[{"s3Bucket":1}]}`))
	key := testKey(f)
	signature := string(read(f, "regular.sig"))
	signed := sha256.Sum256(read(f, "regular.json"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d := new(digest.Document)
		if json.Unmarshal(body, d) != nil {
			return
		}
		if sha256.Sum256(body) != signed && d.Verify(body, signature, &key.PublicKey) == nil {
			t.Errorf("a foreign signature was accepted for %s", body)
		}
		once, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again := new(digest.Document)
		if err := json.Unmarshal(once, again); err != nil {
			t.Fatal(err)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(once, twice) || !reflect.DeepEqual(d, again) {
			t.Errorf("encoded %s, then %s (%v)", once, twice, err)
		}
	})
}
