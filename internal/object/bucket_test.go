package object

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func (b *bench) bucket(name string) {
	b.t.Helper()
	must[s3.CreateBucketOutput](b, "CreateBucket", &s3.CreateBucketInput{Bucket: name})
}

func TestCreateBucket(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	out := must[s3.CreateBucketOutput](b, "CreateBucket", &s3.CreateBucketInput{Bucket: "alpha"})
	if *out.Location != "/alpha" {
		t.Errorf("Location = %q", *out.Location)
	}
	if !b.recorded(typeBucket, "arn:aws:s3:::alpha") || !strings.Contains(b.record, `"eventCategory":"Management"`) {
		t.Errorf("record %s", b.record)
	}
	b.bucket("alpha") // us-east-1 says yes again
	must[s3.HeadBucketOutput](b, "HeadBucket", &s3.HeadBucketInput{Bucket: "alpha"})

	b.as = principal.RootOf(foreign, "AKIAFOREIGN")
	b.refused("BucketAlreadyExists", "CreateBucket", &s3.CreateBucketInput{Bucket: "alpha"})
	b.refused("AccessDenied", "HeadBucket", &s3.HeadBucketInput{Bucket: "alpha"})
}

func TestCreateBucket_region(t *testing.T) {
	t.Parallel()
	constraint := func(s string) *s3.CreateBucketConfiguration {
		return &s3.CreateBucketConfiguration{LocationConstraint: &s}
	}
	for name, tc := range map[string]struct {
		endpoint string
		conf     *s3.CreateBucketConfiguration
		want     string // Region, or the code of the refusal
	}{
		"none in us-east-1":           {"us-east-1", nil, "us-east-1"},
		"another from us-east-1":      {"us-east-1", constraint("eu-west-1"), "eu-west-1"},
		"own":                         {"eu-west-1", constraint("eu-west-1"), "eu-west-1"},
		"old name":                    {"us-east-1", constraint("EU"), "eu-west-1"},
		"none elsewhere":              {"eu-west-1", nil, "IllegalLocationConstraintException"},
		"another elsewhere":           {"eu-west-1", constraint("eu-west-2"), "IllegalLocationConstraintException"},
		"the home Region by its name": {"us-east-1", constraint("us-east-1"), "InvalidLocationConstraint"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := location(tc.endpoint, tc.conf)
			if e, ok := errorOf(err); ok {
				got = e.Code
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	b := newBench(t)
	if _, err := b.in("eu-west-1", "CreateBucket", &s3.CreateBucketInput{Bucket: "west", CreateBucketConfiguration: constraint("eu-west-1")}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.in("eu-west-1", "CreateBucket", &s3.CreateBucketInput{Bucket: "west", CreateBucketConfiguration: constraint("eu-west-1")}); err == nil {
		t.Error("own bucket made twice outside us-east-1")
	}
	if out := must[s3.GetBucketLocationOutput](b, "GetBucketLocation", &s3.GetBucketLocationInput{Bucket: "west"}); *out.LocationConstraint != "eu-west-1" {
		t.Errorf("location %v", out)
	}
	b.bucket("home")
	if out := must[s3.GetBucketLocationOutput](b, "GetBucketLocation", &s3.GetBucketLocationInput{Bucket: "home"}); out.LocationConstraint != nil {
		t.Errorf("location %v", out)
	}
}

func TestBucketNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"abc": true, "a.b-c": true, "1bucket": true, strings.Repeat("a", 63): true, "my.bucket.1": true,
		"ab": false, "": false, strings.Repeat("a", 64): false, "Abc": false, "a_b": false, "-abc": false, "abc-": false, ".abc": false,
		"abc.": false, "a..b": false, "192.168.1.1": false, "xn--abc": false, "sthree-abc": false, "abc-s3alias": false, "abc--ol-s3": false,
		"a/b": false, "a b": false, "é-bucket": false, "..": false, "abc\x00": false, "abc.mrap": false, "abc--x-s3": false,
	} {
		if got := validBucketName(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestCreateBucket_limits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range maxBuckets {
		b.bucket(fmt.Sprintf("bucket-%03d", i))
	}
	b.refused("TooManyBuckets", "CreateBucket", &s3.CreateBucketInput{Bucket: "one-more"})
	b.refused("InvalidBucketName", "CreateBucket", &s3.CreateBucketInput{Bucket: "No"})
	b.refused("AccessControlListNotSupported", "CreateBucket", &s3.CreateBucketInput{Bucket: "public", ACL: new("public-read")})

	first := must[s3.ListBucketsOutput](b, "ListBuckets", &s3.ListBucketsInput{MaxBuckets: new(int64(60))})
	rest := must[s3.ListBucketsOutput](b, "ListBuckets", &s3.ListBucketsInput{ContinuationToken: first.ContinuationToken})
	if len(first.Buckets) != 60 || len(rest.Buckets) != 40 || *rest.Buckets[0].Name != "bucket-060" || rest.ContinuationToken != nil {
		t.Errorf("pages of %d and %d", len(first.Buckets), len(rest.Buckets))
	}
	some := must[s3.ListBucketsOutput](b, "ListBuckets", &s3.ListBucketsInput{Prefix: new("bucket-01")})
	if len(some.Buckets) != 10 {
		t.Errorf("%d buckets", len(some.Buckets))
	}
	b.refused("InvalidArgument", "ListBuckets", &s3.ListBucketsInput{ContinuationToken: new("!")})
	b.as = principal.RootOf(foreign, "AKIAFOREIGN")
	if none := must[s3.ListBucketsOutput](b, "ListBuckets", &s3.ListBucketsInput{}); len(none.Buckets) != 0 {
		t.Errorf("foreign buckets: %d", len(none.Buckets))
	}
}

func TestDeleteBucket(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.refused("NoSuchBucket", "DeleteBucket", &s3.DeleteBucketInput{Bucket: "alpha"})
		b.bucket("alpha")
		b.put("alpha", "k", "x")
		b.refused("BucketNotEmpty", "DeleteBucket", &s3.DeleteBucketInput{Bucket: "alpha"})
		must[s3.DeleteObjectOutput](b, "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "k"})
		up := must[s3.CreateMultipartUploadOutput](b, "CreateMultipartUpload", &s3.CreateMultipartUploadInput{Bucket: "alpha", Key: "big"})
		must[s3.UploadPartOutput](b, "UploadPart", &s3.UploadPartInput{Bucket: "alpha", Key: "big", UploadId: *up.UploadId, PartNumber: 1, Body: stream("part")})
		b.refused("AccessDenied", "DeleteBucket", &s3.DeleteBucketInput{Bucket: "alpha", ExpectedBucketOwner: new(foreign)})
		must[struct{}](b, "DeleteBucket", &s3.DeleteBucketInput{Bucket: "alpha"})
		b.refused("NoSuchBucket", "HeadBucket", &s3.HeadBucketInput{Bucket: "alpha"})
		b.collectLoose()
		if left := append(b.stored("alpha"), b.stored(partBucket)...); len(left) != 0 {
			t.Errorf("bytes left: %q", left)
		}
		b.bucket("alpha")
		if out := b.list("alpha"); len(out) != 0 {
			t.Errorf("a new bucket holds %q", out)
		}
	})
}

const trailPolicy = `{"Version":"2012-10-17","Statement":[
{"Sid":"Acl","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::alpha"},
{"Sid":"Write","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::alpha/AWSLogs/111122223333/*",
"Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceArn":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"}}}]}`

func TestBucketPolicy(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.refused("NoSuchBucketPolicy", "GetBucketPolicy", &s3.GetBucketPolicyInput{Bucket: "alpha"})
	for name, tc := range map[string]struct{ text, message string }{
		"no JSON":        {"nothing", "Policies must be valid JSON and the first byte must be '{'"},
		"no statement":   {`{"Version":"2012-10-17"}`, "Missing required field Statement"},
		"another bucket": {strings.ReplaceAll(trailPolicy, ":alpha", ":beta"), "Policy has invalid resource"},
		"longer name":    {strings.ReplaceAll(trailPolicy, ":alpha", ":alphabet"), "Policy has invalid resource"},
	} {
		if e := b.refused("MalformedPolicy", "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: tc.text}); e.Message != tc.message {
			t.Errorf("%s: %q", name, e.Message)
		}
	}
	must[struct{}](b, "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: trailPolicy})
	if out := must[s3.GetBucketPolicyOutput](b, "GetBucketPolicy", &s3.GetBucketPolicyInput{Bucket: "alpha"}); *out.Policy != trailPolicy {
		t.Errorf("policy %s", *out.Policy)
	}
	must[struct{}](b, "DeleteBucketPolicy", &s3.DeleteBucketPolicyInput{Bucket: "alpha"})
	must[struct{}](b, "DeleteBucketPolicy", &s3.DeleteBucketPolicyInput{Bucket: "alpha"})
	b.refused("NoSuchBucketPolicy", "GetBucketPolicy", &s3.GetBucketPolicyInput{Bucket: "alpha"})
	if out := must[s3.GetBucketVersioningOutput](b, "GetBucketVersioning", &s3.GetBucketVersioningInput{Bucket: "alpha"}); out.Status != nil {
		t.Errorf("versioning %v", *out.Status)
	}
}

// TestForeignAccounts holds that other accounts need the bucket policy's leave,
// action by action.
func TestForeignAccounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.bucket("alpha")
	b.put("alpha", "k", "secret")
	stranger := principal.RootOf(foreign, "AKIAFOREIGN")
	get := &s3.GetObjectInput{Bucket: "alpha", Key: "k"}

	b.as = stranger
	b.refused("AccessDenied", "GetObject", get)
	b.refused("AccessDenied", "PutObject", &s3.PutObjectInput{Bucket: "alpha", Key: "k", Body: stream("mine")})
	b.refused("AccessDenied", "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "k"})
	b.refused("AccessDenied", "ListObjectsV2", &s3.ListObjectsV2Input{Bucket: "alpha"})
	b.refused("AccessDenied", "DeleteBucket", &s3.DeleteBucketInput{Bucket: "alpha"})

	b.as = principal.RootOf(owner, "AKIAROOT")
	must[struct{}](b, "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["s3:GetObject","s3:PutBucketPolicy"],"Resource":["arn:aws:s3:::alpha","arn:aws:s3:::alpha/*"]}]}`})
	b.as = stranger
	if got := readAll(t, must[s3.GetObjectOutput](b, "GetObject", get).Body); got != "secret" {
		t.Errorf("got %q", got)
	}
	if !strings.Contains(b.record, `"accountId":"111122223333","type":"AWS::S3::Object"`) {
		t.Errorf("record %s", b.record)
	}
	b.refused("AccessDenied", "GetObject", &s3.GetObjectInput{Bucket: "alpha", Key: "none"}) // it may not list: it does not learn what is missing
	b.refused("AccessDenied", "DeleteObject", &s3.DeleteObjectInput{Bucket: "alpha", Key: "k"})
	b.refused("MethodNotAllowed", "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: trailPolicy})
}
