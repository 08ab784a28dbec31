package principal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/principal"
)

const account = "111122223333"

var created = time.Date(2026, 3, 2, 10, 0, 0, 123, time.UTC)

func TestPrincipal_AppendUserIdentity(t *testing.T) {
	t.Parallel()
	alice := principal.User(account, "/", "alice", "AIDAEXAMPLE0000000001", "AKIAEXAMPLE000000001")
	for name, tc := range map[string]struct {
		p    principal.Principal
		want string
	}{
		"anonymous": {principal.Anonymous(), `{"type":"Unknown","principalId":"Anonymous"}`},
		"root":      {principal.RootOf(account, "AKIAROOT"), `{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAROOT"}`},
		"user":      {alice, `{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE000000001","userName":"alice"}`},
		"user in a session": {alice.WithSession("ASIAEXAMPLE000000002", principal.Session{Created: created, MFA: true}),
			`{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000002","userName":"alice","sessionContext":{"attributes":{"creationDate":"2026-03-02T10:00:00Z","mfaAuthenticated":"true"}}}`},
		"web identity role session": {principal.RoleSession(account, "/", "AppAuthRole", "AROAEXAMPLE0000000002", "web-42", "ASIAEXAMPLE000000002", principal.Session{
			Created: created, Provider: "cognito-identity.amazonaws.com",
			Attributes: map[string]string{"cognito-identity.amazonaws.com:sub": "us-east-1:0bb0", "cognito-identity.amazonaws.com:aud": "us-east-1:0aa0"},
		}), `{"type":"AssumedRole","principalId":"AROAEXAMPLE0000000002:web-42","arn":"arn:aws:sts::111122223333:assumed-role/AppAuthRole/web-42","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000002","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE0000000002","arn":"arn:aws:iam::111122223333:role/AppAuthRole","accountId":"111122223333","userName":"AppAuthRole"},"webIdFederationData":{"federatedProvider":"cognito-identity.amazonaws.com","attributes":{"cognito-identity.amazonaws.com:aud":"us-east-1:0aa0","cognito-identity.amazonaws.com:sub":"us-east-1:0bb0"}},"attributes":{"creationDate":"2026-03-02T10:00:00Z","mfaAuthenticated":"false"}}}`},
		"role with path and source identity": {principal.RoleSession(account, "/x/", "R", "AROAX", "s", "", principal.Session{Created: created, SourceIdentity: "bob"}),
			`{"type":"AssumedRole","principalId":"AROAX:s","arn":"arn:aws:sts::111122223333:assumed-role/R/s","accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAX","arn":"arn:aws:iam::111122223333:role/x/R","accountId":"111122223333","userName":"R"},"attributes":{"creationDate":"2026-03-02T10:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"bob"}}`},
		"federated user": {principal.Federated(alice, "temp", "ASIAF", principal.Session{Created: created}),
			`{"type":"FederatedUser","principalId":"111122223333:temp","arn":"arn:aws:sts::111122223333:federated-user/temp","accountId":"111122223333","accessKeyId":"ASIAF","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDAEXAMPLE0000000001","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"attributes":{"creationDate":"2026-03-02T10:00:00Z","mfaAuthenticated":"false"}}}`},
		"service":       {principal.Service("cloudtrail.amazonaws.com"), `{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}`},
		"web identity":  {principal.WebIdentity("cognito-identity.amazonaws.com", "us-east-1:a", "us-east-1:b"), `{"type":"WebIdentityUser","principalId":"cognito-identity.amazonaws.com:us-east-1:a:us-east-1:b","userName":"us-east-1:b","identityProvider":"cognito-identity.amazonaws.com"}`},
		"saml":          {principal.SAML("nq=", "carol"), `{"type":"SAMLUser","principalId":"nq=:carol","userName":"carol","identityProvider":"nq="}`},
		"foreign":       {alice.Foreign(), `{"type":"AWSAccount","principalId":"AIDAEXAMPLE0000000001","accountId":"111122223333"}`},
		"service event": {principal.OfAccount(account, "AWS Internal"), `{"accountId":"111122223333","invokedBy":"AWS Internal"}`},
		"hostile name": {principal.Principal{Kind: principal.IAMUser, UserName: "a\"\\\r\n\x1b[31m\x7f\u009b\u2028\xffé<"},
			`{"type":"IAMUser","userName":"a\"\\\r\n\u001b[31m\u007f\u009b\u2028` + "\ufffd" + `é<"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := string(tc.p.AppendUserIdentity([]byte("x")))
			if got != "x"+tc.want {
				t.Errorf("got  %s\nwant x%s", got, tc.want)
			}
			if !json.Valid([]byte(got[1:])) {
				t.Error("not valid JSON")
			}
		})
	}
}

func TestPrincipal_facts(t *testing.T) {
	t.Parallel()
	role := principal.RoleSession(account, "/x/", "R", "AROAX", "s", "ASIA", principal.Session{})
	root := principal.RootOf(account, "")
	if role.RoleARN() != "arn:aws:iam::111122223333:role/x/R" || role.SessionName() != "s" || role.IsRoot() || !role.IsTemporary() {
		t.Errorf("role session: %+v", role)
	}
	if !root.IsRoot() || root.IsTemporary() || root.RoleARN() != "" || root.SessionName() != "" || root.IsAnonymous() {
		t.Errorf("root: %+v", root)
	}
	if !principal.Anonymous().IsAnonymous() {
		t.Error("anonymous")
	}
}

func FuzzPrincipal_AppendUserIdentity(f *testing.F) {
	f.Add("alice", "k", "v")
	f.Add("a\"\x00\xff", "\u2028", "\\")
	f.Fuzz(func(t *testing.T, name, k, v string) {
		p := principal.RoleSession(account, "/", name, name, name, name, principal.Session{Provider: name, Attributes: map[string]string{k: v}, SourceIdentity: v})
		b := p.AppendUserIdentity(nil)
		var back map[string]any
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%v in %q", err, b)
		}
		if strings.ContainsAny(string(b), "\n\r\x1b\x7f") {
			t.Fatalf("control character in %q", b)
		}
	})
}
