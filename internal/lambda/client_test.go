package lambda_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/cogtrail/cogtrail/internal/lambda"
	"github.com/cogtrail/cogtrail/internal/outbound"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:hello"

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func client(set func(*lambda.Client)) *lambda.Client {
	c := &lambda.Client{
		Name: lambda.ByARN, HTTP: outbound.New(outbound.Options{AllowPrivate: true, MaxBody: 1000}),
		Now: func() time.Time { return time.Date(2026, 3, 3, 7, 5, 9, 0, time.UTC) },
	}
	set(c)
	return c
}

// The request of each way to call, as the other side sees it.
func TestInvoke_request(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		set      func(c *lambda.Client, url string)
		function string
		path     string
		header   string
		want     string // beginning of the header
	}{
		"ARN":    {func(c *lambda.Client, url string) { c.Endpoint = url + "/" }, arn, "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ahello/invocations", "X-Amz-Invocation-Type", "RequestResponse"},
		"name":   {func(c *lambda.Client, url string) { c.Endpoint, c.Name = url, lambda.ByName }, arn + ":live", "/2015-03-31/functions/hello/invocations", "Authorization", ""},
		"fixed":  {func(c *lambda.Client, url string) { c.Endpoint, c.Name = url, "function" }, arn, "/2015-03-31/functions/function/invocations", "Content-Type", "application/json"},
		"Region": {func(c *lambda.Client, url string) { c.Endpoint, c.Name = url+"/{region}", "f" }, arn, "/eu-west-1/2015-03-31/functions/f/invocations", "Authorization", ""},
		"signed": {func(c *lambda.Client, url string) {
			c.Endpoint, c.Credentials = url, aws.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "s"}
		}, arn, "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Ahello/invocations", "Authorization", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260303/eu-west-1/lambda/aws4_request, SignedHeaders="},
		"webhook": {func(c *lambda.Client, url string) {
			c.Endpoint, c.Webhooks = "http://127.0.0.1:1", map[string]string{arn: url + "/hook?x=1"}
		}, arn + ":live", "/hook", "Authorization", ""},
		"webhook by name, with token": {func(c *lambda.Client, url string) {
			c.Token, c.Webhooks = "secret", map[string]string{"hello": url + "/hook"}
		}, arn, "/hook", "Authorization", "Bearer secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || string(body) != `{"a":1}` || r.Method != "POST" || r.URL.EscapedPath() != tc.path {
					t.Errorf("%s %s %s", r.Method, r.URL.EscapedPath(), body)
				}
				if got := r.Header.Get(tc.header); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
					t.Errorf("%s: %s", tc.header, got)
				}
				_, _ = io.WriteString(w, `{"response":{}}`)
			})
			out, err := client(func(c *lambda.Client) { tc.set(c, url) }).Invoke(t.Context(), tc.function, []byte(`{"a":1}`))
			if err != nil || string(out) != `{"response":{}}` {
				t.Errorf("%s, %v", out, err)
			}
		})
	}
}

// What is an answer, what a function's failure, and what kept it from running.
func TestInvoke_answer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		header [2]string
		body   string
		want   error
	}{
		"answer":                     {200, [2]string{}, `{"response":{}}`, nil},
		"no JSON is an answer too":   {200, [2]string{}, "null", nil},
		"event with an errorMessage": {200, [2]string{}, `{"errorMessage":"x","response":{}}`, nil},
		"failed":                     {200, [2]string{"X-Amz-Function-Error", "Unhandled"}, `{"errorMessage":"no","errorType":"Error","response":{}}`, &trigger.FunctionError{Message: "no"}},
		"failed without JSON":        {200, [2]string{"X-Amz-Function-Error", "Unhandled"}, "crash", &trigger.FunctionError{Message: "crash"}},
		"failed in an emulator":      {200, [2]string{}, `{"errorMessage":"no","stackTrace":[]}`, &trigger.FunctionError{Message: "no"}},
		"webhook that refuses":       {403, [2]string{}, `{"errorMessage":"no"}`, &trigger.FunctionError{Message: "no"}},
		"not allowed":                {403, [2]string{"X-Amzn-ErrorType", "AccessDeniedException:http://x"}, `{"Message":"secret"}`, &trigger.InvokeError{Code: "AccessDeniedException"}},
		"busy":                       {429, [2]string{"X-Amzn-ErrorType", "TooManyRequestsException"}, "", &trigger.InvokeError{Code: "TooManyRequestsException", Again: true}},
		"error type that is no name": {502, [2]string{"X-Amzn-ErrorType", "<script>"}, "", &trigger.InvokeError{Code: "HTTP status 502", Again: true}},
		"redirect":                   {302, [2]string{"Location", "http://127.0.0.1:1/"}, "", &trigger.InvokeError{Code: "HTTP status 302"}},
		"too large":                  {200, [2]string{}, strings.Repeat("x", 1001), &trigger.InvokeError{Code: "ResponseSizeTooLarge"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if tc.header[0] != "" {
					w.Header().Set(tc.header[0], tc.header[1])
				}
				w.WriteHeader(tc.status)
				_, _ = io.WriteString(w, tc.body)
			})
			out, err := client(func(c *lambda.Client) { c.Endpoint = url }).Invoke(t.Context(), arn, []byte(`{}`))
			if tc.want == nil {
				if err != nil || string(out) != tc.body {
					t.Errorf("%s, %v", out, err)
				}
				return
			}
			var failed *trigger.FunctionError
			var not *trigger.InvokeError
			switch want := tc.want.(type) {
			case *trigger.FunctionError:
				if !errors.As(err, &failed) || *failed != *want {
					t.Errorf("%#v", err)
				}
			case *trigger.InvokeError:
				if !errors.As(err, &not) || *not != *want {
					t.Errorf("%#v", err)
				}
			}
		})
	}
}

func TestInvoke_unreachable(t *testing.T) {
	t.Parallel()
	var not *trigger.InvokeError
	if _, err := client(func(*lambda.Client) {}).Invoke(t.Context(), arn, nil); !errors.As(err, &not) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	if _, err := client(func(c *lambda.Client) { c.Endpoint = url }).Invoke(ctx, arn, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	bad := client(func(c *lambda.Client) { c.Webhooks = map[string]string{"hello": "http://secret\x7f/"} })
	if _, err := bad.Invoke(t.Context(), arn, nil); err == nil || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
	private := client(func(c *lambda.Client) { c.Endpoint, c.HTTP = url, outbound.New(outbound.Options{}) })
	if _, err := private.Invoke(t.Context(), arn, nil); !errors.As(err, &not) || not.Code != "InvalidAddress" {
		t.Error(err)
	}
}
