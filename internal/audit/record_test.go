package audit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
)

const account = "111122223333"

var (
	moment = time.Date(2026, 3, 2, 10, 15, 30, 999, time.FixedZone("CET", 3600))
	text   = &schema.Shape{Name: "Text", Kind: schema.String}
	secret = &schema.Shape{Name: "Secret", Kind: schema.String, Sensitive: true}
)

func structure(name string, ms ...*schema.Member) *schema.Shape {
	s := &schema.Shape{Name: name, Kind: schema.Structure}
	s.SetMembers(ms)
	return s
}

func attr(name string, s *schema.Shape) *schema.Member { return &schema.Member{Name: name, Shape: s} }

func filled(s *schema.Shape, values ...any) *schema.Struct {
	v := schema.NewStruct(s)
	copy(v.Fields, values)
	return v
}

// event is a complete event; tests change what they are about.
func event() *Event {
	return &Event{
		Caller: principal.RootOf(account, "AKIAROOT"), Time: moment, Source: "cognito-idp.amazonaws.com", Name: "DescribeUserPool",
		Region: "us-east-1", SourceIP: "198.51.100.7", UserAgent: "aws-cli/2.27.0",
		Request:   filled(structure("In", attr("UserPoolId", text)), "us-east-1_AbCdEfGhI"),
		RequestID: "0f0f0f0f-1111-4222-8333-444455556666", ID: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0000",
		ReadOnly: true, Type: APICall, Category: "Management", Account: account,
	}
}

func encode(e *Event) string {
	return string((&Encoder{Hidden: HiddenForSecurity}).Append(nil, e))
}

func TestAppend_Golden(t *testing.T) {
	t.Parallel()
	user := principal.User(account, "/", "ops", "AIDAEXAMPLE0000000001", "AKIAEXAMPLE000000001")
	service := event()
	service.Caller, service.Type, service.Name, service.ReadOnly, service.Request = principal.OfAccount(account, "AWS Internal"), ServiceEvent, "RotateKey", false, nil

	failed := event()
	failed.Caller, failed.ErrorCode, failed.ErrorMessage = user, "ResourceNotFoundException", "User pool us-east-1_AbCdEfGhI does not exist."

	data := event()
	data.Caller, data.Source, data.Name, data.Category, data.ReadOnly = principal.Anonymous(), "cognito-identity.amazonaws.com", "GetId", "Data", false
	data.Request = filled(structure("GetIdInput", attr("IdentityPoolId", text)), "us-east-1:0aa0")
	data.Response = filled(structure("GetIdOutput", attr("IdentityId", text)), "us-east-1:0bb0")
	data.Builder = &Builder{}
	data.Builder.AddResource(account, "AWS::Cognito::IdentityPool", "arn:aws:cognito-identity:us-east-1:111122223333:identitypool/us-east-1:0aa0")

	signUp := event()
	signUp.Caller, signUp.Name, signUp.ReadOnly = principal.Anonymous(), "SignUp", false
	signUp.Request = filled(structure("SignUpRequest", attr("ClientId", text), attr("Username", secret), attr("Password", secret), attr("ClientMetadata", text)), "1example", "ada", "Passw0rd!", nil)
	signUp.Response = filled(structure("SignUpResponse", attr("UserConfirmed", &schema.Shape{Kind: schema.Boolean}), attr("UserSub", text)), false, "9f0c")
	signUp.Builder = &Builder{}
	signUp.Builder.Subject("")
	signUp.Builder.Extra("loginCount", int64(3))
	signUp.Builder.Extra("hosted", true)
	signUp.Builder.Extra("requestedScope", "openid")
	signUp.Builder.Subject("9f0c")

	role := event()
	role.Caller = principal.RoleSession(account, "/x/", "App", "AROAEXAMPLE0000000002", "web-42", "ASIAEXAMPLE000000002", principal.Session{Created: moment})
	role.Name, role.ReadOnly, role.UserAgent = "CreateUserPool", false, ""
	role.Request = filled(structure("Empty"))
	role.TLS = &TLS{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "cognito-idp.us-east-1.amazonaws.com"}

	bucket := event()
	bucket.Source, bucket.Name, bucket.Category, bucket.SharedID = "s3.amazonaws.com", "ListObjects", "Data", "5a1b"
	bucket.Caller = user.Foreign()
	bucket.Request = filled(structure("ListObjectsV2Request", &schema.Member{Name: "Bucket", Shape: text, Recorded: "bucketName"}), "audit")
	bucket.Parameters = []schema.Parameter{{Name: "list-type", Value: "2"}, {Name: "Host", Value: "audit.s3.example"}}

	const head = `"eventTime":"2026-03-02T09:15:30Z","eventSource":"cognito-idp.amazonaws.com",`
	const ids = `"requestID":"0f0f0f0f-1111-4222-8333-444455556666","eventID":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0000",`
	const tail = `"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"`
	for name, c := range map[string]struct {
		e    *Event
		want string
	}{
		"root reads": {event(), `{"eventVersion":"1.11","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAROOT"},` +
			head + `"eventName":"DescribeUserPool","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"requestParameters":{"userPoolId":"us-east-1_AbCdEfGhI"},"responseElements":null,` + ids + `"readOnly":true,` + tail + `}`},
		"user fails": {failed, `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/ops","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE000000001","userName":"ops"},` +
			head + `"eventName":"DescribeUserPool","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"errorCode":"ResourceNotFoundException","errorMessage":"User pool us-east-1_AbCdEfGhI does not exist.",` +
			`"requestParameters":{"userPoolId":"us-east-1_AbCdEfGhI"},"responseElements":null,` + ids + `"readOnly":true,` + tail + `}`},
		"service event": {service, `{"eventVersion":"1.11","userIdentity":{"accountId":"111122223333","invokedBy":"AWS Internal"},` +
			head + `"eventName":"RotateKey","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"requestParameters":null,"responseElements":null,` + ids + `"readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}`},
		"anonymous data event with resources": {data, `{"eventVersion":"1.11","userIdentity":{"type":"Unknown","principalId":"Anonymous"},` +
			`"eventTime":"2026-03-02T09:15:30Z","eventSource":"cognito-identity.amazonaws.com","eventName":"GetId","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"requestParameters":{"identityPoolId":"us-east-1:0aa0"},"responseElements":{"identityId":"us-east-1:0bb0"},` + ids + `"readOnly":false,` +
			`"resources":[{"accountId":"111122223333","type":"AWS::Cognito::IdentityPool","ARN":"arn:aws:cognito-identity:us-east-1:111122223333:identitypool/us-east-1:0aa0"}],` +
			`"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}`},
		"stranger in a bucket": {bucket, `{"eventVersion":"1.11","userIdentity":{"type":"AWSAccount","principalId":"AIDAEXAMPLE0000000001","accountId":"111122223333"},` +
			`"eventTime":"2026-03-02T09:15:30Z","eventSource":"s3.amazonaws.com","eventName":"ListObjects","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"requestParameters":{"bucketName":"audit","list-type":"2","Host":"audit.s3.example"},"responseElements":null,` + ids + `"readOnly":true,` +
			`"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","sharedEventID":"5a1b","eventCategory":"Data"}`},
		"sign-up hides what is private": {signUp, `{"eventVersion":"1.11","userIdentity":{"type":"Unknown","principalId":"Anonymous"},` +
			head + `"eventName":"SignUp","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2.27.0",` +
			`"requestParameters":{"clientId":"1example","username":"HIDDEN_FOR_SECURITY_REASONS","password":"HIDDEN_FOR_SECURITY_REASONS"},` +
			`"responseElements":{"userConfirmed":false,"userSub":"9f0c"},"additionalEventData":{"sub":"9f0c","loginCount":3,"hosted":true,"requestedScope":"openid"},` +
			ids + `"readOnly":false,` + tail + `}`},
		"role session by TLS, empty request is null": {role, `{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE0000000002:web-42","arn":"arn:aws:sts::111122223333:assumed-role/App/web-42","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000002",` +
			`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE0000000002","arn":"arn:aws:iam::111122223333:role/x/App","accountId":"111122223333","userName":"App"},"attributes":{"creationDate":"2026-03-02T09:15:30Z","mfaAuthenticated":"false"}}},` +
			head + `"eventName":"CreateUserPool","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7",` +
			`"requestParameters":null,"responseElements":null,` + ids + `"readOnly":false,` + tail +
			`,"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"cognito-idp.us-east-1.amazonaws.com"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := encode(c.e); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAppend_EveryKindOfValue(t *testing.T) {
	t.Parallel()
	list := &schema.Shape{Kind: schema.List, Elem: attr("member", text)}
	pairs := &schema.Shape{Kind: schema.Map, MapKey: attr("key", text), Elem: attr("value", text)}
	logins := &schema.Shape{Kind: schema.Map, MapKey: attr("key", text), Elem: attr("value", text), HideValues: true}
	secretKeys := &schema.Shape{Kind: schema.Map, MapKey: attr("key", secret), Elem: attr("value", text)}
	in := structure("In",
		attr("SAMLAssertion", text), attr("Long", &schema.Shape{Kind: schema.Long}), attr("Double", &schema.Shape{Kind: schema.Double}),
		attr("NaN", &schema.Shape{Kind: schema.Double}), attr("When", &schema.Shape{Kind: schema.Timestamp}), attr("Blob", &schema.Shape{Kind: schema.Blob}),
		attr("List", list), attr("Pairs", pairs), attr("Logins", logins), attr("SecretKeys", secretKeys),
		attr("Document", &schema.Shape{Kind: schema.Document}), attr("Inner", structure("Inner", attr("A", text), attr("B", secret))),
		&schema.Member{Name: "Dropped", Shape: text, Drop: true}, &schema.Member{Name: "HiddenMember", Shape: list, Hide: true},
		&schema.Member{Name: "Streamed", Shape: &schema.Shape{Kind: schema.Blob, Streaming: true}},
		&schema.Member{Name: "StreamedHere", Shape: &schema.Shape{Kind: schema.Blob}, Streaming: true},
	)
	e := event()
	e.Request = filled(in, "s", int64(-5), 1e21, nan(), moment, []byte("ab"),
		[]any{"x", nil, ""}, &schema.Pairs{Keys: []string{"K\n", "L"}, Values: []any{"v", nil}}, &schema.Pairs{Keys: []string{"provider"}, Values: []any{"TOKEN"}},
		&schema.Pairs{Keys: []string{"TOKEN"}, Values: []any{"v"}}, json.RawMessage(`{"a":"TOKEN"}`), filled(structure("Inner", attr("A", text), attr("B", secret)), nil, "TOKEN"),
		"TOKEN", []any{"TOKEN"}, strings.NewReader("TOKEN"), strings.NewReader("TOKEN"))
	const h = `"HIDDEN_FOR_SECURITY_REASONS"`
	want := `"requestParameters":{"sAMLAssertion":"s","long":-5,"double":1e+21,"naN":"NaN","when":"Mar 2, 2026 9:15:30 AM","blob":"YWI=",` +
		`"list":["x",null,""],"pairs":{"K\n":"v","L":null},"logins":{"provider":` + h + `},"secretKeys":` + h + `,"document":` + h + `,"inner":{"b":` + h + `},"hiddenMember":` + h + `},`
	got := encode(e)
	if !strings.Contains(got, want) || strings.Contains(got, "TOKEN") {
		t.Errorf("got %s\nwant a part %s", got, want)
	}
}

func nan() float64 { var z float64; return z / z }

func TestAppend_HiddenValueIsASetting(t *testing.T) {
	t.Parallel()
	e := event()
	e.Request = filled(structure("In", attr("Password", secret)), "Passw0rd!")
	got := string((&Encoder{Hidden: HiddenDueToSecurity}).Append([]byte("before "), e))
	if !strings.HasPrefix(got, `before {"eventVersion"`) || !strings.Contains(got, `{"password":"HIDDEN_DUE_TO_SECURITY_REASONS"}`) {
		t.Error(got)
	}
}

func TestAppend_Limits(t *testing.T) {
	t.Parallel()
	in := structure("In", attr("A", text))
	// {"a":"…"} takes 8 bytes around the text.
	fits, over := strings.Repeat("x", maxElements-8), strings.Repeat("x", maxElements-7)
	for name, c := range map[string]struct {
		change func(*Event)
		want   string
		not    string
	}{
		"request of 100 KB stays":       {func(e *Event) { e.Request = filled(in, fits) }, fits, "too large"},
		"request over 100 KB":           {func(e *Event) { e.Request = filled(in, over) }, `"requestParameters":{"reason":"requestParameters too large","omitted":true,"originalSize":102401},"responseElements":null`, "xxx"},
		"response over 100 KB":          {func(e *Event) { e.Response = filled(in, over) }, `"responseElements":{"reason":"responseElements too large","omitted":true,"originalSize":102401},"requestID"`, "xxx"},
		"additional data over 28 KB":    {func(e *Event) { e.Builder = &Builder{}; e.Builder.Extra("k", strings.Repeat("x", maxAdditional)) }, `"additionalEventData":{"reason":"additionalEventData too large","omitted":true,"originalSize":`, "xxx"},
		"additional data just fits":     {func(e *Event) { e.Builder = &Builder{}; e.Builder.Extra("k", strings.Repeat("x", maxAdditional-100)) }, `"additionalEventData":{"k":"xxx`, "omitted"},
		"empty builder leaves no trace": {func(e *Event) { e.Builder = &Builder{} }, `"responseElements":null,"requestID"`, "additionalEventData"},
		"user agent":                    {func(e *Event) { e.UserAgent = strings.Repeat("u", 2000) }, `"userAgent":"` + strings.Repeat("u", 1021) + `..."`, strings.Repeat("u", 1022)},
		"user agent of 1 KB":            {func(e *Event) { e.UserAgent = strings.Repeat("u", 1024) }, `"userAgent":"` + strings.Repeat("u", 1024) + `"`, "..."},
		"error":                         {func(e *Event) { e.ErrorCode, e.ErrorMessage = strings.Repeat("c", 1025), strings.Repeat("m", 1025) }, `"errorCode":"` + strings.Repeat("c", 1021) + `...","errorMessage":"` + strings.Repeat("m", 1021) + `..."`, "cccc\""},
		"request id":                    {func(e *Event) { e.RequestID = strings.Repeat("r", 5000) }, `"requestID":"` + strings.Repeat("r", 1021) + `..."`, strings.Repeat("r", 1022)},
		"cut between runes":             {func(e *Event) { e.UserAgent = strings.Repeat("é", 1000) }, `"userAgent":"` + strings.Repeat("é", 510) + `..."`, `\ufffd`},
		"message without code":          {func(e *Event) { e.ErrorMessage = "lost" }, `"userAgent":"aws-cli/2.27.0","requestParameters"`, "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := event()
			c.change(e)
			got := encode(e)
			if !json.Valid([]byte(got)) || !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("got %.600s … (%d bytes)", got, len(got))
			}
		})
	}
}

func TestAppend_HostileTextStaysOneLine(t *testing.T) {
	t.Parallel()
	const hostile = "a\"\\\r\n\x1b[31m\x00\x7f\u0085\u009b\u2028\u2029\xff\xc3("
	e := event()
	e.UserAgent, e.ErrorCode, e.ErrorMessage, e.SourceIP, e.RequestID = hostile, hostile, hostile, hostile, hostile
	e.Caller = principal.User(account, "/", hostile, "AIDA", "AKIA")
	e.TLS = &TLS{hostile, hostile, hostile}
	e.Request = filled(structure("In", attr("A", text), attr("M", &schema.Shape{Kind: schema.Map, MapKey: attr("key", text), Elem: attr("value", text)})),
		hostile, &schema.Pairs{Keys: []string{hostile}, Values: []any{hostile}})
	e.Builder = &Builder{}
	e.Builder.Subject(hostile)
	e.Builder.Extra(hostile, hostile)
	e.Builder.AddResource(hostile, hostile, hostile)
	oneLine(t, encode(e))
}

// oneLine fails unless the record is valid JSON, valid UTF-8, and drives no terminal and no line reader.
func oneLine(t *testing.T, record string) {
	t.Helper()
	if !json.Valid([]byte(record)) {
		t.Fatalf("not valid JSON: %q", record)
	}
	for i, r := range record {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			t.Fatalf("rune %U at %d of %q", r, i, record)
		}
	}
	if strings.ToValidUTF8(record, "") != record {
		t.Fatalf("not valid UTF-8: %q", record)
	}
}

func BenchmarkAppend(b *testing.B) {
	e := event()
	e.Caller = principal.RoleSession(account, "/", "App", "AROAEXAMPLE0000000002", "web-42", "ASIAEXAMPLE000000002", principal.Session{Created: moment})
	e.TLS = &TLS{"TLSv1.3", "TLS_AES_128_GCM_SHA256", "cognito-idp.us-east-1.amazonaws.com"}
	e.Builder = &Builder{}
	e.Builder.Subject("9f0c2f5e-1111-4222-8333-444455556666")
	enc := &Encoder{Hidden: HiddenForSecurity}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = enc.Append(dst[:0], e)
	}
	b.SetBytes(int64(len(dst)))
}
