package wire_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

// load reads the models once; they are immutable.
var load = sync.OnceValues(model.Load)

func services(t testing.TB) []*schema.Service {
	t.Helper()
	s, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDetect(t *testing.T) {
	t.Parallel()
	type kv = map[string]string
	cases := []struct {
		name, method, url string
		headers           kv
		signing, form     string
		want              string // service protocol operation
		labels            kv
	}{
		{"target", "POST", "/", kv{"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}, "", "", "cognito-idp json InitiateAuth", nil},
		{"long target", "POST", "/", kv{"X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"}, "cloudtrail", "", "cloudtrail json LookupEvents", nil},
		{"short target", "POST", "/", kv{"X-Amz-Target": "CloudTrail_20131101.LookupEvents"}, "cloudtrail", "", "cloudtrail json LookupEvents", nil},
		{"unknown operation in target", "POST", "/", kv{"X-Amz-Target": "Logs_20140328.Fly"}, "logs", "", "logs json -Fly", nil},
		{"unknown target of known service", "POST", "/", kv{"X-Amz-Target": "Other.Fly"}, "logs", "", "logs json -Fly", nil},
		{"unknown target", "POST", "/", kv{"X-Amz-Target": "Other.Fly"}, "", "", "none", nil},
		{"rpc v2", "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", kv{"Smithy-Protocol": "rpc-v2-cbor"}, "monitoring", "", "cloudwatch smithy-rpc-v2-cbor PutMetricData", nil},
		{"rpc v2 below a prefix", "POST", "/x/service/GraniteServiceVersion20100801/operation/ListMetrics", kv{"Smithy-Protocol": "rpc-v2-cbor"}, "", "", "cloudwatch smithy-rpc-v2-cbor ListMetrics", nil},
		{"rpc v2 of unknown service", "POST", "/service/Other/operation/PutMetricData", kv{"Smithy-Protocol": "rpc-v2-cbor"}, "monitoring", "", "none", nil},
		{"CloudWatch JSON", "POST", "/", kv{"X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData"}, "monitoring", "", "cloudwatch json PutMetricData", nil},
		{"form", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, "sts", "GetCallerIdentity 2011-06-15", "sts query GetCallerIdentity", nil},
		{"form, service by version", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded"}, "", "ListUsers 2010-05-08", "iam query ListUsers", nil},
		{"form without version", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded"}, "", "ListUsers", "none", nil},
		{"form without action", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded"}, "iam", "", "iam query -", nil},
		{"query GET", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=x", nil, "sts", "", "sts query GetCallerIdentity", nil},
		{"unknown action", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded"}, "sns", "Fly 2010-03-31", "sns query -Fly", nil},
		{"CloudWatch query", "POST", "/", kv{"Content-Type": "application/x-www-form-urlencoded"}, "monitoring", "DescribeAlarms 2010-08-01", "cloudwatch query DescribeAlarms", nil},
		{"rest-json", "POST", "/PutAuditEvents?channelArn=a", nil, "cloudtrail-data", "", "cloudtrail-data rest-json PutAuditEvents", nil},
		{"rest-json labels", "GET", "/identitypools/eu-west-1%3Aa/identities/eu-west-1%3Ab/datasets/d%2Fe/records", nil, "cognito-sync", "", "cognito-sync rest-json ListRecords", kv{"IdentityPoolId": "eu-west-1:a", "IdentityId": "eu-west-1:b", "DatasetName": "d/e"}},
		{"rest-json unknown path", "GET", "/nothing", nil, "cognito-sync", "", "cognito-sync rest-json -", nil},
		{"buckets", "GET", "/", nil, "s3", "", "s3 rest-xml ListBuckets", nil},
		{"create bucket", "PUT", "/b", nil, "s3", "", "s3 rest-xml CreateBucket", kv{"Bucket": "b"}},
		{"bucket with slash", "HEAD", "/b/", nil, "s3", "", "s3 rest-xml HeadBucket", kv{"Bucket": "b"}},
		{"list v1", "GET", "/b?prefix=x&marker=y", nil, "s3", "", "s3 rest-xml ListObjects", kv{"Bucket": "b"}},
		{"list v2", "GET", "/b?list-type=2&prefix=x", nil, "s3", "", "s3 rest-xml ListObjectsV2", kv{"Bucket": "b"}},
		{"policy", "GET", "/b?policy", nil, "s3", "", "s3 rest-xml GetBucketPolicy", kv{"Bucket": "b"}},
		{"policy with value", "PUT", "/b?policy=", nil, "s3", "", "s3 rest-xml PutBucketPolicy", kv{"Bucket": "b"}},
		{"location", "GET", "/b/?location", nil, "s3", "", "s3 rest-xml GetBucketLocation", kv{"Bucket": "b"}},
		{"not served", "GET", "/b?website", nil, "s3", "", "s3 rest-xml GetBucketWebsite", kv{"Bucket": "b"}},
		{"get object", "GET", "/b/a/b%20c//d/", nil, "s3", "", "s3 rest-xml GetObject", kv{"Bucket": "b", "Key": "a/b c//d/"}},
		{"key with dots", "GET", "/b/a/../c", nil, "s3", "", "s3 rest-xml GetObject", kv{"Bucket": "b", "Key": "a/../c"}},
		{"get part", "GET", "/b/k?partNumber=2", nil, "s3", "", "s3 rest-xml GetObject", nil},
		{"object id of SDK", "GET", "/b/k?x-id=GetObject", nil, "s3", "", "s3 rest-xml GetObject", nil},
		{"put object", "PUT", "/b/k", nil, "s3", "", "s3 rest-xml PutObject", nil},
		{"copy object", "PUT", "/b/k", kv{"X-Amz-Copy-Source": "/b/x"}, "s3", "", "s3 rest-xml CopyObject", nil},
		{"upload part", "PUT", "/b/k?partNumber=1&uploadId=u", nil, "s3", "", "s3 rest-xml UploadPart", nil},
		{"copy part", "PUT", "/b/k?partNumber=1&uploadId=u", kv{"X-Amz-Copy-Source": "/b/x"}, "s3", "", "s3 rest-xml UploadPartCopy", nil},
		{"part without number overwrites nothing", "PUT", "/b/k?uploadId=u", nil, "s3", "", "s3 rest-xml -PUT", nil},
		{"begin upload", "POST", "/b/k?uploads", nil, "s3", "", "s3 rest-xml CreateMultipartUpload", nil},
		{"complete upload", "POST", "/b/k?uploadId=u", nil, "s3", "", "s3 rest-xml CompleteMultipartUpload", nil},
		{"abort upload", "DELETE", "/b/k?uploadId=u", nil, "s3", "", "s3 rest-xml AbortMultipartUpload", nil},
		{"delete object", "DELETE", "/b/k", nil, "s3", "", "s3 rest-xml DeleteObject", nil},
		{"parts", "GET", "/b/k?uploadId=u", nil, "s3", "", "s3 rest-xml ListParts", nil},
		{"uploads", "GET", "/b?uploads", nil, "s3", "", "s3 rest-xml ListMultipartUploads", nil},
		{"delete objects", "POST", "/b?delete", nil, "s3", "", "s3 rest-xml DeleteObjects", nil},
		{"bucket flag on a key", "GET", "/b/k?location", nil, "s3", "", "s3 rest-xml -GET", nil},
		{"wrong method", "PATCH", "/b/k", nil, "s3", "", "s3 rest-xml -PATCH", nil},
		{"browser upload", "POST", "/b", nil, "s3", "", "s3 rest-xml -POST", nil},
		{"bucket host", "GET", "http://my.bucket.s3.eu-west-1.localhost:8080/k", nil, "", "", "s3 rest-xml GetObject", kv{"Bucket": "my.bucket", "Key": "k"}},
		{"bucket host root", "GET", "http://b.s3.localhost/?list-type=2", nil, "s3", "", "s3 rest-xml ListObjectsV2", kv{"Bucket": "b"}},
		{"S3 host without bucket", "GET", "http://s3.eu-west-1.localhost/b/k", nil, "s3", "", "s3 rest-xml GetObject", kv{"Bucket": "b", "Key": "k"}},
		{"anonymous object", "GET", "/b/k", nil, "", "", "s3 rest-xml GetObject", nil},
		{"nothing", "POST", "/", nil, "", "", "none", nil},
		{"other signing name", "GET", "/b/k", nil, "ec2", "", "none", nil},
		{"signed without target", "POST", "/", kv{"Content-Type": "application/x-amz-json-1.1"}, "cognito-idp", "", "cognito-idp json -", nil},
	}
	d := wire.NewDetector(services(t))
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(c.method, c.url, nil)
			for k, v := range c.headers {
				r.Header.Set(k, v)
			}
			m, ok := d.Detect(r, c.signing, func() (string, string) {
				action, version, _ := strings.Cut(c.form, " ")
				return action, version
			})
			got := "none"
			if ok {
				got = m.Service.Name + " " + m.Protocol.Name() + " "
				if m.Operation == nil {
					got += "-" + m.Target
				} else {
					got += m.Operation.Name
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.labels != nil && !maps.Equal(m.Labels, c.labels) {
				t.Errorf("labels %v, want %v", m.Labels, c.labels)
			}
		})
	}
}

func TestDetect_bucketHosts(t *testing.T) {
	t.Parallel()
	d := wire.NewDetector(services(t))
	d.BucketHosts = []string{"objects.*.example.test"}
	for host, want := range map[string]string{
		"b.objects.eu.example.test": "b", "a.b.OBJECTS.eu.example.test:99": "a.b", "objects.eu.example.test": "k",
		"b.objects.example.test": "k", "b.s3.eu.localhost": "k",
	} {
		r := httptest.NewRequest(http.MethodGet, "/k/x", nil)
		r.Host = host
		m, _ := d.Detect(r, "s3", nil)
		if m.Labels["Bucket"] != want {
			t.Errorf("%s: bucket %q, want %q", host, m.Labels["Bucket"], want)
		}
	}
}

// TestDetect_everyTemplate asks for each REST operation by its own template.
func TestDetect_everyTemplate(t *testing.T) {
	t.Parallel()
	all := services(t)
	d := wire.NewDetector(all)
	for _, s := range all {
		if p := s.Protocols[0]; p != "rest-json" && p != "rest-xml" {
			continue
		}
		for _, o := range s.Operations {
			if o.Area == "" {
				continue
			}
			m, ok := d.Detect(requestFor(o), s.SigningName, nil)
			if !ok || m.Operation != o {
				t.Errorf("%s.%s: detected %s", s.Name, o.Name, m.Target)
			}
		}
	}
}

// requestFor fills an operation's template with the least it demands.
func requestFor(o *schema.Operation) *http.Request {
	path := strings.NewReplacer("{", "", "+}", "", "}", "").Replace(o.URI)
	r := httptest.NewRequest(o.Method, path, nil)
	q := r.URL.Query()
	for _, m := range o.Input.Members {
		if m.Location == "querystring" && m.Required {
			q.Set(m.WireName(), "1")
		}
		if m.Location == "header" && m.Required {
			r.Header.Set(m.WireName(), "1")
		}
	}
	r.URL.RawQuery = q.Encode()
	return r
}

func FuzzDetect(f *testing.F) {
	f.Add("GET", "/b/k?uploads", "b.s3.x.localhost", "", "s3")
	f.Add("POST", "/", "localhost", "Logs_20140328.PutLogEvents", "logs")
	f.Add("POST", "/service/GraniteServiceVersion20100801/operation/X", "", "", "")
	f.Add("GET", "/?Action=X&Version=2010-05-08", "", "", "iam")
	f.Add("GET", "/%zz/%2F//..", ".s3.", ".", "cognito-sync")
	d := wire.NewDetector(services(f))
	f.Fuzz(func(t *testing.T, method, target, host, header, signing string) {
		r, err := http.NewRequest(method, target, nil)
		if err != nil {
			return
		}
		r.Host = host
		r.Header.Set("X-Amz-Target", header)
		m, ok := d.Detect(r, signing, func() (string, string) { return "X", "2010-05-08" })
		if ok && (m.Service == nil || m.Protocol == nil) {
			t.Fatalf("half a match: %+v", m)
		}
		if m.Operation != nil && m.Operation.Service != m.Service {
			t.Fatal("operation of another service")
		}
	})
}
