package object

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func TestUploadPartCopy(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		b.bucket("beta")
		text := strings.Repeat("a", minPart) + "tail"
		b.put("alpha", "src", text)
		id := *must[s3.CreateMultipartUploadOutput](b, "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: "beta", Key: "dst"}).UploadId
		part := func(n int64, header string) *s3.UploadPartCopyInput {
			in := &s3.UploadPartCopyInput{Bucket: "beta", Key: "dst", UploadId: id, PartNumber: n, CopySource: "/alpha/src"}
			if header != "" {
				in.CopySourceRange = &header
			}
			return in
		}
		var done []s3.CompletedPart
		for i, header := range []string{fmt.Sprintf("bytes=0-%d", minPart-1), fmt.Sprintf("bytes=%d-%d", minPart, minPart+3)} {
			n := int64(i + 1)
			must[s3.UploadPartCopyOutput](b, "UploadPartCopy", part(n, "bytes=0-9")) // replaced by the next
			out := must[s3.UploadPartCopyOutput](b, "UploadPartCopy", part(n, header))
			done = append(done, s3.CompletedPart{PartNumber: &n, ETag: out.CopyPartResult.ETag})
			if !b.recorded(typeObject, "arn:aws:s3:::beta/dst") || !b.recorded(typeObject, "arn:aws:s3:::alpha/src") {
				t.Errorf("record %s", b.record)
			}
		}
		must[s3.CompleteMultipartUploadOutput](b, "CompleteMultipartUpload", &s3.CompleteMultipartUploadInput{
			Bucket: "beta", Key: "dst", UploadId: id, MultipartUpload: &s3.CompletedMultipartUpload{Parts: done},
		})
		if got := b.get("beta", "dst"); got != text {
			t.Errorf("%d bytes, want %d", len(got), len(text))
		}
		b.collectLoose()
		if got := b.get("beta", "dst"); got != text || b.get("alpha", "src") != text {
			t.Error("the collector took bytes in use")
		}
	})
}

func TestUploadPartCopy_refusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.put("alpha", "src", "0123456789")
	etag := *must[s3.HeadObjectOutput](b, "HeadObject", &s3.HeadObjectInput{Bucket: "alpha", Key: "src"}).ETag
	id := *must[s3.CreateMultipartUploadOutput](b, "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "dst"}).UploadId
	for name, c := range map[string]struct {
		change        func(in *s3.UploadPartCopyInput)
		code, message string
	}{
		"no such upload":  {func(in *s3.UploadPartCopyInput) { in.UploadId = "x" }, "NoSuchUpload", ""},
		"no such bucket":  {func(in *s3.UploadPartCopyInput) { in.CopySource = "gone/src" }, "NoSuchBucket", ""},
		"no such key":     {func(in *s3.UploadPartCopyInput) { in.CopySource = "alpha/gone" }, "NoSuchKey", ""},
		"part number":     {func(in *s3.UploadPartCopyInput) { in.PartNumber = 10001 }, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"},
		"open range":      {func(in *s3.UploadPartCopyInput) { in.CopySourceRange = new("bytes=3-") }, "InvalidArgument", ""},
		"suffix range":    {func(in *s3.UploadPartCopyInput) { in.CopySourceRange = new("bytes=-3") }, "InvalidArgument", ""},
		"reversed range":  {func(in *s3.UploadPartCopyInput) { in.CopySourceRange = new("bytes=3-2") }, "InvalidArgument", ""},
		"range past end":  {func(in *s3.UploadPartCopyInput) { in.CopySourceRange = new("bytes=3-10") }, "InvalidArgument", "Range specified is not valid for source object of size: 10"},
		"condition":       {func(in *s3.UploadPartCopyInput) { in.CopySourceIfNoneMatch = &etag }, "PreconditionFailed", ""},
		"customer's key":  {func(in *s3.UploadPartCopyInput) { in.CopySourceSSECustomerAlgorithm = new("AES256") }, "NotImplemented", ""},
		"source's owner":  {func(in *s3.UploadPartCopyInput) { in.ExpectedSourceBucketOwner = new(foreign) }, "AccessDenied", ""},
		"bucket's owner":  {func(in *s3.UploadPartCopyInput) { in.ExpectedBucketOwner = new(foreign) }, "AccessDenied", ""},
		"key of the copy": {func(in *s3.UploadPartCopyInput) { in.Key = strings.Repeat("k", 1025) }, "KeyTooLongError", ""},
	} {
		in := &s3.UploadPartCopyInput{Bucket: "alpha", Key: "dst", UploadId: id, PartNumber: 1, CopySource: "alpha/src"}
		c.change(in)
		if e := b.refused(c.code, "UploadPartCopy", in); c.message != "" && e.Message != c.message {
			t.Errorf("%s: %q, want %q", name, e.Message, c.message)
		}
	}
	if got := b.stored("alpha"); len(got) != 1 {
		t.Errorf("bytes of refused parts stay: %q", got)
	}

	// Who may write here but not read there copies nothing, and costs no reading.
	b.as = principal.User(owner, "/", "writer", "AIDAW", "AKIAW")
	b.s.Authorise = func(_ *op.Call, action, _, _, _ string) (bool, error) { return action != "s3:GetObject", nil }
	b.refused("AccessDenied", "UploadPartCopy", &s3.UploadPartCopyInput{Bucket: "alpha", Key: "dst", UploadId: id, PartNumber: 1, CopySource: "alpha/src"})
	b.refused("AccessDenied", "CopyObject", &s3.CopyObjectInput{Bucket: "alpha", Key: "dst", CopySource: "alpha/src"})
	if got := b.stored("alpha"); len(got) != 1 {
		t.Errorf("bytes of denied copies stay: %q", got)
	}
	part := b.s.stageUploadPartCopy(b.call(nil, nil, region), &s3.UploadPartCopyInput{Bucket: "alpha", Key: "dst", UploadId: id, PartNumber: 1, CopySource: "alpha/src"})
	whole := b.s.stageCopyObject(b.call(nil, nil, region), &s3.CopyObjectInput{Bucket: "alpha", Key: "dst", CopySource: "alpha/src"})
	for name, st := range map[string]*staged{"part": part.(*staged), "whole": whole.(*staged)} {
		if e, ok := errorOf(st.err); !ok || e.Code != "AccessDenied" || st.wrote {
			t.Errorf("%s: staged with %v, bytes written: %v", name, st.err, st.wrote)
		}
	}
}
