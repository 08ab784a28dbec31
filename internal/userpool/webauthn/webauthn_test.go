package webauthn_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// world has a user jo who is signed in, and may have passkeys.
func world(t *testing.T) (w *pooltest.World, pool, client, access string) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.ChoicePool(nil, "WEB_AUTHN")
	client = w.ChoiceClient(pool, nil)
	w.User(pool, "jo", "jo@example.com")
	return w, pool, client, *w.Tokens(client, "jo").AccessToken
}

func start(w *pooltest.World, access string) (json.RawMessage, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.WebAuthn.StartWebAuthnRegistration, &cognitoidp.StartWebAuthnRegistrationInput{AccessToken: access})
	if res.Err != nil {
		return nil, res
	}
	return out.CredentialCreationOptions, res
}

func list(w *pooltest.World, access string, size int64, token *string) *cognitoidp.ListWebAuthnCredentialsOutput {
	w.T.Helper()
	return pooltest.Must(w, w.S.WebAuthn.ListWebAuthnCredentials, &cognitoidp.ListWebAuthnCredentialsInput{AccessToken: access, MaxResults: &size, NextToken: token})
}

func remove(w *pooltest.World, access, id string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.WebAuthn.DeleteWebAuthnCredential, &cognitoidp.DeleteWebAuthnCredentialInput{AccessToken: access, CredentialId: id})
	return res
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	w, pool, _, access := world(t)
	sub := w.Stored(pool, "jo").Sub
	options, res := start(w, access)
	if res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	var got struct{ Challenge string }
	if err := json.Unmarshal(options, &got); err != nil {
		t.Fatal(err)
	}
	want := `{"authenticatorSelection":{"requireResidentKey":true,"residentKey":"required","userVerification":"preferred"},"challenge":"` + got.Challenge + `",` +
		`"excludeCredentials":[],"pubKeyCredParams":[{"alg":-7,"type":"public-key"},{"alg":-257,"type":"public-key"}],"rp":{"id":"example.com","name":"example.com"},` +
		`"timeout":60000,"user":{"displayName":"jo","id":"ID","name":"jo"}}`
	k := softkey.New(pooltest.Site)
	answer := k.Create(options)
	if string(k.User) != sub {
		t.Errorf("the user handle is %q", k.User)
	}
	var id struct{ User struct{ ID string } }
	if err := json.Unmarshal(options, &id); err != nil {
		t.Fatal(err)
	}
	if text := strings.Replace(string(options), `"id":"`+id.User.ID+`"`, `"id":"ID"`, 1); text != want || len(got.Challenge) != 43 {
		t.Errorf("options %s\nwant %s", text, want)
	}
	if res := w.Complete(access, answer); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	l := list(w, access, 20, nil)
	if len(l.Credentials) != 1 || l.NextToken != nil {
		t.Fatal(l)
	}
	c := l.Credentials[0]
	if c.RelyingPartyId != "example.com" || *c.AuthenticatorAttachment != "platform" || strings.Join(c.AuthenticatorTransports, " ") != "internal hybrid" ||
		!c.CreatedAt.Equal(w.Now()) || c.FriendlyCredentialName != "Passkey" {
		t.Errorf("%+v", c)
	}
	factors := pooltest.Must(w, w.S.MFA.GetUserAuthFactors, &cognitoidp.GetUserAuthFactorsInput{AccessToken: access})
	if got := strings.Join(factors.ConfiguredUserAuthFactors, " "); got != "PASSWORD WEB_AUTHN" {
		t.Error(got)
	}
	// The next one must be of another authenticator.
	options, _ = start(w, access)
	if !strings.Contains(string(options), `"excludeCredentials":[{"id":"`+c.CredentialId+`","type":"public-key"}]`) {
		t.Errorf("options %s", options)
	}
	if res := remove(w, access, c.CredentialId); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	if l := list(w, access, 20, nil); len(l.Credentials) != 0 {
		t.Error(l)
	}
	w.Refused(remove(w, access, c.CredentialId), "ResourceNotFoundException", "Credential does not exist.")
}

const (
	noChallenge = "The challenge of the credential was not found or has expired."
	notFound    = "WebAuthnChallengeNotFoundException"
)

// A challenge is good once, in time, for its user and client; whatever is wrong with an answer uses it up.
func TestAttack12_passkeyChallenge(t *testing.T) {
	t.Parallel()
	w, pool, client, access := world(t)
	w.User(pool, "bo", "")
	bo := *w.Tokens(client, "bo").AccessToken
	other := *w.Tokens(w.ChoiceClient(pool, nil), "jo").AccessToken
	options, _ := start(w, access)
	good := softkey.New(pooltest.Site).Create(options)
	w.Refused(w.Complete(bo, good), notFound, noChallenge)
	if res := w.Complete(access, good); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(w.Complete(access, good), notFound, noChallenge)

	options, _ = start(w, access)
	w.Refused(w.Complete(other, softkey.New(pooltest.Site).Create(options)), "WebAuthnClientMismatchException", "The registration was started by another client.")
	w.Refused(w.Complete(access, softkey.New(pooltest.Site).Create(options)), notFound, noChallenge)

	for _, c := range []struct {
		bend          func(*softkey.Key)
		code, message string
	}{
		{func(k *softkey.Key) { k.Origin = "https://example.org" }, "WebAuthnOriginNotAllowedException", "The origin of the credential is not allowed for the relying party."},
		{func(k *softkey.Key) { k.Party = "login.example.com" }, "WebAuthnRelyingPartyMismatchException", "The credential is of another relying party."},
		{func(k *softkey.Key) { k.Flags = 0 }, "WebAuthnCredentialNotSupportedException", "The credential does not verify its user."},
		{func(k *softkey.Key) { k.Type = "webauthn.get" }, "InvalidParameterException", "Credential data is not valid"},
	} {
		options, _ = start(w, access)
		k := softkey.New(pooltest.Site)
		c.bend(k)
		w.Refused(w.Complete(access, k.Create(options)), c.code, c.message)
		w.Refused(w.Complete(access, softkey.New(pooltest.Site).Create(options)), notFound, noChallenge)
	}

	older, _ := start(w, access)
	options, _ = start(w, access)
	w.Refused(w.Complete(access, softkey.New(pooltest.Site).Create(older)), notFound, noChallenge)
	w.Advance(2 * time.Minute)
	w.Refused(w.Complete(access, softkey.New(pooltest.Site).Create(options)), notFound, noChallenge)
	w.Refused(w.Complete(access, []byte(`{}`)), "InvalidParameterException", "Credential data is not valid")
	if n := len(list(w, access, 20, nil).Credentials); n != 1 {
		t.Errorf("%d passkeys", n)
	}
}

func TestRegistration_verification(t *testing.T) {
	t.Parallel()
	w, pool, _, access := world(t)
	for _, counts := range []string{"SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"} {
		w.SetPasskeys(pool, "example.com", map[bool]string{true: "required", false: "preferred"}[counts == "SINGLE_FACTOR"], counts)
		options, _ := start(w, access)
		if !strings.Contains(string(options), `"userVerification":"required"`) {
			t.Errorf("%s: options %s", counts, options)
		}
		k := softkey.New(pooltest.Site)
		k.Flags = softkey.Present
		w.Refused(w.Complete(access, k.Create(options)), "WebAuthnCredentialNotSupportedException", "The credential does not verify its user.")
	}
}

// One credential id is one user's, of one pool.
func TestAttack41_passkeyOfAnother(t *testing.T) {
	t.Parallel()
	w, pool, client, access := world(t)
	w.User(pool, "bo", "")
	bo := *w.Tokens(client, "bo").AccessToken
	k := softkey.New(pooltest.Site)
	if res := w.Register(access, k); res.Err != nil {
		t.Fatal(res.Err)
	}
	id := list(w, access, 20, nil).Credentials[0].CredentialId
	w.Refused(w.Register(bo, k), "WebAuthnCredentialNotSupportedException", "The credential is registered already.")
	w.Refused(w.Register(access, k), "WebAuthnCredentialNotSupportedException", "The credential is registered already.")
	w.Refused(remove(w, bo, id), "ResourceNotFoundException", "Credential does not exist.")
	for _, bad := range []string{"", "!", strings.Repeat("A", 2000)} {
		w.Refused(remove(w, bo, bad), "ResourceNotFoundException", "Credential does not exist.")
	}
	if l := list(w, bo, 20, nil); len(l.Credentials) != 0 {
		t.Error(l)
	}
	elsewhere := w.ChoicePool(nil, "WEB_AUTHN")
	w.User(elsewhere, "jo", "")
	if res := w.Register(*w.Tokens(w.ChoiceClient(elsewhere, nil), "jo").AccessToken, k); res.Err != nil {
		t.Error("another pool:", res.Err)
	}
}

func TestRegistration_limit(t *testing.T) {
	t.Parallel()
	w, _, _, access := world(t)
	options, _ := start(w, access)
	for range userpool.MaxPasskeys {
		if res := w.Register(access, softkey.New(pooltest.Site)); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	_, res := start(w, access)
	w.Refused(res, "LimitExceededException", "A user cannot have more than 20 passkeys.")
	w.Refused(w.Complete(access, softkey.New(pooltest.Site).Create(options)), notFound, noChallenge)
	first := list(w, access, 15, nil)
	if len(first.Credentials) != 15 || first.NextToken == nil {
		t.Fatal(first)
	}
	if rest := list(w, access, 15, first.NextToken); len(rest.Credentials) != 5 || rest.NextToken != nil {
		t.Fatal(rest)
	}
	_, res = pooltest.Do(w, w.S.WebAuthn.ListWebAuthnCredentials, &cognitoidp.ListWebAuthnCredentialsInput{AccessToken: access, NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
}

// Without a relying party, or where passkeys begin no sign-in, none are registered.
func TestRegistration_pool(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "")
	access := *w.Tokens(w.ChoiceClient(pool, nil), "jo").AccessToken
	_, res := start(w, access)
	w.Refused(res, "WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool.")
	w.Refused(w.Complete(access, []byte(`{}`)), "WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool.")
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: pool, Policies: &cognitoidp.UserPoolPolicyType{
		SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{"PASSWORD", "WEB_AUTHN"}},
	}})
	_, res = start(w, access)
	w.Refused(res, "WebAuthnConfigurationMissingException", "The user pool has no relying party ID and no domain.")
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "app"})
	if res := w.Register(access, softkey.New("http://app.auth.us-east-1.localhost:4700")); res.Err != nil {
		t.Fatal(res.Err)
	}
	pooltest.Must(w, w.S.Domain.CreateUserPoolDomain, &cognitoidp.CreateUserPoolDomainInput{UserPoolId: pool, Domain: "auth.example.org", CustomDomainConfig: &cognitoidp.CustomDomainConfigType{
		CertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/a",
	}})
	if res := w.Register(access, softkey.New("https://auth.example.org")); res.Err != nil {
		t.Fatal(res.Err)
	}
	// A passkey of an earlier relying party is still the user's to give up.
	l := list(w, access, 20, nil)
	if len(l.Credentials) != 2 {
		t.Fatal(l)
	}
	for _, c := range l.Credentials {
		if res := remove(w, access, c.CredentialId); res.Err != nil {
			t.Error(res.Err)
		}
	}
	for name, run := range map[string]func(string) pooltest.Result{
		"start":  func(a string) pooltest.Result { _, res := start(w, a); return res },
		"remove": func(a string) pooltest.Result { return remove(w, a, "AA") },
		"list": func(a string) pooltest.Result {
			_, res := pooltest.Do(w, w.S.WebAuthn.ListWebAuthnCredentials, &cognitoidp.ListWebAuthnCredentialsInput{AccessToken: a})
			return res
		},
		"complete": func(a string) pooltest.Result { return w.Complete(a, []byte(`{}`)) },
	} {
		if res := run("x"); res.Message != "Invalid Access Token" {
			t.Error(name, res.Err)
		}
	}
}

// Passkeys go with their user, and with the pool.
func TestPasskeys_goWithUser(t *testing.T) {
	t.Parallel()
	w, pool, client, access := world(t)
	w.User(pool, "bo", "")
	for _, a := range []string{access, *w.Tokens(client, "bo").AccessToken} {
		if res := w.Register(a, softkey.New(pooltest.Site)); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	if _, res := start(w, access); res.Err != nil {
		t.Fatal(res.Err)
	}
	count := func() (keys, asked int) {
		w.View(func(tx store.Tx) error {
			for _, err := range userpool.Passkeys.Scan(tx, nil, nil) {
				if err != nil {
					return err
				}
				keys++
			}
			for _, err := range tx.Scan("userpool.codes", nil, nil, false) {
				if err != nil {
					return err
				}
				asked++
			}
			return nil
		})
		return keys, asked
	}
	if keys, asked := count(); keys != 2 || asked != 1 {
		t.Fatal(keys, asked)
	}
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	if keys, asked := count(); keys != 1 || asked != 0 {
		t.Error(keys, asked)
	}
}
