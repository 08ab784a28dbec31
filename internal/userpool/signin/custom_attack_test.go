package signin_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// passwordThenRiddle is a pool whose custom sign-ins begin with the password, and a step that proves jo's.
func passwordThenRiddle(w *pooltest.World, mode string) (client string, prove func() *cognitoidp.RespondToAuthChallengeOutput) {
	w.T.Helper()
	pool := w.MFAPool(mode)
	pooltest.Must(w, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{
		UserPoolId: pool, LambdaConfig: pooltest.AllTriggers("V1_0"), MfaConfiguration: &mode,
		SmsConfiguration:   &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"},
		EmailConfiguration: &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")},
	})
	client = *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH")
	}).ClientId
	w.User(pool, "jo", "")
	w.Program(riddle)
	return client, func() *cognitoidp.RespondToAuthChallengeOutput {
		w.T.Helper()
		side := pooltest.Group().NewClient()
		out, res := startCustom(w, client, "USERNAME", "jo", "CHALLENGE_NAME", "SRP_A", "SRP_A", side.A())
		if res.Err != nil {
			w.T.Fatal(res.Err)
		}
		next, res := w.Respond(w.Claim(side, pool, client, out, pooltest.Password))
		if res.Err != nil {
			w.T.Fatal(res.Err)
		}
		return next
	}
}

// Whoever knows the password and sets up an authenticator on the way has still to answer the pool's own challenge.
func TestAttack18_setupInsteadOfRiddle(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	client, prove := passwordThenRiddle(w, "ON")
	next := prove()
	if *next.ChallengeName != "MFA_SETUP" {
		t.Fatal(*next.ChallengeName)
	}
	key := pooltest.Must(w, w.S.MFA.AssociateSoftwareToken, &cognitoidp.AssociateSoftwareTokenInput{Session: next.Session})
	done := pooltest.Must(w, w.S.MFA.VerifySoftwareToken, &cognitoidp.VerifySoftwareTokenInput{
		Session: key.Session, UserCode: w.Authenticator(*key.SecretCode).Code(0),
	})
	next, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{
		ClientId: client, ChallengeName: "MFA_SETUP", Session: done.Session, ChallengeResponses: map[string]string{"USERNAME": "jo"},
	})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if next.AuthenticationResult != nil || *next.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatal("the authenticator took the place of the riddle")
	}
	if next, res = answerCustom(w, client, next.Session, "jo", "right"); res.Err != nil || next.AuthenticationResult == nil {
		t.Error(res.Err)
	}
}

// A password that was proved within a custom sign-in lets nobody in once the user has another.
func TestAttack39_riddleAfterOldPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	client, prove := passwordThenRiddle(w, "OPTIONAL")
	next := prove()
	access := w.Tokens(client, "jo").AccessToken
	pooltest.Must(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{
		AccessToken: *access, PreviousPassword: new(pooltest.Password), ProposedPassword: "N3w-Passw0rd",
	})
	_, res := answerCustom(w, client, next.Session, "jo", "right")
	w.Refused(res, "NotAuthorizedException", "Invalid session for the user.")
}
