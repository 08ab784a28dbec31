package wire_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire"
)

func find(t testing.TB, service, operation string) (*wire.Detector, *schema.Service, *schema.Operation) {
	t.Helper()
	all := services(t)
	for _, s := range all {
		if s.Name == service {
			o, ok := s.Operation(operation)
			if !ok {
				t.Fatalf("no operation %s.%s", service, operation)
			}
			return wire.NewDetector(all), s, o
		}
	}
	t.Fatalf("no service %s", service)
	return nil, nil, nil
}

// TestEncodeError compares whole answers, byte for byte.
func TestEncodeError(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, service, operation, protocol string
		err                                schema.Error
		status                             int
		headers                            map[string]string
		body                               string
	}{
		{"Cognito", "cognito-idp", "InitiateAuth", "json", schema.Error{Code: "NotAuthorizedException", Message: "Incorrect username or password."}, 400,
			map[string]string{"X-Amzn-Errortype": "NotAuthorizedException:", "X-Amzn-Errormessage": "Incorrect username or password.", "X-Amzn-Requestid": "id-1", "Content-Type": "application/x-amz-json-1.1"},
			`{"__type":"NotAuthorizedException","message":"Incorrect username or password."}`},
		{"member", "cognito-idp", "SignUp", "json", schema.Error{Code: "InvalidParameterException", Message: "a\nb é", Members: map[string]any{"reasonCode": "X"}}, 400,
			map[string]string{"X-Amzn-Errormessage": "a b ?"}, `{"__type":"InvalidParameterException","message":"a\nb é","reasonCode":"X"}`},
		{"no message", "logs", "PutLogEvents", "json", schema.Error{Code: "UnknownOperationException"}, 400, nil, `{"__type":"UnknownOperationException"}`},
		{"capital", "logs", "PutLogEvents", "json", schema.Error{Code: "SerializationException", Message: "x"}, 400, map[string]string{"X-Amzn-Errortype": ""}, `{"__type":"SerializationException","Message":"x"}`},
		{"query past", "cloudwatch", "SetAlarmState", "json", schema.Error{Code: "ResourceNotFound"}, 404,
			map[string]string{"X-Amzn-Query-Error": "ResourceNotFound;Sender", "Content-Type": "application/x-amz-json-1.0"}, `{"__type":"com.amazonaws.cloudwatch.v2010_08_01#ResourceNotFound"}`},
		{"query past, code differs", "cloudwatch", "PutMetricData", "json", schema.Error{Code: "InvalidParameterValueException", Message: "m"}, 400,
			map[string]string{"X-Amzn-Query-Error": "InvalidParameterValue;Sender"}, `{"__type":"com.amazonaws.cloudwatch.v2010_08_01#InvalidParameterValueException","message":"m"}`},
		{"query past, constraint", "cloudwatch", "PutMetricData", "json", schema.Error{Code: "ValidationError", Message: "m"}, 400,
			map[string]string{"X-Amzn-Query-Error": "ValidationError;Sender"}, `{"__type":"com.amazon.coral.validate#ValidationException","message":"m"}`},
		{"query", "cloudwatch", "SetAlarmState", "query", schema.Error{Code: "ResourceNotFound"}, 404, map[string]string{"Content-Type": "text/xml"},
			`<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>ResourceNotFound</Code></Error><RequestId>id-1</RequestId></ErrorResponse>`},
		{"query, code differs", "iam", "GetUser", "query", schema.Error{Code: "NoSuchEntityException", Message: "The user with name <a> cannot be found."}, 404, nil,
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name &lt;a&gt; cannot be found.</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`},
		{"query, server", "sns", "Publish", "query", schema.Error{Code: "InternalError", Server: true}, 500, nil,
			`<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Receiver</Type><Code>InternalError</Code></Error><RequestId>id-1</RequestId></ErrorResponse>`},
		{"S3", "s3", "GetObject", "rest-xml", schema.Error{Code: "NoSuchKey", Message: "The specified key does not exist.", Members: map[string]any{"Key": "a&b"}}, 404,
			map[string]string{"X-Amz-Request-Id": "id-1", "X-Amz-Id-2": "any", "Content-Type": "application/xml"},
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>a&amp;b</Key><RequestId>id-1</RequestId><HostId>HOST</HostId></Error>"},
		{"S3 HEAD", "s3", "HeadObject", "rest-xml", schema.Error{Code: "NoSuchKey", Message: "x", Status: 404}, 404, nil, ""},
		{"S3 not modified", "s3", "GetObject", "rest-xml", schema.Error{Code: "NotModified", Status: 304}, 304, nil, ""},
		{"REST JSON", "cognito-sync", "ListRecords", "rest-json", schema.Error{Code: "ResourceNotFoundException", Message: "m"}, 404,
			map[string]string{"X-Amzn-Errortype": "ResourceNotFoundException:", "Content-Type": "application/json"}, `{"message":"m"}`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, s, o := find(t, c.service, c.operation)
			w := httptest.NewRecorder()
			if err := d.Protocol(c.protocol).EncodeError(w, s, o, &c.err, "id-1"); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status {
				t.Errorf("status %d, want %d", w.Code, c.status)
			}
			host := w.Header().Get("X-Amz-Id-2")
			for k, v := range c.headers {
				if got := w.Header().Get(k); k == "X-Amz-Id-2" && got == "" || k != "X-Amz-Id-2" && got != v {
					t.Errorf("header %s: %q, want %q", k, got, v)
				}
			}
			if want := strings.Replace(c.body, "HOST", host, 1); w.Body.String() != want {
				t.Errorf("body\n%s\nwant\n%s", w.Body, want)
			}
		})
	}
}

func TestEncodeError_cbor(t *testing.T) {
	t.Parallel()
	d, s, o := find(t, "cloudwatch", "SetAlarmState")
	w := httptest.NewRecorder()
	if err := d.Protocol("smithy-rpc-v2-cbor").EncodeError(w, s, o, &schema.Error{Code: "ResourceNotFound", Message: "m"}, "id-1"); err != nil {
		t.Fatal(err)
	}
	const typ = "com.amazonaws.cloudwatch.v2010_08_01#ResourceNotFound"
	want := "\xa2\x66__type\x78" + string(rune(len(typ))) + typ + "\x67message\x61m"
	if w.Body.String() != want {
		t.Errorf("body %q, want %q", w.Body, want)
	}
	if h := w.Header(); h.Get("Smithy-Protocol") != "rpc-v2-cbor" || h.Get("X-Amzn-Query-Error") != "ResourceNotFound;Sender" || w.Code != 404 {
		t.Errorf("status %d, headers %v", w.Code, h)
	}
}

// TestEncode compares whole answers of S3 and the query protocol.
func TestEncode(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	set := func(o *schema.Operation, kv ...any) *schema.Struct {
		v := schema.NewStruct(o.Output)
		for i := 0; i < len(kv); i += 2 {
			v.Set(kv[i].(string), kv[i+1])
		}
		return v
	}
	const xmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	const ns = ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
	cases := []struct {
		name, service, operation, protocol string
		out                                []any
		status                             int
		headers                            map[string]string
		body                               string
	}{
		{"location", "s3", "GetBucketLocation", "rest-xml", []any{"LocationConstraint", "eu-west-1"}, 200, nil, xmlHead + "<LocationConstraint" + ns + ">eu-west-1</LocationConstraint>"},
		{"no location", "s3", "GetBucketLocation", "rest-xml", nil, 200, nil, xmlHead + "<LocationConstraint" + ns + "></LocationConstraint>"},
		{"policy", "s3", "GetBucketPolicy", "rest-xml", []any{"Policy", `{"a":1}`}, 200, map[string]string{"Content-Type": "application/json"}, `{"a":1}`},
		{"versioning", "s3", "GetBucketVersioning", "rest-xml", nil, 200, nil, xmlHead + "<VersioningConfiguration" + ns + "></VersioningConfiguration>"},
		{"object", "s3", "GetObject", "rest-xml", []any{"Body", io.Reader(strings.NewReader("data")), "ContentLength", int64(4), "ETag", `"x"`, "LastModified", at,
			"Metadata", &schema.Pairs{Keys: []string{"signature"}, Values: []any{"ab"}}}, 200,
			map[string]string{"Content-Length": "4", "Etag": `"x"`, "Last-Modified": "Sat, 03 Feb 2024 04:05:06 GMT", "Content-Type": "binary/octet-stream"}, "data"},
		{"range", "s3", "GetObject", "rest-xml", []any{"Body", []byte("at"), "ContentRange", "bytes 1-2/4"}, 206, map[string]string{"Content-Range": "bytes 1-2/4"}, "at"},
		{"head", "s3", "HeadObject", "rest-xml", []any{"ContentLength", int64(4)}, 200, map[string]string{"Content-Length": "4"}, ""},
		{"no header injection", "s3", "HeadObject", "rest-xml", []any{"ContentType", "a\r\nX: y"}, 200, map[string]string{"Content-Type": "a  X: y"}, ""},
		{"delete", "s3", "DeleteObject", "rest-xml", []any{"VersionId", "v"}, 204, map[string]string{"X-Amz-Version-Id": "v", "Content-Length": ""}, ""},
		{"put", "s3", "PutObject", "rest-xml", []any{"ETag", `"x"`}, 200, map[string]string{"Etag": `"x"`, "Content-Length": "0"}, ""},
		{"list", "s3", "ListObjectsV2", "rest-xml", []any{"Name", "b", "KeyCount", int64(1), "IsTruncated", false}, 200, nil,
			xmlHead + "<ListBucketResult" + ns + "><IsTruncated>false</IsTruncated><Name>b</Name><KeyCount>1</KeyCount></ListBucketResult>"},
		{"query", "sts", "GetCallerIdentity", "query", []any{"Account", "000000000000"}, 200, nil,
			`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>000000000000</Account></GetCallerIdentityResult>` +
				`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>`},
		{"query without output", "cloudwatch", "SetAlarmState", "query", nil, 200, nil,
			`<SetAlarmStateResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></SetAlarmStateResponse>`},
		{"JSON without members", "cognito-idp", "ConfirmSignUp", "json", nil, 200, map[string]string{"Content-Length": "2"}, `{}`},
		{"JSON without output", "cognito-idp", "AdminDeleteUser", "json", nil, 200, map[string]string{"Content-Length": "0"}, ``},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, _, o := find(t, c.service, c.operation)
			var out *schema.Struct
			if o.Output != nil {
				out = set(o, c.out...)
			}
			w := httptest.NewRecorder()
			if err := d.Protocol(c.protocol).Encode(w, o, out, "id-1"); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || w.Body.String() != c.body {
				t.Errorf("status %d, body\n%s\nwant\n%s", w.Code, w.Body, c.body)
			}
			for k, v := range c.headers {
				if got := w.Header().Get(k); got != v {
					t.Errorf("header %s: %q, want %q", k, got, v)
				}
			}
		})
	}
}

// TestDecode_refuses holds the errors of bad input per protocol.
func TestDecode_refuses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, service, operation, protocol, url string
		headers                                 map[string]string
		body                                    string
		code, message                           string
	}{
		{"JSON", "cognito-idp", "SignUp", "json", "/", nil, `{"Username":1}`, "SerializationException", "NUMBER_VALUE can not be converted to a String"},
		{"query", "sts", "AssumeRole", "query", "/", nil, "DurationSeconds=x", "MalformedInput", "STRING_VALUE can not be converted to an Integer"},
		{"S3 number", "s3", "ListObjectsV2", "rest-xml", "/b?list-type=2&max-keys=x", nil, "", "InvalidArgument", "Provided max-keys not an integer or within integer range"},
		{"S3 body", "s3", "DeleteObjects", "rest-xml", "/b?delete", nil, "<Other/>", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"},
		{"S3 policy", "s3", "PutBucketPolicy", "rest-xml", "/b?policy", nil, "\xff", "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"},
		{"REST JSON query", "cognito-sync", "ListRecords", "rest-json", "/x?maxResults=x", nil, "", "SerializationException", "STRING_VALUE can not be converted to an Integer"},
		{"CBOR", "cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor", "/", nil, "\xa1", "SerializationException", "Unexpected end-of-input"},
		{"broken gzip", "cloudwatch", "PutMetricData", "json", "/", map[string]string{"Content-Encoding": "gzip"}, "x", "SerializationException", "The compressed request body could not be read."},
		{"unknown coding", "cloudwatch", "PutMetricData", "json", "/", map[string]string{"Content-Encoding": "br"}, "x", "UnsupportedMediaTypeException", "Unsupported content encoding."},
		{"gzip bomb", "cloudwatch", "PutMetricData", "json", "/", map[string]string{"Content-Encoding": "gzip"}, zipped(strings.Repeat(" ", 5<<20)), "RequestEntityTooLargeException", "Request size exceeded the limit."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, _, o := find(t, c.service, c.operation)
			r := httptest.NewRequest(http.MethodPost, c.url, nil)
			for k, v := range c.headers {
				r.Header.Set(k, v)
			}
			_, err := d.Protocol(c.protocol).Decode(&wire.Request{Request: r, Body: []byte(c.body)}, o)
			var e *schema.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Message != c.message {
				t.Errorf("got %v", err)
			}
		})
	}
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.String()
}

func TestDecode_details(t *testing.T) {
	t.Parallel()
	d, _, o := find(t, "cloudwatch", "ListMetrics")
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Encoding", "gzip")
	v, err := d.Protocol("json").Decode(&wire.Request{Request: r, Body: []byte(zipped(`{"Namespace":"x"}`))}, o)
	if err != nil || v.Text("Namespace") != "x" {
		t.Errorf("gzip: %v, %v", v, err)
	}

	d, _, o = find(t, "s3", "GetObject")
	r = httptest.NewRequest(http.MethodGet, "/b/k", nil)
	r.Header.Set("If-Modified-Since", "yesterday")
	r.Header.Set("Range", "bytes=1-2")
	v, err = d.Protocol("rest-xml").Decode(&wire.Request{Request: r, Labels: map[string]string{"Bucket": "b", "Key": "k"}}, o)
	if err != nil || v.Text("Key") != "k" || v.Text("Range") != "bytes=1-2" || v.Get("IfModifiedSince") != nil {
		t.Errorf("conditional: %+v, %v", v, err)
	}

	d, _, o = find(t, "s3", "PutObject")
	r = httptest.NewRequest(http.MethodPut, "/b/k", nil)
	r.Header.Set("X-Amz-Meta-Name", "=?UTF-8?Q?gr=C3=B6=C3=9Fer?=")
	stream := strings.NewReader("data")
	v, err = d.Protocol("rest-xml").Decode(&wire.Request{Request: r, Stream: stream}, o)
	if err != nil || v.Get("Body") != any(stream) {
		t.Errorf("stream: %+v, %v", v, err)
	}
	if p, _ := v.Get("Metadata").(*schema.Pairs); p == nil || p.Keys[0] != "name" || p.Values[0] != "größer" {
		t.Errorf("metadata: %+v", p)
	}
}
