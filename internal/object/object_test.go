package object

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func (b *bench) put(bucket, key, data string) *s3.PutObjectOutput {
	b.t.Helper()
	return must[s3.PutObjectOutput](b, "PutObject", &s3.PutObjectInput{Bucket: bucket, Key: key, Body: stream(data)})
}

func (b *bench) get(bucket, key string) string {
	b.t.Helper()
	return readAll(b.t, must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{Bucket: bucket, Key: key}).Body)
}

func (b *bench) list(bucket string) []string {
	b.t.Helper()
	out := must[s3.ListObjectsV2Output](b, "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: bucket})
	var keys []string
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

// collectLoose collects after what is being written is long over.
func (b *bench) collectLoose() {
	b.s.busy.mu.Lock()
	clear(b.s.busy.at)
	b.s.busy.mu.Unlock()
	b.collect()
}

func sum(alg, data string) string {
	h := sigv4.NewChecksum(alg)
	io.WriteString(h, data)
	return encodeSum(h)
}

func TestPutGet(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		out := must[s3.PutObjectOutput](b, "PutObject", &s3.PutObjectInput{
			Bucket: "alpha", Key: "dir/hello", Body: stream("hello"), ContentType: new("text/plain"), ContentEncoding: new("gzip, aws-chunked"),
			CacheControl: new("no-store"), Metadata: map[string]string{"Signature": "abc"}, ACL: new("bucket-owner-full-control"),
		})
		md := md5.Sum([]byte("hello"))
		if *out.ETag != `"`+hex.EncodeToString(md[:])+`"` || *out.ChecksumCRC64NVME != sum("crc64nvme", "hello") || *out.ChecksumType != fullObject {
			t.Errorf("PutObject = %+v", out)
		}
		for _, want := range []string{
			`"eventCategory":"Data"`, `"readOnly":false`, `"bytesTransferredIn":5`, `"key":"dir/hello"`,
			`{"accountId":"111122223333","type":"AWS::S3::Object","ARN":"arn:aws:s3:::alpha/dir/hello"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::alpha"}`,
		} {
			if !strings.Contains(b.record, want) {
				t.Errorf("record without %s: %s", want, b.record)
			}
		}
		if strings.Contains(b.record, `"hello"`) {
			t.Errorf("record holds the body: %s", b.record)
		}
		got := must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: "dir/hello", ChecksumMode: new("ENABLED")})
		if readAll(t, got.Body) != "hello" || *got.ContentLength != 5 || *got.ContentType != "text/plain" || *got.ContentEncoding != "gzip" ||
			*got.CacheControl != "no-store" || got.Metadata["signature"] != "abc" || *got.ETag != *out.ETag || got.ContentRange != nil ||
			*got.ChecksumCRC64NVME != *out.ChecksumCRC64NVME || !got.LastModified.Equal(b.clock.now) {
			t.Errorf("GetObject = %+v", got)
		}
		if !strings.Contains(b.record, `"bytesTransferredOut":5`) || !b.recorded(typeObject, "arn:aws:s3:::alpha/dir/hello") {
			t.Errorf("record %s", b.record)
		}
		head := must[s3.HeadObjectOutput](b, "HeadObject", &s3.HeadObjectInput{Bucket: "alpha", Key: "dir/hello", Range: new("bytes=1-2")})
		if *head.ContentLength != 2 || *head.ContentRange != "bytes 1-2/5" || *head.ContentType != "text/plain" || head.ChecksumCRC64NVME != nil {
			t.Errorf("HeadObject = %+v", head)
		}
		b.put("alpha", "dir/hello", "again")
		if b.get("alpha", "dir/hello") != "again" {
			t.Error("not replaced")
		}
		b.put("alpha", "empty", "")
		if b.get("alpha", "empty") != "" {
			t.Error("empty object is not empty")
		}
		must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "dir/hello"})
		must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "dir/hello"})
		e := b.refused("NoSuchKey", "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: "dir/hello"})
		if e.Message != "The specified key does not exist." || e.HTTPStatus() != 404 || e.Members["Key"] != "dir/hello" {
			t.Errorf("%+v", e)
		}
		if !b.recorded(typeObject, "arn:aws:s3:::alpha/dir/hello") {
			t.Errorf("record %s", b.record)
		}
		b.collectLoose()
		if left := b.stored("alpha"); len(left) != 1 {
			t.Errorf("bytes left: %q", left)
		}
		b.refused("NoSuchBucket", "GetObject", &s3.GetObjectInput{Bucket: "beta", Key: "k"})
		b.refused("NoSuchBucket", "PutObject", &s3.PutObjectInput{Bucket: "beta", Key: "k", Body: stream("x")})
		b.refused("NoSuchVersion", "HeadObject", &s3.HeadObjectInput{Bucket: "alpha", Key: "empty", VersionId: new("v1")})
		if len(b.stored("beta")) != 0 {
			t.Error("bytes of a bucket that does not exist")
		}
	})
}

// trailing is a body with verified trailers.
type trailing struct {
	io.Reader
	h http.Header
}

func (t trailing) Trailer() http.Header { return t.h }

func TestPutObject_digests(t *testing.T) {
	t.Parallel()
	md := md5.Sum([]byte("data"))
	good := base64.StdEncoding.EncodeToString(md[:])
	crc, sha := sum("crc32", "data"), sum("sha256", "data")
	for name, tc := range map[string]struct {
		in      s3.PutObjectInput
		body    io.Reader
		code    string // of the refusal; empty for success
		message string
		want    func(*s3.PutObjectOutput) bool
	}{
		"MD5":           {in: s3.PutObjectInput{ContentMD5: &good}},
		"wrong MD5":     {in: s3.PutObjectInput{ContentMD5: new(base64.StdEncoding.EncodeToString(make([]byte, 16)))}, code: "BadDigest", message: "The Content-MD5 you specified did not match what we received."},
		"malformed MD5": {in: s3.PutObjectInput{ContentMD5: new("x")}, code: "InvalidDigest", message: "The Content-MD5 you specified was invalid."},
		"CRC32": {in: s3.PutObjectInput{ChecksumCRC32: &crc, ChecksumAlgorithm: new("CRC32")}, want: func(o *s3.PutObjectOutput) bool {
			return *o.ChecksumCRC32 == crc && o.ChecksumCRC64NVME == nil
		}},
		"CRC32C":    {in: s3.PutObjectInput{ChecksumCRC32C: new(sum("crc32c", "data"))}},
		"CRC64NVME": {in: s3.PutObjectInput{ChecksumCRC64NVME: new(sum("crc64nvme", "data"))}},
		"SHA1":      {in: s3.PutObjectInput{ChecksumSHA1: new(sum("sha1", "data"))}},
		"SHA256":    {in: s3.PutObjectInput{ChecksumSHA256: &sha}, want: func(o *s3.PutObjectOutput) bool { return *o.ChecksumSHA256 == sha }},
		"wrong CRC32": {in: s3.PutObjectInput{ChecksumCRC32: new(sum("crc32", "date"))}, code: "BadDigest",
			message: "The CRC32 you specified did not match the calculated checksum."},
		"malformed": {in: s3.PutObjectInput{ChecksumCRC32: new("####")}, code: "InvalidRequest", message: "Value for x-amz-checksum-crc32 header is invalid."},
		"two": {in: s3.PutObjectInput{ChecksumCRC32: &crc, ChecksumSHA256: &sha}, code: "InvalidRequest",
			message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."},
		"not served":      {in: s3.PutObjectInput{ChecksumXXHASH3: new("AAAAAAAAAAA=")}, code: "InvalidRequest"},
		"named, not sent": {in: s3.PutObjectInput{ChecksumAlgorithm: new("CRC32")}, code: "InvalidRequest"},
		"in the trailer": {in: s3.PutObjectInput{ChecksumAlgorithm: new("CRC32")}, body: trailing{stream("data"), http.Header{"X-Amz-Checksum-Crc32": {crc}}},
			want: func(o *s3.PutObjectOutput) bool { return *o.ChecksumCRC32 == crc }},
		"body cut":      {body: iotest.ErrReader(io.ErrUnexpectedEOF), code: "IncompleteBody"},
		"body unsigned": {body: io.MultiReader(stream("data"), iotest.ErrReader(&sigv4.Error{Kind: sigv4.ContentHashMismatch, Message: "no", Fields: []sigv4.Field{{Name: "ClientComputedContentSHA256", Value: "x"}}})), code: "XAmzContentSHA256Mismatch"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.bucket("alpha")
			b.put("alpha", "k", "before")
			in := tc.in
			in.Bucket, in.Key, in.Body = "alpha", "k", stream("data")
			if tc.body != nil {
				in.Body = tc.body
			}
			if tc.code != "" {
				e := b.refused(tc.code, "PutObject", &in)
				if tc.message != "" && e.Message != tc.message {
					t.Errorf("message %q", e.Message)
				}
				if got := b.get("alpha", "k"); got != "before" {
					t.Errorf("a refused upload left %q", got)
				}
				if left := b.stored("alpha"); len(left) != 1 {
					t.Errorf("bytes left: %q", left)
				}
				return
			}
			out := must[s3.PutObjectOutput](b, "PutObject", &in)
			if tc.want != nil && !tc.want(out) {
				t.Errorf("PutObject = %+v", out)
			}
			if got := b.get("alpha", "k"); got != "data" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestPutObject_refusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	etag := *b.put("alpha", "there", "x").ETag
	for name, tc := range map[string]struct {
		in   s3.PutObjectInput
		code string
	}{
		"key too long":           {s3.PutObjectInput{Key: strings.Repeat("k", 1025)}, "KeyTooLongError"},
		"no UTF-8":               {s3.PutObjectInput{Key: "a\xff"}, "InvalidURI"},
		"metadata too large":     {s3.PutObjectInput{Key: "k", Metadata: map[string]string{"a": strings.Repeat("x", 2048)}}, "MetadataTooLarge"},
		"public ACL":             {s3.PutObjectInput{Key: "k", ACL: new("public-read")}, "AccessControlListNotSupported"},
		"grants":                 {s3.PutObjectInput{Key: "k", GrantRead: new("id=1")}, "AccessControlListNotSupported"},
		"keys of the client":     {s3.PutObjectInput{Key: "k", SSECustomerAlgorithm: new("AES256")}, "NotImplemented"},
		"KMS":                    {s3.PutObjectInput{Key: "k", ServerSideEncryption: new("aws:kms")}, "NotImplemented"},
		"tags":                   {s3.PutObjectInput{Key: "k", Tagging: new("a=b")}, "NotImplemented"},
		"object lock":            {s3.PutObjectInput{Key: "k", ObjectLockMode: new("GOVERNANCE")}, "NotImplemented"},
		"exists":                 {s3.PutObjectInput{Key: "there", IfNoneMatch: new("*")}, "PreconditionFailed"},
		"other ETag":             {s3.PutObjectInput{Key: "there", IfMatch: new("abc")}, "PreconditionFailed"},
		"If-Match without any":   {s3.PutObjectInput{Key: "k", IfMatch: &etag}, "NoSuchKey"},
		"If-None-Match of a tag": {s3.PutObjectInput{Key: "k", IfNoneMatch: &etag}, "NotImplemented"},
		"another owner":          {s3.PutObjectInput{Key: "k", ExpectedBucketOwner: new(foreign)}, "AccessDenied"},
	} {
		in := tc.in
		in.Bucket, in.Body = "alpha", stream("data")
		b.t.Log(name)
		b.refused(tc.code, "PutObject", &in)
	}
	if left := b.stored("alpha"); len(left) != 1 {
		t.Errorf("bytes left: %q", left)
	}
	must[s3.PutObjectOutput](b, "PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: "there", IfMatch: &etag, Body: stream("y")})
	must[s3.PutObjectOutput](b, "PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: "new", IfNoneMatch: new("*"), Body: stream("y")})
}

// TestKeys holds that any text is a key, that none becomes a path, and that
// lists are in the order of bytes.
func TestKeys(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		keys := []string{
			"..", "../../../etc/passwd", "a/../b", "a//b", "/lead", "trail/", ".", "a\\b", "tab\t", "line\n", "\x01", "nul\x00x", "a b", "a+b", "%2e%2e",
			"é", "日本", "😀", "\u2028", strings.Repeat("k", 1024), strings.Repeat("é", 512), "?versions", "a#b", "\u0085",
		}
		for _, k := range keys {
			b.put("alpha", k, "of "+k)
		}
		for _, k := range keys {
			if got := b.get("alpha", k); got != "of "+k {
				t.Errorf("%q: %q", k, got)
			}
		}
		slices.Sort(keys)
		if got := b.list("alpha"); !slices.Equal(got, keys) {
			t.Errorf("list %q\nwant %q", got, keys)
		}
	})
}

func TestGetObject_ranges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.put("alpha", "k", "0123456789")
	for header, tc := range map[string]struct{ want, contentRange string }{
		"bytes=0-3":                    {"0123", "bytes 0-3/10"},
		"bytes=7-":                     {"789", "bytes 7-9/10"},
		"bytes=-2":                     {"89", "bytes 8-9/10"},
		"bytes=8-100":                  {"89", "bytes 8-9/10"},
		"bytes=-100":                   {"0123456789", "bytes 0-9/10"},
		"bytes=0-1,3-4":                {"0123456789", ""},
		"bytes=5-2":                    {"0123456789", ""},
		"bytes=x-2":                    {"0123456789", ""},
		"lines=1-2":                    {"0123456789", ""},
		"bytes=9-99999999999999999999": {"9", "bytes 9-9/10"},
	} {
		out := must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: "k", Range: &header})
		if got := readAll(t, out.Body); got != tc.want || text(out.ContentRange) != tc.contentRange || *out.ContentLength != int64(len(tc.want)) {
			t.Errorf("%s: %q, %q", header, got, text(out.ContentRange))
		}
	}
	for _, header := range []string{"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"} {
		e := b.refused("InvalidRange", "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: "k", Range: &header})
		if e.HTTPStatus() != 416 || e.Members["ActualObjectSize"] != "10" || e.Members["RangeRequested"] != header {
			t.Errorf("%s: %+v", header, e)
		}
	}
	out := must[s3.GetObjectOutput](b, "GetObject", &s3.GetObjectInput{
		Bucket: "alpha", Key: "k", ResponseContentType: new("text/x"), ResponseContentDisposition: new("attachment"), ResponseExpires: new(b.clock.now),
	})
	_ = readAll(t, out.Body)
	if *out.ContentType != "text/x" || *out.ContentDisposition != "attachment" || *out.Expires != "Mon, 02 Mar 2026 10:00:00 GMT" {
		t.Errorf("overrides: %+v", out)
	}
}

func TestGetObject_conditions(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	etag := *b.put("alpha", "k", "x").ETag
	bare := strings.Trim(etag, `"`)
	before, after := b.clock.now.Add(-time.Hour), b.clock.now.Add(time.Hour)
	at := b.clock.now
	for name, tc := range map[string]struct {
		in   s3.GetObjectInput
		code string
	}{
		"match":                     {s3.GetObjectInput{IfMatch: &etag}, ""},
		"match without quotes":      {s3.GetObjectInput{IfMatch: &bare}, ""},
		"match any":                 {s3.GetObjectInput{IfMatch: new("*")}, ""},
		"match in a list":           {s3.GetObjectInput{IfMatch: new(`"a", ` + etag)}, ""},
		"no match":                  {s3.GetObjectInput{IfMatch: new(`"a"`)}, "PreconditionFailed"},
		"none match":                {s3.GetObjectInput{IfNoneMatch: &etag}, "NotModified"},
		"none match weak":           {s3.GetObjectInput{IfNoneMatch: new("W/" + etag)}, "NotModified"},
		"none match other":          {s3.GetObjectInput{IfNoneMatch: new(`"a"`)}, ""},
		"modified since":            {s3.GetObjectInput{IfModifiedSince: &before}, ""},
		"not modified since":        {s3.GetObjectInput{IfModifiedSince: &at}, "NotModified"},
		"unmodified since":          {s3.GetObjectInput{IfUnmodifiedSince: &at}, ""},
		"not unmodified since":      {s3.GetObjectInput{IfUnmodifiedSince: &before}, "PreconditionFailed"},
		"match beats unmodified":    {s3.GetObjectInput{IfMatch: &etag, IfUnmodifiedSince: &before}, ""},
		"none match beats modified": {s3.GetObjectInput{IfNoneMatch: new(`"a"`), IfModifiedSince: &after}, ""},
		"none match and modified, object the same": {s3.GetObjectInput{IfNoneMatch: &etag, IfModifiedSince: &before}, "NotModified"},
	} {
		in := tc.in
		in.Bucket, in.Key = "alpha", "k"
		if tc.code != "" {
			b.refused(tc.code, "GetObject", &in)
			continue
		}
		if out, err := b.do("GetObject", &in); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := readAll(t, out.(*s3.GetObjectOutput).Body); got != "x" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestDeleteObjects(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	for _, k := range []string{"a", "b", "c"} {
		b.put("alpha", k, k)
	}
	out := must[s3.DeleteObjectsOutput](b, "DeleteObjects", &s3.DeleteObjectsInput{Bucket: "alpha", Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{
		{Key: "a"}, {Key: "none"}, {Key: "b", ETag: new("wrong")}, {Key: "c", VersionId: new("v")},
	}}})
	if len(out.Deleted) != 2 || len(out.Errors) != 2 || *out.Errors[0].Code != "PreconditionFailed" || *out.Errors[1].Code != "NoSuchVersion" {
		t.Errorf("DeleteObjects = %+v", out)
	}
	if got := b.list("alpha"); !slices.Equal(got, []string{"b", "c"}) {
		t.Errorf("left %q", got)
	}
	out = must[s3.DeleteObjectsOutput](b, "DeleteObjects", &s3.DeleteObjectsInput{Bucket: "alpha", Delete: &s3.Delete{Quiet: new(true), Objects: []s3.ObjectIdentifier{{Key: "b"}, {Key: "c"}}}})
	if len(out.Deleted) != 0 || len(out.Errors) != 0 {
		t.Errorf("quiet: %+v", out)
	}
	if len(b.records) != 3 || strings.Count(strings.Join(b.records, ""), `"eventName":"DeleteObject"`) != 2 {
		t.Errorf("%d records: %q", len(b.records), b.records)
	}
	if !strings.Contains(b.records[1], `"ARN":"arn:aws:s3:::alpha/c"`) || len(b.record) > 1000 {
		t.Errorf("record of a key %s, of the call %s", b.records[1], b.record)
	}
	many := slices.Repeat([]s3.ObjectIdentifier{{Key: "k"}}, maxList+1)
	b.refused("MalformedXML", "DeleteObjects", &s3.DeleteObjectsInput{Bucket: "alpha", Delete: &s3.Delete{Objects: many}})
	b.refused("MalformedXML", "DeleteObjects", &s3.DeleteObjectsInput{Bucket: "alpha", Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{}}})
}

func TestCopyObject(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.bucket("alpha")
		b.bucket("beta")
		must[s3.PutObjectOutput](b, "PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: "a b/é", Body: stream("text"), ContentType: new("text/x"), Metadata: map[string]string{"m": "1"}, ChecksumSHA256: new(sum("sha256", "text"))})
		out := must[s3.CopyObjectOutput](b, "CopyObject", &s3.CopyObjectInput{Bucket: "beta", Key: "k", CopySource: "/alpha/a%20b/%C3%A9"})
		if *out.CopyObjectResult.ChecksumSHA256 != sum("sha256", "text") {
			t.Errorf("CopyObject = %+v", out.CopyObjectResult)
		}
		if !b.recorded(typeObject, "arn:aws:s3:::beta/k") || !b.recorded(typeObject, "arn:aws:s3:::alpha/a b/é") {
			t.Errorf("record %s", b.record)
		}
		head := must[s3.HeadObjectOutput](b, "HeadObject", &s3.HeadObjectInput{Bucket: "beta", Key: "k"})
		if b.get("beta", "k") != "text" || *head.ContentType != "text/x" || head.Metadata["m"] != "1" {
			t.Errorf("copy %+v", head)
		}
		self := s3.CopyObjectInput{Bucket: "beta", Key: "k", CopySource: "beta/k"}
		b.refused("InvalidRequest", "CopyObject", &self)
		self.MetadataDirective, self.ContentType = new("REPLACE"), new("text/y")
		must[s3.CopyObjectOutput](b, "CopyObject", &self)
		head = must[s3.HeadObjectOutput](b, "HeadObject", &s3.HeadObjectInput{Bucket: "beta", Key: "k"})
		if b.get("beta", "k") != "text" || *head.ContentType != "text/y" || len(head.Metadata) != 0 {
			t.Errorf("replaced %+v", head)
		}
		b.refused("NoSuchKey", "CopyObject", &s3.CopyObjectInput{Bucket: "beta", Key: "k", CopySource: "alpha/none"})
		b.refused("NoSuchBucket", "CopyObject", &s3.CopyObjectInput{Bucket: "beta", Key: "k", CopySource: "gamma/none"})
		b.refused("PreconditionFailed", "CopyObject", &s3.CopyObjectInput{Bucket: "beta", Key: "k", CopySource: "alpha/a%20b/%C3%A9", CopySourceIfMatch: new("x")})
		b.as = principal.User(owner, "/", "u", "AIDAU", "AKIAU")
		b.refused("AccessDenied", "CopyObject", &s3.CopyObjectInput{Bucket: "beta", Key: "k2", CopySource: "beta/k"})
		b.as = principal.RootOf(foreign, "AKIAF")
		b.bucket("gamma")
		b.refused("AccessDenied", "CopyObject", &s3.CopyObjectInput{Bucket: "gamma", Key: "k", CopySource: "beta/k"})
		if got := b.stored("gamma"); len(got) != 0 {
			t.Errorf("a refused copy left %q", got)
		}
	})
}

// TestDeleteObjects_keys holds that each key is authorised by itself.
func TestDeleteObjects_keys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	for _, k := range []string{"open/a", "secret/b"} {
		b.put("alpha", k, k)
	}
	must[struct{}](b, "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::alpha/*"},
		{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::alpha/secret/*"}]}`})
	in := &s3.DeleteObjectsInput{Bucket: "alpha", Delete: &s3.Delete{Objects: []s3.ObjectIdentifier{{Key: "open/a"}, {Key: "secret/b"}}}}
	for _, as := range []principal.Principal{principal.User(owner, "/", "u", "AIDAU", "AKIAU"), principal.Anonymous()} {
		b.as = as
		out := must[s3.DeleteObjectsOutput](b, "DeleteObjects", in)
		if len(out.Errors) != 2 || *out.Errors[0].Code != "AccessDenied" {
			t.Errorf("without anyone to ask: %+v", out)
		}
	}
	b.as = principal.RootOf(foreign, "AKIAF")
	out := must[s3.DeleteObjectsOutput](b, "DeleteObjects", in)
	if len(out.Deleted) != 1 || *out.Deleted[0].Key != "open/a" || len(out.Errors) != 1 || *out.Errors[0].Key != "secret/b" {
		t.Errorf("by the bucket policy: %+v", out)
	}
	// The record of a key that a stranger may delete goes to him and to the owner; one
	// that he may not delete leaves none beside the call's own.
	var seen []string
	for _, r := range b.records {
		if gjson.Get(r, "eventName").String() == "DeleteObject" {
			seen = append(seen, gjson.Get(r, "requestParameters.key").String()+" "+gjson.Get(r, "userIdentity.type").String()+" "+gjson.Get(r, "recipientAccountId").String())
		}
	}
	want := []string{"open/a Root " + foreign, "open/a AWSAccount " + owner}
	if !slices.Equal(seen, want) {
		t.Errorf("records %q, want %q", seen, want)
	}
	b.as = principal.User(owner, "/", "u", "AIDAU", "AKIAU")
	b.s.Authorise = func(_ *op.Call, action, resource, account, _ string) (bool, error) {
		return action == "s3:DeleteObject" && resource == "arn:aws:s3:::alpha/secret/b" && account == owner, nil
	}
	if out = must[s3.DeleteObjectsOutput](b, "DeleteObjects", in); len(out.Deleted) != 1 || *out.Deleted[0].Key != "secret/b" {
		t.Errorf("by the caller's policies: %+v", out)
	}
}

// TestCrash holds that nothing of an upload shows that did not commit, and that
// Sweep takes its bytes away.
func TestCrash(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.put("alpha", "k", "old")
	b.crash = true
	for _, k := range []string{"k", "fresh"} {
		if _, err := b.do("PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: k, Body: stream("new")}); err == nil {
			t.Fatal("no crash")
		}
	}
	b.crash = false
	if got := b.list("alpha"); !slices.Equal(got, []string{"k"}) || b.get("alpha", "k") != "old" {
		t.Errorf("visible: %q", got)
	}
	if got := len(b.stored("alpha")); got != 3 {
		t.Errorf("%d blobs", got)
	}
	up := must[s3.CreateMultipartUploadOutput](b, "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "big"})
	part := func() *s3.UploadPartInput {
		return &s3.UploadPartInput{Bucket: "alpha", Key: "big", UploadId: *up.UploadId, PartNumber: 1, Body: stream("part")}
	}
	must[s3.UploadPartOutput](b, "UploadPart", part())
	b.crash = true
	_, _ = b.do("UploadPart", part())
	b.crash = false
	ctx := context.Background()
	if n, err := b.s.Sweep(ctx, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("young bytes swept: %d, %v", n, err)
	}
	if n, err := b.s.Sweep(ctx, time.Now().Add(time.Hour)); n != 3 || err != nil {
		t.Errorf("Sweep = %d, %v", n, err)
	}
	if b.get("alpha", "k") != "old" || len(b.stored("alpha")) != 2 {
		t.Errorf("after sweeping: %q", b.stored("alpha"))
	}
}

// TestCommitFault holds that a transaction that fails takes the staged bytes back.
func TestCommitFault(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.commitFault = errors.New("disk full")
	if _, err := b.do("PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: "k", Body: stream("x")}); !errors.Is(err, b.commitFault) {
		t.Fatalf("err = %v", err)
	}
	b.commitFault = nil
	if len(b.stored("alpha")) != 0 || len(b.list("alpha")) != 0 {
		t.Error("something was left")
	}
}

func TestCollect(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	for i := range 3 {
		b.put("alpha", "k", fmt.Sprint(i))
	}
	if got := len(b.stored("alpha")); got != 3 {
		t.Errorf("%d blobs before", got)
	}
	b.collect()
	b.collect() // again: a job may run twice
	if got := len(b.stored("alpha")); got != 1 || b.get("alpha", "k") != "2" {
		t.Errorf("%d blobs after", got)
	}
}

// TestCollect_names holds that the collector leaves a name alone that was given
// again, or is being given.
func TestCollect_names(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.s.Blob = keeping{b.s.Blob}
	b.bucket("alpha")
	b.put("alpha", "k", "1")
	must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "k"})
	b.put("alpha", "k", "2")
	b.collectLoose()
	if b.get("alpha", "k") != "2" {
		t.Error("the new object is gone")
	}
}
