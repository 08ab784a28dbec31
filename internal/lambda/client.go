package lambda

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cogtrail/cogtrail/internal/outbound"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// Names of functions in the endpoint's URLs.
const (
	ByARN  = "arn"
	ByName = "name"
)

// Client runs functions. Its fields are set once.
type Client struct {
	// Endpoint is the base URL of an Invoke API, empty for none; {region} in it is the function's Region.
	Endpoint string
	// Name is ByARN, ByName, or what every function is called there ("function" of the runtime interface emulator).
	Name string
	// Webhooks are URLs by a function's ARN, with or without qualifier, or its name. They go before the endpoint.
	Webhooks map[string]string
	// Token is sent to webhooks as bearer token, if set.
	Token string
	// Credentials sign calls of the endpoint, if set.
	Credentials aws.Credentials
	HTTP        *outbound.Client
	Now         func() time.Time
}

var _ trigger.Invoker = (*Client)(nil)

// Invoke implements trigger.Invoker.
func (c *Client) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	f := parse(function)
	if to := c.webhook(f); to != "" {
		return c.call(ctx, to, payload, func(r *http.Request) error {
			if c.Token != "" {
				r.Header.Set("Authorization", "Bearer "+c.Token)
			}
			return nil
		})
	}
	if c.Endpoint == "" {
		return nil, &trigger.InvokeError{Code: "ResourceNotFoundException"}
	}
	name := c.Name
	switch name {
	case ByARN:
		name = f.arn
	case ByName:
		name = f.name
	}
	base := strings.TrimSuffix(strings.ReplaceAll(c.Endpoint, "{region}", f.region), "/")
	// Colons are escaped as AWS's own clients do it.
	to := base + "/2015-03-31/functions/" + strings.ReplaceAll(url.PathEscape(name), ":", "%3A") + "/invocations"
	return c.call(ctx, to, payload, func(r *http.Request) error {
		r.Header.Set("X-Amz-Invocation-Type", "RequestResponse")
		if c.Credentials.AccessKeyID == "" {
			return nil
		}
		sum := sha256.Sum256(payload)
		return v4.NewSigner().SignHTTP(r.Context(), c.Credentials, r, hex.EncodeToString(sum[:]), "lambda", f.region, c.Now())
	})
}

func (c *Client) webhook(f function) string {
	for _, key := range []string{f.arn, f.unqualified, f.name} {
		if to := c.Webhooks[key]; to != "" {
			return to
		}
	}
	return ""
}

// call posts an event and reads the answer.
func (c *Client) call(ctx context.Context, to string, payload []byte, prepare func(*http.Request) error) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(payload))
	if err != nil {
		return nil, errors.New("address of a function is no URL")
	}
	r.Header.Set("Content-Type", "application/json")
	if err := prepare(r); err != nil {
		return nil, fmt.Errorf("sign invocation: %w", err)
	}
	res, err := c.HTTP.Do(r)
	if errors.Is(err, outbound.ErrAddress) || errors.Is(err, outbound.ErrScheme) {
		return nil, &trigger.InvokeError{Code: "InvalidAddress"}
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // only read
	raw, err := io.ReadAll(res.Body)
	if errors.Is(err, outbound.ErrTooLarge) {
		return nil, &trigger.InvokeError{Code: "ResponseSizeTooLarge"}
	}
	if err != nil {
		return nil, fmt.Errorf("read answer of a function: %w", err)
	}
	return read(res, raw)
}

// read tells an answer from a failure. Emulators do not mark a function's failure by the header; only a failure has an errorMessage
// and no response.
func read(res *http.Response, raw []byte) ([]byte, error) {
	var said struct {
		Message  *string         `json:"errorMessage"`
		Type     string          `json:"__type"`
		Response json.RawMessage `json:"response"`
	}
	known := json.Unmarshal(raw, &said) == nil && said.Message != nil
	ok := res.StatusCode >= 200 && res.StatusCode < 300
	switch {
	case res.Header.Get("X-Amz-Function-Error") != "" && !known:
		return nil, &trigger.FunctionError{Message: string(raw)}
	case known && (res.Header.Get("X-Amz-Function-Error") != "" || said.Response == nil):
		return nil, &trigger.FunctionError{Message: *said.Message}
	case ok:
		return raw, nil
	}
	code, _, _ := strings.Cut(res.Header.Get("X-Amzn-Errortype"), ":")
	if code == "" || len(code) > 64 || strings.Trim(code, letters) != "" {
		code = fmt.Sprintf("HTTP status %d", res.StatusCode)
	}
	return nil, &trigger.InvokeError{Code: code, Again: res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500}
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// function is an ARN in its parts: arn:aws:lambda:Region:account:function:name, and maybe :qualifier.
type function struct{ arn, unqualified, name, region string }

func parse(arn string) function {
	f := function{arn: arn, unqualified: arn, name: arn}
	p := strings.Split(arn, ":")
	if len(p) < 7 || p[2] != "lambda" {
		return f
	}
	f.region, f.name, f.unqualified = p[3], p[6], strings.Join(p[:7], ":")
	return f
}
