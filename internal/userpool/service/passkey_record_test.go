package service_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// Records of passkeys and of sign-ins by choice show what was done and none of what proves it, and unsigned calls find their owner.
func TestAttack52_passkeysInRecords(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.ChoicePool(nil, "EMAIL_OTP", "WEB_AUTHN")
	client := w.ChoiceClient(pool, nil)
	w.User(pool, "secretname", "secret@example.com")
	access := *w.Tokens(client, "secretname").AccessToken
	k := softkey.New(pooltest.Site)
	start := &cognitoidp.StartWebAuthnRegistrationInput{AccessToken: access}
	started := pooltest.Must(w, w.S.WebAuthn.StartWebAuthnRegistration, start)
	var options struct{ Challenge string }
	if err := json.Unmarshal(started.CredentialCreationOptions, &options); err != nil {
		t.Fatal(err)
	}
	complete := &cognitoidp.CompleteWebAuthnRegistrationInput{AccessToken: access, Credential: k.Create(started.CredentialCreationOptions)}
	completed := pooltest.Must(w, w.S.WebAuthn.CompleteWebAuthnRegistration, complete)
	list := &cognitoidp.ListWebAuthnCredentialsInput{AccessToken: access}
	id := pooltest.Must(w, w.S.WebAuthn.ListWebAuthnCredentials, list).Credentials[0].CredentialId
	begin := &cognitoidp.InitiateAuthInput{ClientId: client, AuthFlow: "USER_AUTH", AuthParameters: map[string]string{"USERNAME": "secretname", "PREFERRED_CHALLENGE": "WEB_AUTHN"}}
	begun := pooltest.Must(w, w.S.Signin.InitiateAuth, begin)
	proof := string(k.Get([]byte(begun.ChallengeParameters["CREDENTIAL_REQUEST_OPTIONS"])))
	answer := &cognitoidp.RespondToAuthChallengeInput{
		ClientId: client, ChallengeName: "WEB_AUTHN", Session: begun.Session, ChallengeResponses: map[string]string{"USERNAME": "secretname", "CREDENTIAL": proof},
	}
	answered := pooltest.Must(w, w.S.Signin.RespondToAuthChallenge, answer)
	remove := &cognitoidp.DeleteWebAuthnCredentialInput{AccessToken: access, CredentialId: id}
	join := &cognitoidp.SignUpInput{ClientId: client, Username: "othersecret", UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("other@example.com")}}}
	joined := pooltest.Must(w, w.S.Signup.SignUp, join)

	private := []string{
		"secretname", "secret@example.com", "othersecret", "other@example.com", access, options.Challenge, *begun.Session, *joined.Session, "clientDataJSON", "attestationObject", "signature",
		*answered.AuthenticationResult.AccessToken, *answered.AuthenticationResult.RefreshToken,
	}
	const hidden = `"HIDDEN_FOR_SECURITY_REASONS"`
	for _, c := range []struct {
		operation    string
		in, out      any
		shows, shown string // parts of request and response
	}{
		{"StartWebAuthnRegistration", start, started, `"accessToken":` + hidden, `"credentialCreationOptions":` + hidden},
		{"CompleteWebAuthnRegistration", complete, completed, `"credential":` + hidden, ""},
		{"ListWebAuthnCredentials", list, nil, `"accessToken":` + hidden, ""},
		{"InitiateAuth", begin, begun, `"authParameters":` + hidden, `"challengeName":"WEB_AUTHN"`},
		{"RespondToAuthChallenge", answer, answered, `"challengeResponses":` + hidden, `"idToken":` + hidden},
		{"DeleteWebAuthnCredential", remove, nil, `"credentialId":"` + id + `"`, ""},
		{"SignUp", join, joined, `"username":` + hidden, `"session":` + hidden},
	} {
		request, response := w.Recorded(c.operation, c.in, c.out)
		if !strings.Contains(request, c.shows) || !strings.Contains(response, c.shown) {
			t.Errorf("%s: record shows\n%s\n%s", c.operation, request, response)
		}
		for _, p := range private {
			if strings.Contains(request+response, p) {
				t.Errorf("%s: record tells %.20s…", c.operation, p)
			}
		}
		w.View(func(tx store.Tx) error {
			if account, region, ok := w.S.Realm.Owner(tx, c.in); !ok || account != pooltest.Account || region != pooltest.Region {
				t.Errorf("%s belongs to %q %q, %t", c.operation, account, region, ok)
			}
			return nil
		})
	}
}
