package object

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// session is one multipart upload of a test.
type session struct {
	b   *bench
	id  string
	key string
}

func (b *bench) begin(in *s3.CreateMultipartUploadInput) *session {
	b.t.Helper()
	out := must[s3.CreateMultipartUploadOutput](b, "CreateMultipartUpload", in)
	return &session{b, *out.UploadId, in.Key}
}

func (u *session) part(n int64, data string) *s3.UploadPartOutput {
	u.b.t.Helper()
	return must[s3.UploadPartOutput](u.b, "UploadPart", &s3.UploadPartInput{Bucket: "alpha", Key: u.key, UploadId: u.id, PartNumber: n, Body: stream(data)})
}

func (u *session) complete(ps ...s3.CompletedPart) *s3.CompleteMultipartUploadInput {
	return &s3.CompleteMultipartUploadInput{Bucket: "alpha", Key: u.key, UploadId: u.id, MultipartUpload: &s3.CompletedMultipartUpload{Parts: ps}}
}

func listed(n int64, o *s3.UploadPartOutput) s3.CompletedPart {
	return s3.CompletedPart{PartNumber: &n, ETag: o.ETag, ChecksumSHA256: o.ChecksumSHA256, ChecksumCRC32: o.ChecksumCRC32}
}

func TestMultipart(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		u := b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "big/é", ContentType: new("video/x"), Metadata: map[string]string{"m": "1"}})
		if !strings.Contains(b.record, `"eventName":"CreateMultipartUpload"`) || !b.recorded(typeObject, "arn:aws:s3:::alpha/big/é") {
			t.Errorf("record %s", b.record)
		}
		first, second, third := strings.Repeat("a", minPart), strings.Repeat("b", minPart), "tail"
		u.part(2, "replaced later")
		one, three := u.part(1, first), u.part(3, third)
		two := u.part(2, second)
		unused := u.part(9, "not listed")
		_ = unused

		ls := must[s3.ListPartsOutput](b, "ListParts", &s3.ListPartsInput{Bucket: "alpha", Key: u.key, UploadId: u.id, MaxParts: new(int64(2))})
		if len(ls.Parts) != 2 || *ls.Parts[1].Size != minPart || !*ls.IsTruncated || *ls.NextPartNumberMarker != 2 {
			t.Errorf("ListParts = %+v", ls)
		}
		ls = must[s3.ListPartsOutput](b, "ListParts", &s3.ListPartsInput{Bucket: "alpha", Key: u.key, UploadId: u.id, PartNumberMarker: new(int64(2))})
		if len(ls.Parts) != 2 || *ls.Parts[0].PartNumber != 3 || *ls.IsTruncated {
			t.Errorf("ListParts = %+v", ls)
		}
		up := must[s3.ListMultipartUploadsOutput](b, "ListMultipartUploads", &s3.ListMultipartUploadsInput{Bucket: "alpha"})
		if len(up.Uploads) != 1 || *up.Uploads[0].UploadId != u.id || *up.Uploads[0].Key != u.key {
			t.Errorf("ListMultipartUploads = %+v", up)
		}
		if len(b.list("alpha")) != 0 {
			t.Error("visible before it is complete")
		}
		if b.s.names() && len(b.stored("alpha")) != 0 {
			t.Error("parts stand among the objects")
		}

		done := must[s3.CompleteMultipartUploadOutput](b, "CompleteMultipartUpload", u.complete(listed(1, one), listed(2, two), listed(3, three)))
		all := first + second + third
		var digests []byte
		for _, p := range []string{first, second, third} {
			d := md5.Sum([]byte(p))
			digests = append(digests, d[:]...)
		}
		joined := md5.Sum(digests)
		if want := `"` + hex.EncodeToString(joined[:]) + `-3"`; *done.ETag != want {
			t.Errorf("ETag %s, want %s", *done.ETag, want)
		}
		if want := sum("crc64nvme", all); *done.ChecksumCRC64NVME != want || *done.ChecksumType != fullObject {
			t.Errorf("CRC64NVME %s, want %s", *done.ChecksumCRC64NVME, want)
		}
		if got := b.get("alpha", u.key); got != all {
			t.Errorf("%d bytes, want %d", len(got), len(all))
		}
		out := must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: u.key, Range: new(fmt.Sprintf("bytes=%d-%d", minPart-2, 2*minPart+1))})
		if got := readAll(t, out.Body); got != "aa"+second+"ta" || *out.ContentType != "video/x" {
			t.Errorf("range over parts: %d bytes", len(got))
		}
		out = must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: u.key, PartNumber: new(int64(3))})
		if got := readAll(t, out.Body); got != "tail" || *out.PartsCount != 3 || *out.ContentRange != fmt.Sprintf("bytes %d-%d/%d", 2*minPart, 2*minPart+3, 2*minPart+4) {
			t.Errorf("part 3: %q, %s", got, *out.ContentRange)
		}
		b.refused("InvalidPartNumber", "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: u.key, PartNumber: new(int64(4))})
		b.refused("NoSuchUpload", "ListParts", &s3.ListPartsInput{Bucket: "alpha", Key: u.key, UploadId: u.id})
		b.refused("NoSuchUpload", "CompleteMultipartUpload", u.complete(listed(1, one)))

		b.collectLoose()
		if got := b.get("alpha", u.key); got != all {
			t.Error("the collector took parts of the object")
		}
		if b.s.names() {
			if got := b.stored(partBucket); len(got) != 0 {
				t.Errorf("parts left: %q", got)
			}
		} else if got := b.stored("alpha"); len(got) != 3 {
			t.Errorf("%d blobs, want 3", len(got))
		}
		copied := must[s3.CopyObjectOutput](b, "CopyObject", &s3.CopyObjectInput{Bucket: "alpha", Key: "copy", CopySource: "alpha/big/é"})
		if *copied.CopyObjectResult.ChecksumCRC64NVME != sum("crc64nvme", all) || b.get("alpha", "copy") != all {
			t.Errorf("copy of a multipart object: %+v", copied.CopyObjectResult)
		}
		must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: u.key})
		must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "copy"})
		b.collectLoose()
		if got := b.stored("alpha"); len(got) != 0 {
			t.Errorf("bytes left: %q", got)
		}
	})
}

func TestMultipart_abort(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		u := b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "k"})
		u.part(1, "x")
		u.part(2, "y")
		must[s3.AbortMultipartUploadOutput](b, "AbortMultipartUpload", &s3.AbortMultipartUploadInput{Bucket: "alpha", Key: "k", UploadId: u.id})
		b.refused("NoSuchUpload", "AbortMultipartUpload", &s3.AbortMultipartUploadInput{Bucket: "alpha", Key: "k", UploadId: u.id})
		b.refused("NoSuchUpload", "UploadPart", &s3.UploadPartInput{Bucket: "alpha", Key: "k", UploadId: u.id, PartNumber: 3, Body: stream("z")})
		b.collectLoose()
		if got := append(b.stored("alpha"), b.stored(partBucket)...); len(got) != 0 {
			t.Errorf("bytes left: %q", got)
		}
	})
}

func TestMultipart_refusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	u := b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "k"})
	one, two := u.part(1, "small"), u.part(2, "two")
	num := func(n int64) *int64 { return &n }
	for name, tc := range map[string]struct {
		in            *s3.CompleteMultipartUploadInput
		code, message string
	}{
		"no parts":         {u.complete(), "InvalidRequest", "You must specify at least one part"},
		"too small":        {u.complete(listed(1, one), listed(2, two)), "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"},
		"order":            {u.complete(listed(2, two), listed(1, one)), "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number."},
		"twice":            {u.complete(listed(1, one), listed(1, one)), "InvalidPartOrder", ""},
		"unknown part":     {u.complete(listed(3, one)), "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."},
		"another ETag":     {u.complete(s3.CompletedPart{PartNumber: num(1), ETag: two.ETag}), "InvalidPart", ""},
		"no ETag":          {u.complete(s3.CompletedPart{PartNumber: num(1)}), "MalformedXML", ""},
		"another checksum": {u.complete(s3.CompletedPart{PartNumber: num(1), ETag: one.ETag, ChecksumCRC64NVME: new(sum("crc64nvme", "x"))}), "InvalidPart", ""},
	} {
		e := b.refused(tc.code, "CompleteMultipartUpload", tc.in)
		if tc.message != "" && e.Message != tc.message {
			t.Errorf("%s: %q", name, e.Message)
		}
	}
	in := u.complete(listed(1, one))
	in.MpuObjectSize = num(4)
	if e := b.refused("InvalidRequest", "CompleteMultipartUpload", in); e.Message != "The provided 'x-amz-mp-object-size' header value 4 does not match what was computed: 5" {
		t.Error(e.Message)
	}
	in.MpuObjectSize, in.ChecksumCRC64NVME = nil, new(sum("crc64nvme", "other"))
	b.refused("BadDigest", "CompleteMultipartUpload", in)
	in.ChecksumCRC64NVME, in.IfNoneMatch = new(sum("crc64nvme", "small")), new("*")
	b.put("alpha", "k", "there")
	b.refused("PreconditionFailed", "CompleteMultipartUpload", in)
	in.IfNoneMatch = nil
	must[s3.CompleteMultipartUploadOutput](b, "CompleteMultipartUpload", in)

	for _, n := range []int64{0, 10_001} {
		b.refused("InvalidArgument", "UploadPart", &s3.UploadPartInput{Bucket: "alpha", Key: "k", UploadId: u.id, PartNumber: n, Body: stream("x")})
	}
	for alg, kind := range map[string]string{"SHA256": fullObject, "CRC64NVME": composite} {
		b.refused("InvalidRequest", "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "k", ChecksumAlgorithm: &alg, ChecksumType: &kind})
	}
	b.refused("NoSuchUpload", "ListParts", &s3.ListPartsInput{Bucket: "alpha", Key: "k", UploadId: strings.Repeat("x", 2000)})
}

func TestMultipart_checksums(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	big := strings.Repeat("x", minPart)

	u := b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "composite", ChecksumAlgorithm: new("SHA256")})
	part := func(n int64, data string) s3.CompletedPart {
		out := must[s3.UploadPartOutput](b, "UploadPart", &s3.UploadPartInput{
			Bucket: "alpha", Key: u.key, UploadId: u.id, PartNumber: n, Body: stream(data), ChecksumSHA256: new(sum("sha256", data)),
		})
		return listed(n, out)
	}
	one, two := part(1, big), part(2, "end")
	bare := one
	bare.ChecksumSHA256 = nil
	if e := b.refused("InvalidRequest", "CompleteMultipartUpload", u.complete(bare, two)); !strings.Contains(e.Message, "It was missing for part 1 in the request.") {
		t.Error(e.Message)
	}
	b.refused("InvalidRequest", "UploadPart", &s3.UploadPartInput{Bucket: "alpha", Key: u.key, UploadId: u.id, PartNumber: 1, Body: stream("x"), ChecksumCRC32: new(sum("crc32", "x"))})
	done := must[s3.CompleteMultipartUploadOutput](b, "CompleteMultipartUpload", u.complete(one, two))
	h := sigv4.NewChecksum("sha256")
	for _, p := range []s3.CompletedPart{one, two} {
		raw, _ := base64.StdEncoding.DecodeString(*p.ChecksumSHA256)
		h.Write(raw)
	}
	if want := encodeSum(h) + "-2"; *done.ChecksumSHA256 != want || *done.ChecksumType != composite {
		t.Errorf("composite %s, want %s", *done.ChecksumSHA256, want)
	}

	u = b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "full", ChecksumAlgorithm: new("CRC32"), ChecksumType: new(fullObject)})
	in := u.complete(listed(1, u.part(1, big)), listed(2, u.part(2, "end")))
	in.ChecksumCRC32 = new(sum("crc32", big+"end"))
	done = must[s3.CompleteMultipartUploadOutput](b, "CompleteMultipartUpload", in)
	if *done.ChecksumCRC32 != *in.ChecksumCRC32 {
		t.Errorf("full %s", *done.ChecksumCRC32)
	}
}

// TestCombine holds that CRCs of runs give the CRC of the whole.
func TestCombine(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for alg := range polynomials {
		for _, n := range []int{0, 1, 7, 8, 255, 1000, 70_000} {
			a, b := make([]byte, r.IntN(100)), make([]byte, n)
			for _, s := range [][]byte{a, b} {
				for i := range s {
					s[i] = byte(r.Uint32())
				}
			}
			got := crcText(alg, combine(alg, crcValue(sum(alg, string(a))), crcValue(sum(alg, string(b))), int64(n)))
			if want := sum(alg, string(a)+string(b)); got != want {
				t.Errorf("%s of %d and %d: %s, want %s", alg, len(a), n, got, want)
			}
		}
	}
}

func TestListMultipartUploads(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	for _, k := range []string{"a/1", "a/2", "b", "b", "c/1"} {
		b.begin(&s3.CreateMultipartUploadInput{Bucket: "alpha", Key: k})
	}
	walk := func(in s3.ListMultipartUploadsInput) (got []string) {
		in.Bucket = "alpha"
		for range 10 {
			out := must[s3.ListMultipartUploadsOutput](b, "ListMultipartUploads", &in)
			for _, u := range out.Uploads {
				got = append(got, *u.Key)
			}
			for _, p := range out.CommonPrefixes {
				got = append(got, *p.Prefix)
			}
			if !*out.IsTruncated {
				return got
			}
			in.KeyMarker, in.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
		}
		t.Fatal("no end")
		return nil
	}
	for want, in := range map[string]s3.ListMultipartUploadsInput{
		"[a/1 a/2 b b c/1]": {MaxUploads: new(int64(1))},
		"[a/ b b c/]":       {MaxUploads: new(int64(1)), Delimiter: new("/")},
		"[a/1 a/2]":         {Prefix: new("a/")},
		"[c/1]":             {KeyMarker: new("b")},
	} {
		if got := fmt.Sprint(walk(in)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
