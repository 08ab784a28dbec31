package main

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// A sign-up is confirmed by the link of its e-mail, at the pool's domain, and the trail knows of it.
func TestServer_confirmationLink(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(c *Config) { c.Dev = true }))
	pool := r.cognito("CreateUserPool", `{"PoolName":"shop","AutoVerifiedAttributes":["email"],"VerificationMessageTemplate":{"DefaultEmailOption":"CONFIRM_WITH_LINK"}}`)["UserPool"].(map[string]any)["Id"].(string)
	client := r.cognito("CreateUserPoolClient", fmt.Sprintf(`{"UserPoolId":%q,"ClientName":"c"}`, pool))["UserPoolClient"].(map[string]any)["ClientId"].(string)
	r.cognito("CreateUserPoolDomain", fmt.Sprintf(`{"UserPoolId":%q,"Domain":"shop"}`, pool))
	r.cognito("SignUp", fmt.Sprintf(`{"ClientId":%q,"Username":"jo","Password":"Correct-Horse-42","UserAttributes":[{"Name":"email","Value":"jo@example.com"}]}`, client))
	var box struct{ Messages []struct{ Body string } }
	if err := json.Unmarshal([]byte(r.do(http.MethodGet, "/_cogtrail/messages", "", nil).body), &box); err != nil || len(box.Messages) != 1 {
		t.Fatalf("%+v, %v", box, err)
	}
	m := regexp.MustCompile(`href="([^"]*)"`).FindStringSubmatch(box.Messages[0].Body)
	if m == nil {
		t.Fatalf("no link in %q", box.Messages[0].Body)
	}
	link, err := url.Parse(html.UnescapeString(m[1]))
	_, port, _ := strings.Cut(strings.TrimPrefix(r.base, "http://"), ":")
	if err != nil || link.Scheme != "http" || link.Host != "shop.auth.us-east-1.localhost:"+port {
		t.Fatalf("link %s, %v", m[1], err)
	}
	open := func() response {
		return r.do(http.MethodGet, link.RequestURI(), "", map[string]string{"Host": link.Host})
	}
	if a := open(); a.status != http.StatusOK || !strings.Contains(a.body, "Your account is confirmed") || a.header.Get("X-Cogtrail-Mode") != "dev" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := open(); a.status != http.StatusBadRequest {
		t.Errorf("again: %d %s", a.status, a.body)
	}
	if s := r.cognito("AdminGetUser", fmt.Sprintf(`{"UserPoolId":%q,"Username":"jo"}`, pool))["UserStatus"]; s != "CONFIRMED" {
		t.Errorf("status %v", s)
	}
	find := func() string {
		return r.do(http.MethodPost, "/", `{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"Confirm_With_Link_GET"}]}`, map[string]string{
			"X-Amz-Target": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "Content-Type": "application/x-amz-json-1.1",
			"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260302/us-east-1/cloudtrail/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0", 64),
			"X-Amz-Date":    "20260302T101530Z",
		}).body
	}
	r.until("in Event history", func() bool { return strings.Count(find(), "AwsServiceEvent") == 2 })
	if events := find(); !strings.Contains(events, pool) || strings.Contains(events, link.Query().Get("confirmation_code")) {
		t.Errorf("events %s", events)
	}
	if a := r.do(http.MethodGet, "/confirmUser", "", map[string]string{"Host": "none.auth.us-east-1.localhost"}); a.status != http.StatusNotFound {
		t.Errorf("no domain: %d %s", a.status, a.body)
	}
}

func TestConfig_site(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]string{
		"http://127.0.0.1:4700": "http://shop.auth.us-east-1.localhost:4700", "https://cognito.example.com": "https://shop.auth.us-east-1.localhost", "https://[::1]:443": "https://shop.auth.us-east-1.localhost:443",
	} {
		c := configure(t, func(c *Config) { c.PublicURL = public })
		if got := c.site("shop.auth.us-east-1.localhost"); got != want {
			t.Errorf("%s: %s, want %s", public, got, want)
		}
	}
	for _, suffix := range []string{"", ".example.com", "Example.com", "example.com:80", "-a", "a..b", "a/b"} {
		c, err := loadConfig("", none)
		if err != nil {
			t.Fatal(err)
		}
		if c.HTTP.DomainSuffix = suffix; c.finish() == nil {
			t.Errorf("suffix %q is taken", suffix)
		}
	}
}
