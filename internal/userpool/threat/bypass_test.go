package threat_test

import (
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// barring bars home.
func barring(in *cognitoidp.SetRiskConfigurationInput) {
	in.RiskExceptionConfiguration = &cognitoidp.RiskExceptionConfigurationType{BlockedIPRangeList: []string{home + "/32"}}
}

// one is a program of functions that ask for one challenge, whose answer is "right".
func one(source string, e gjson.Result) (string, error) {
	switch source {
	case "DefineAuthChallenge_Authentication":
		last := gjson.Result{}
		for _, s := range e.Get("request.session").Array() {
			last = s
		}
		switch {
		case last.Get("challengeName").Str == "SRP_A":
			return `{"challengeName":"PASSWORD_VERIFIER","issueTokens":false,"failAuthentication":false}`, nil
		case last.Get("challengeName").Str == "CUSTOM_CHALLENGE":
			return `{"issueTokens":true,"failAuthentication":false}`, nil
		}
		return `{"challengeName":"CUSTOM_CHALLENGE","issueTokens":false,"failAuthentication":false}`, nil
	case "CreateAuthChallenge_Authentication":
		return `{"publicChallengeParameters":{},"privateChallengeParameters":{},"challengeMetadata":"X"}`, nil
	case "VerifyAuthChallengeResponse_Authentication":
		return `{"answerCorrect":true}`, nil
	case "UserMigration_Authentication":
		return `{"userAttributes":{"email":"` + e.Get("userName").Str + `@example.com","email_verified":"true"},"finalUserStatus":"CONFIRMED","messageAction":"SUPPRESS"}`, nil
	}
	return "", nil
}

// customWorld is newWorld with functions that lead sign-ins, in a mode of their own.
func customWorld(t *testing.T, mode, custom string) *world {
	w := newWorld(t, mode, func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = pooltest.AllTriggers("V1_0")
		if custom != "" {
			in.UserPoolAddOns.AdvancedSecurityAdditionalFlows = &cognitoidp.AdvancedSecurityAdditionalFlowsType{CustomAuthMode: &custom}
		}
	})
	w.Program(one)
	w.client = *w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = append(in.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH")
	}).ClientId
	return w
}

func (w *world) custom() (*cognitoidp.InitiateAuthOutput, pooltest.Result) {
	return pooltest.Do(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "CUSTOM_AUTH", ClientId: w.client, AuthParameters: map[string]string{"USERNAME": "ann"}})
}

// What functions lead is looked at in the mode of custom sign-ins, never in the pool's, from the first call to the last.
func TestCustom_mode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode, custom string
		refused      bool
		event        string
	}{
		{"ENFORCED", "", false, "SignIn Pass NoRisk PasswordSuccess"}, // of the world's making: there is none of this one
		{"ENFORCED", "AUDIT", false, "SignIn Pass AccountTakeoverMedium"},
		{"AUDIT", "ENFORCED", true, "SignIn Fail BlockMedium"},
	} {
		t.Run(c.mode+" "+c.custom, func(t *testing.T) {
			t.Parallel()
			w := customWorld(t, c.mode, c.custom)
			w.configure(actions("BLOCK", false))
			w.From(abroad, otherAgent)
			out, res := w.custom()
			if res.Err != nil {
				t.Fatal(res.Err)
			}
			_, res = w.Answer(w.client, "CUSTOM_CHALLENGE", out.Session, "USERNAME", "ann", "ANSWER", "right")
			if c.refused {
				w.Refused(res, "NotAuthorizedException", refusal)
			} else if res.Err != nil {
				t.Error(res.Err)
			}
			w.newest(c.event)
			w.configure(barring)
			w.From(home, homeAgent)
			if _, res = w.custom(); c.refused {
				w.Refused(res, "NotAuthorizedException", refusal)
				w.newest("SignIn Fail BlockHigh")
			} else if res.Err != nil {
				t.Error(res.Err)
			}
		})
	}
}

// A password that is proved within a custom sign-in begins the event that its end finishes.
func TestCustom_oneEvent(t *testing.T) {
	t.Parallel()
	w := customWorld(t, "AUDIT", "AUDIT")
	side, out, res := w.StartSRP(w.client, "ann")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	a := out.ChallengeParameters
	out, res = pooltest.Do(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "CUSTOM_AUTH", ClientId: w.client, AuthParameters: map[string]string{
		"USERNAME": "ann", "CHALLENGE_NAME": "SRP_A", "SRP_A": side.A(),
	}})
	if res.Err != nil || a["SRP_B"] == out.ChallengeParameters["SRP_B"] {
		t.Fatal(res.Err)
	}
	before := len(w.events())
	next, res := w.Respond(w.Claim(side, w.pool, w.client, out, pooltest.Password))
	if res.Err != nil || *next.ChallengeName != "CUSTOM_CHALLENGE" {
		t.Fatal(next, res.Err)
	}
	w.newest("SignIn InProgress NoRisk PasswordSuccess")
	if _, res := w.Answer(w.client, "CUSTOM_CHALLENGE", next.Session, "USERNAME", "ann", "ANSWER", "right"); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.newest("SignIn Pass NoRisk PasswordSuccess")
	if got := len(w.events()); got != before+1 {
		t.Errorf("%d events more", got-before)
	}
}

// Every answer comes from somewhere, not only the first step.
func TestEnforced_barredAnswers(t *testing.T) {
	t.Parallel()
	w := withMFA(t, "MFA_REQUIRED")
	w.configure(func(in *cognitoidp.SetRiskConfigurationInput) {
		actions("MFA_REQUIRED", false)(in)
		barring(in)
	})
	w.From(abroad, otherAgent)
	out, res := w.SignIn(w.client, "ann", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Advance(time.Second)
	code := w.Code()
	w.From(home, homeAgent)
	_, res = w.answer(out, code)
	w.Refused(res, "NotAuthorizedException", refusal)
	w.newest("SignIn Fail BlockHigh")
	w.From(abroad, otherAgent)
	if _, res = w.answer(out, code); res.Err != nil {
		t.Error(res.Err)
	}
}

// choosing is withMFA where sign-ins may begin with a code or a passkey.
func choosing(t *testing.T, action, counts string) (*world, *softkey.Key) {
	w := newWorld(t, "ENFORCED", func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailConfiguration = &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")}
		in.Policies = &cognitoidp.UserPoolPolicyType{SignInPolicy: &cognitoidp.SignInPolicyType{AllowedFirstAuthFactors: []string{"PASSWORD", "EMAIL_OTP", "WEB_AUTHN"}}}
	})
	pooltest.Must(w.World, w.S.Pool.SetUserPoolMfaConfig, &cognitoidp.SetUserPoolMfaConfigInput{
		UserPoolId: w.pool, MfaConfiguration: new("OPTIONAL"), EmailMfaConfiguration: &cognitoidp.EmailMfaConfigType{},
		SoftwareTokenMfaConfiguration: &cognitoidp.SoftwareTokenMfaConfigType{Enabled: new(true)},
		WebAuthnConfiguration:         &cognitoidp.WebAuthnConfigurationType{RelyingPartyId: new("example.com"), UserVerification: new("required"), FactorConfiguration: &counts},
	})
	w.client = w.ChoiceClient(w.pool, nil)
	k := softkey.New(pooltest.Site)
	if res := w.Register(*w.Tokens(w.client, "ann").AccessToken, k); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Advance(2 * time.Hour)
	w.configure(actions(action, false))
	w.From(abroad, otherAgent)
	return w, k
}

func (w *world) prefer(challenge string) *cognitoidp.InitiateAuthOutput {
	w.T.Helper()
	return pooltest.Must(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "USER_AUTH", ClientId: w.client, AuthParameters: map[string]string{
		"USERNAME": "ann", "PREFERRED_CHALLENGE": challenge,
	}})
}

func (w *world) passkey(k *softkey.Key) (*cognitoidp.RespondToAuthChallengeOutput, pooltest.Result) {
	w.T.Helper()
	out := w.prefer("WEB_AUTHN")
	return w.Answer(w.client, "WEB_AUTHN", out.Session, "USERNAME", "ann", "CREDENTIAL", string(k.Get([]byte(out.ChallengeParameters["CREDENTIAL_REQUEST_OPTIONS"]))))
}

func TestEnforced_passkey(t *testing.T) {
	t.Parallel()
	w, k := choosing(t, "BLOCK", "SINGLE_FACTOR")
	_, res := w.passkey(k)
	w.Refused(res, "NotAuthorizedException", refusal)
	w.newest("SignIn Fail BlockMedium")
	w.configure(actions("MFA_REQUIRED", false))
	out, res := w.passkey(k)
	if res.Err != nil || out.ChallengeName == nil || *out.ChallengeName != "EMAIL_OTP" {
		t.Fatal(out, res.Err)
	}
	w.newest("SignIn InProgress AccountTakeoverMedium")
	if out, res = w.Answer(w.client, "EMAIL_OTP", out.Session, "USERNAME", "ann", "EMAIL_OTP_CODE", w.Code()); res.Err != nil || out.AuthenticationResult == nil {
		t.Fatal(res.Err)
	}
	w.newest("SignIn Pass AccountTakeoverMedium MfaSuccess")
	w.configure(barring)
	w.From(home, homeAgent)
	_, res = pooltest.Do(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "USER_AUTH", ClientId: w.client, AuthParameters: map[string]string{"USERNAME": "ann"}})
	w.Refused(res, "NotAuthorizedException", refusal)
}

// A passkey that counts as several factors is what MFA_REQUIRED requires, also of a user who has no other.
func TestEnforced_passkeyOfSeveral(t *testing.T) {
	t.Parallel()
	w, k := choosing(t, "MFA_REQUIRED", "MULTI_FACTOR_WITH_USER_VERIFICATION")
	w.ChangeUser(w.pool, "ann", func(u *userpool.User) { u.Set("email_verified", "false") })
	if out, res := w.passkey(k); res.Err != nil || out.AuthenticationResult == nil {
		t.Error(out, res.Err)
	}
}

// The mailbox that a sign-in began with is no second factor.
func TestEnforced_sameFactorTwice(t *testing.T) {
	t.Parallel()
	w, _ := choosing(t, "MFA_REQUIRED", "SINGLE_FACTOR")
	out := w.prefer("EMAIL_OTP")
	_, res := w.Answer(w.client, "EMAIL_OTP", out.Session, "USERNAME", "ann", "EMAIL_OTP_CODE", w.FirstCode())
	w.Refused(res, "NotAuthorizedException", refusal)
	w.newest("SignIn Fail BlockMedium")
}

// A user who comes from another directory with a password that is no secret is here from then on, but not with that password.
func TestEnforced_compromisedMigration(t *testing.T) {
	t.Parallel()
	w := customWorld(t, "ENFORCED", "")
	w.configure(compromised("BLOCK"))
	for range 2 {
		_, res := w.SignIn(w.client, "eve", commonPassword)
		w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
	}
	if u := w.Stored(w.pool, "eve"); u.Status != userpool.ResetRequired {
		t.Errorf("status %s", u.Status)
	}
}

// What a server says of an address is no way to have none.
func TestEnforced_addressMadeUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(barring)
	made := w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.GenerateSecret, in.EnablePropagateAdditionalUserContextData = new(true), new(true)
	})
	_, res := pooltest.Do(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "USER_PASSWORD_AUTH", ClientId: *made.ClientId, UserContextData: &cognitoidp.UserContextDataType{IpAddress: new("nowhere")},
		AuthParameters: map[string]string{"USERNAME": "ann", "PASSWORD": pooltest.Password, "SECRET_HASH": userpool.SecretHash(*made.ClientSecret, "ann", userpool.ClientID(*made.ClientId))},
	})
	w.Refused(res, "NotAuthorizedException", refusal)
}
