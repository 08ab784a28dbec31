package pooltest

import (
	"context"
	"regexp"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Site is the page from which passkeys of ChoicePool are used.
const Site = "https://login.example.com"

// ChoicePool makes a pool whose users begin sign-ins as they choose among factors beside their password; its passkeys belong to
// example.com. set may change the input.
func (w *World) ChoicePool(set func(*cognitoidp.CreateUserPoolInput), factors ...string) string {
	w.T.Helper()
	id := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.SmsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
		in.Policies = &cognitoidp.UserPoolPolicyType{SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: append([]string{"PASSWORD"}, factors...)}}
		if set != nil {
			set(in)
		}
	})
	w.SetPasskeys(id, "example.com", "preferred", "SINGLE_FACTOR")
	return id
}

// SetPasskeys sets the relying party and what its passkeys count for, and switches second factors off.
func (w *World) SetPasskeys(pool, party, verification, counts string) {
	w.T.Helper()
	Must(w, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{UserPoolId: pool, WebAuthnConfiguration: &cognitoidp.WebAuthnConfigurationType{
		RelyingPartyId: &party, UserVerification: &verification, FactorConfiguration: &counts,
	}})
}

// ChoiceClient makes a client that allows USER_AUTH beside the flows of Client.
func (w *World) ChoiceClient(pool string, set func(*cognitoidp.CreateUserPoolClientInput)) string {
	w.T.Helper()
	return *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_USER_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH")
		if set != nil {
			set(in)
		}
	}).ClientId
}

// Register registers a passkey for a user who is signed in.
func (w *World) Register(access string, k *softkey.Key) Result {
	w.T.Helper()
	options := Must(w, w.S.WebAuthn.StartWebAuthnRegistration, &cognitoidp.StartWebAuthnRegistrationInput{AccessToken: access}).CredentialCreationOptions
	return w.Complete(access, k.Create(options))
}

// Complete calls CompleteWebAuthnRegistration.
func (w *World) Complete(access string, credential []byte) Result {
	_, res := Do(w, w.S.WebAuthn.CompleteWebAuthnRegistration, &cognitoidp.CompleteWebAuthnRegistrationInput{AccessToken: access, Credential: credential})
	return res
}

var eightDigits = regexp.MustCompile(`\b\d{8}\b`)

// FirstCode is the code of a first factor in the newest message.
func (w *World) FirstCode() string {
	w.T.Helper()
	all := w.Messages()
	if len(all) == 0 {
		w.T.Fatal("no message was sent")
	}
	code := eightDigits.FindString(all[len(all)-1].Body)
	if code == "" {
		w.T.Fatalf("no code in %q", all[len(all)-1].Body)
	}
	return code
}

// ClearFailures forgets the wrong guesses of a user.
func (w *World) ClearFailures(pool, name string) {
	w.T.Helper()
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		u, err := w.S.Realm.User(tx, p, name)
		if err != nil {
			return err
		}
		return w.S.Realm.ClearFailures(tx, p, u.Sub)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}
