package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Region and Account of the server's own default.
const (
	Region  = "us-east-1"
	Account = "123456789012"
)

// Answer is an HTTP answer, read to its end.
type Answer struct {
	Status    int
	Header    http.Header
	Body      []byte
	RequestID string
	Code      string // error code, empty on success
}

// Err is an error unless the answer is a success.
func (a *Answer) Err() error {
	if a.Status/100 == 2 {
		return nil
	}
	return fmt.Errorf("answer %d %s: %.300s", a.Status, a.Code, a.Body)
}

// Decode reads a JSON answer; anything but a success is an error.
func (a *Answer) Decode(v any) error {
	if err := a.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("decode answer: %w", err)
	}
	return nil
}

var xmlCode = regexp.MustCompile(`<Code>([^<]*)</Code>`)

// Do sends a request as it is.
func (s *Server) Do(req *http.Request) (*Answer, error) {
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	a := &Answer{Status: resp.StatusCode, Header: resp.Header}
	if a.Body, err = io.ReadAll(resp.Body); err != nil {
		return nil, err
	}
	for _, h := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id"} {
		if v := resp.Header.Get(h); v != "" {
			a.RequestID = v
		}
	}
	if a.Status/100 != 2 {
		var e struct {
			Type string `json:"__type"`
		}
		if json.Unmarshal(a.Body, &e) == nil {
			a.Code = e.Type[strings.LastIndexByte(e.Type, '#')+1:]
		} else if m := xmlCode.FindSubmatch(a.Body); m != nil {
			a.Code = string(m[1])
		}
	}
	return a, nil
}

// targets begin the X-Amz-Target header of the services that speak JSON.
var targets = map[string]string{
	"cognito-idp": "AWSCognitoIdentityProviderService.", "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.",
	"logs": "Logs_20140328.", "monitoring": "GraniteServiceVersion20100801.",
	"events": "AWSEvents.",
}

// versions are the API versions of the services that speak query.
var versions = map[string]string{"iam": "2010-05-08", "sts": "2011-06-15", "sns": "2010-03-31"}

// Request makes an unsigned request of an operation: a JSON service takes any
// value that marshals, a query service a url.Values.
func (s *Server) Request(ctx context.Context, service, operation string, in any) (*http.Request, []byte, error) {
	var body []byte
	form, isForm := in.(url.Values)
	if isForm {
		form.Set("Action", operation)
		form.Set("Version", versions[service])
		body = []byte(form.Encode())
	} else {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return nil, nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/", bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	if isForm {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return req, body, nil
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	if service == "monitoring" {
		req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	}
	req.Header.Set("X-Amz-Target", targets[service]+operation)
	return req, body, nil
}

// Sign signs a request for a service; payload is the hash of its body.
func Sign(req *http.Request, c Credentials, payload, service string, at time.Time) error {
	return v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" }).SignHTTP(
		req.Context(), aws.Credentials{AccessKeyID: c.ID, SecretAccessKey: c.Secret, SessionToken: c.Token}, req, payload, service, Region, at)
}

// Hash is the SHA-256 of a body as signatures want it.
func Hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Call sends one call as c, or unsigned if c is nil.
func (s *Server) Call(ctx context.Context, c *Credentials, service, operation string, in any) (*Answer, error) {
	req, body, err := s.Request(ctx, service, operation, in)
	if err != nil {
		return nil, err
	}
	if c != nil {
		if err := Sign(req, *c, Hash(body), service, time.Now()); err != nil {
			return nil, err
		}
	}
	return s.Do(req)
}

// Must is Call as root that has to succeed; out may be nil.
func (s *Server) Must(ctx context.Context, service, operation string, in, out any) error {
	a, err := s.Call(ctx, &s.Root, service, operation, in)
	if err == nil {
		err = a.Err()
	}
	if err == nil && out != nil {
		err = a.Decode(out)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

// S3 sends a signed S3 request, or an unsigned one if c is nil. path is the
// escaped path with its query.
func (s *Server) S3(ctx context.Context, c *Credentials, method, path string, body []byte, headers map[string]string) (*Answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	if c != nil {
		if req.Header.Get("X-Amz-Content-Sha256") == "" {
			req.Header.Set("X-Amz-Content-Sha256", Hash(body))
		}
		if err := Sign(req, *c, req.Header.Get("X-Amz-Content-Sha256"), "s3", time.Now()); err != nil {
			return nil, err
		}
	}
	return s.Do(req)
}
