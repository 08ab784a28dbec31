package threat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	home, homeAgent    = "192.0.2.10", "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537"
	abroad, otherAgent = "203.0.113.5", "Mozilla/5.0 (X11; Linux) Firefox/128.0"
	refusal            = "Unable to login because of security reasons."
	commonPassword     = "Password1!"
	noCommon           = "Provided password cannot be used for security reasons."
)

type world struct {
	*pooltest.World
	pool, client, sub string
}

// newWorld has a protected pool with the user "ann", who has signed in at home.
func newWorld(t *testing.T, mode string, set func(*cognitoidp.CreateUserPoolInput)) *world {
	w := &world{World: pooltest.New(t)}
	w.pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UserPoolTier, in.UserPoolAddOns = new("PLUS"), &cognitoidp.UserPoolAddOnsType{AdvancedSecurityMode: mode}
		if set != nil {
			set(in)
		}
	})
	w.client = *w.Client(w.pool, nil).ClientId
	w.sub = w.User(w.pool, "ann", "ann@example.com")
	w.From(home, homeAgent)
	w.Tokens(w.client, "ann")
	w.Advance(2 * time.Hour)
	return w
}

func (w *world) configure(set func(*cognitoidp.SetRiskConfigurationInput)) {
	w.T.Helper()
	in := &cognitoidp.SetRiskConfigurationInput{UserPoolId: w.pool}
	set(in)
	pooltest.Must(w.World, w.S.Risk.SetRiskConfiguration, in)
}

// actions does the same at all levels.
func actions(action string, notify bool) func(*cognitoidp.SetRiskConfigurationInput) {
	a := &cognitoidp.AccountTakeoverActionType{EventAction: action, Notify: notify}
	return func(in *cognitoidp.SetRiskConfigurationInput) {
		in.AccountTakeoverRiskConfiguration = &cognitoidp.AccountTakeoverRiskConfigurationType{
			Actions: &cognitoidp.AccountTakeoverActionsType{LowAction: a, MediumAction: a, HighAction: a},
		}
		if notify {
			in.AccountTakeoverRiskConfiguration.NotifyConfiguration = &cognitoidp.NotifyConfigurationType{
				SourceArn:  "arn:aws:ses:us-east-1:123456789012:identity/a@example.com",
				BlockEmail: &cognitoidp.NotifyEmailType{Subject: "Blocked", HtmlBody: new("{username}|{login-time}|{device-name}|{ip-address}|{city}|{one-click-link-invalid}")},
			}
		}
	}
}

func compromised(action string, events ...string) func(*cognitoidp.SetRiskConfigurationInput) {
	return func(in *cognitoidp.SetRiskConfigurationInput) {
		in.CompromisedCredentialsRiskConfiguration = &cognitoidp.CompromisedCredentialsRiskConfigurationType{
			EventFilter: events, Actions: &cognitoidp.CompromisedCredentialsActionsType{EventAction: action},
		}
	}
}

// events are the user's events, newest first, each in one line.
func (w *world) events() []string {
	w.T.Helper()
	out := pooltest.Must(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann"})
	var lines []string
	for _, e := range out.AuthEvents {
		level := ""
		if e.EventRisk.RiskLevel != nil {
			level = *e.EventRisk.RiskLevel
		}
		line := fmt.Sprintf("%s %s %s%s", *e.EventType, *e.EventResponse, *e.EventRisk.RiskDecision, level)
		if *e.EventRisk.CompromisedCredentialsDetected {
			line += " compromised"
		}
		for _, c := range e.ChallengeResponses {
			line += " " + *c.ChallengeName + *c.ChallengeResponse
		}
		if e.EventFeedback != nil {
			line += " " + e.EventFeedback.Provider + e.EventFeedback.FeedbackValue
		}
		lines = append(lines, line)
	}
	return lines
}

// newest checks the newest event, and lets time go on: events of one instant have no order.
func (w *world) newest(want string) {
	w.T.Helper()
	defer w.Advance(time.Millisecond)
	if got := w.events(); len(got) == 0 || got[0] != want {
		w.T.Errorf("newest event %q, want %q", got, want)
	}
}

func TestAudit_onlyRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "AUDIT", nil)
	w.configure(func(in *cognitoidp.SetRiskConfigurationInput) {
		actions("BLOCK", true)(in)
		compromised("BLOCK")(in)
		in.RiskExceptionConfiguration = &cognitoidp.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.77/32"}}
	})
	w.newest("SignIn Pass NoRisk PasswordSuccess")
	w.From(abroad, otherAgent)
	w.Tokens(w.client, "ann")
	w.newest("SignIn Pass AccountTakeoverMedium PasswordSuccess")
	w.From("192.0.2.77", homeAgent)
	w.Tokens(w.client, "ann")
	w.newest("SignIn Pass AccountTakeoverHigh PasswordSuccess")
	_, res := w.SignIn(w.client, "ann", "wrong")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	w.newest("SignIn Fail NoRisk PasswordFailure")
	pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: w.pool, Username: "ann", Password: commonPassword, Permanent: new(true)})
	if _, res := w.SignIn(w.client, "ann", commonPassword); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.newest("SignIn Pass AccountTakeoverHigh compromised PasswordSuccess")
	if n := len(w.Messages()); n != 0 {
		t.Errorf("%d messages", n)
	}
}

func TestEnforced_block(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.From(abroad, otherAgent)
	if _, res := w.SignIn(w.client, "ann", pooltest.Password); res.Err != nil {
		t.Fatalf("without a configuration: %v", res.Err)
	}
	w.configure(actions("BLOCK", true))
	w.Advance(time.Second)
	w.From("198.51.100.99", "Other/1")
	_, res := w.SignIn(w.client, "ann", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", refusal)
	if res.Sub != w.sub {
		t.Errorf("the record names %q", res.Sub)
	}
	w.newest("SignIn Fail BlockMedium PasswordSuccess")
	mail := w.Messages()[0]
	parts := strings.Split(mail.Body, "|")
	if mail.Destination != "ann@example.com" || mail.Subject != "Blocked" || parts[0] != "ann" || parts[1] != "2026-03-03 09:05:10 UTC" || parts[2] != "Other, Other" ||
		parts[3] != "198.51.100.99" || parts[4] != "unknown" || !strings.HasPrefix(parts[5], "http://localhost:4700/feedback?eventId=") || !strings.Contains(parts[5], "&amp;feedbackValue=Invalid") {
		t.Errorf("notice %+v", mail)
	}
	// By SRP as well, where nobody sees the password.
	_, res = w.SignInSRP(w.pool, w.client, "ann", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", refusal)
	// A wrong password is answered as ever.
	_, res = w.SignIn(w.client, "ann", "wrong")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	// What is blocked does not become known.
	_, res = w.SignIn(w.client, "ann", pooltest.Password)
	w.Refused(res, "NotAuthorizedException", refusal)
	w.Advance(time.Second)
	w.From(home, homeAgent)
	w.Tokens(w.client, "ann")
	w.newest("SignIn Pass NoRisk PasswordSuccess")
}

func TestEnforced_clientConfiguration(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(actions("BLOCK", false))
	w.configure(func(in *cognitoidp.SetRiskConfigurationInput) {
		in.ClientId = &w.client
		actions("NO_ACTION", false)(in)
	})
	w.From(abroad, otherAgent)
	w.Tokens(w.client, "ann")
	w.newest("SignIn Pass AccountTakeoverMedium PasswordSuccess")
}

func TestEnforced_ranges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(func(in *cognitoidp.SetRiskConfigurationInput) {
		actions("BLOCK", false)(in)
		in.RiskExceptionConfiguration = &cognitoidp.RiskExceptionConfigurationType{BlockedIPRangeList: []string{"192.0.2.0/24"}, SkippedIPRangeList: []string{"203.0.113.0/24"}}
	})
	w.newest("SignIn Pass NoRisk PasswordSuccess")
	for _, password := range []string{pooltest.Password, "wrong"} {
		_, res := w.SignIn(w.client, "ann", password)
		w.Refused(res, "NotAuthorizedException", refusal)
	}
	_, _, res := w.StartSRP(w.client, "ann")
	w.Refused(res, "NotAuthorizedException", refusal)
	w.newest("SignIn Fail BlockHigh")
	w.From(abroad, otherAgent)
	w.Tokens(w.client, "ann")
	w.newest("SignIn Pass NoRisk PasswordSuccess")
	if got := strings.Join(w.Values(), "\n"); !strings.Contains(got, "AWS/Cognito OverrideBlock 1 Operation=SignIn RiskLevel=high UserPoolId="+w.pool) {
		t.Errorf("metrics %s", got)
	}
}

// The address of a signed call is its server's: what the server says counts, or nothing.
func TestEnforced_adminCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(actions("BLOCK", false))
	client := *w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH"}
	}).ClientId
	in := &cognitoidp.AdminInitiateAuthInput{
		AuthFlow: "ADMIN_USER_PASSWORD_AUTH", UserPoolId: w.pool, ClientId: client, AuthParameters: map[string]string{"USERNAME": "ann", "PASSWORD": pooltest.Password},
	}
	w.From(abroad, otherAgent)
	pooltest.Must(w.World, w.S.Signin.AdminInitiateAuth, in)
	in.ContextData = &cognitoidp.ContextDataType{IpAddress: "198.51.100.1", ServerName: "s", ServerPath: "/"}
	_, res := pooltest.Do(w.World, w.S.Signin.AdminInitiateAuth, in)
	w.Refused(res, "NotAuthorizedException", refusal)
	in.ContextData.IpAddress, in.ContextData.HttpHeaders = home, []cognitoidp.HttpHeader{{HeaderName: new("User-Agent"), HeaderValue: new(homeAgent)}}
	pooltest.Must(w.World, w.S.Signin.AdminInitiateAuth, in)
}

func TestEnforced_compromised(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(compromised("BLOCK"))
	access := w.Tokens(w.client, "ann").AccessToken
	w.Advance(time.Second)
	_, res := pooltest.Do(w.World, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: *access, PreviousPassword: new(pooltest.Password), ProposedPassword: commonPassword})
	w.Refused(res, "InvalidPasswordException", noCommon)
	w.newest("PasswordChange Fail Block compromised")
	if _, res := w.SignIn(w.client, "ann", commonPassword); res.Code != "NotAuthorizedException" {
		t.Errorf("the refused password: %v", res.Err)
	}
	_, res = pooltest.Do(w.World, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: w.client, Username: "new", Password: new(commonPassword)})
	w.Refused(res, "InvalidPasswordException", noCommon)
	_, res = pooltest.Do(w.World, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: w.pool, Username: "new"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")

	pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: w.pool, Username: "ann", Password: commonPassword, Permanent: new(true)})
	if _, res := w.SignInSRP(w.pool, w.client, "ann", commonPassword); res.Err != nil {
		t.Errorf("by SRP nobody sees the password: %v", res.Err)
	}
	w.Advance(time.Second)
	_, res = w.SignIn(w.client, "ann", commonPassword)
	w.Refused(res, "PasswordResetRequiredException", "Password reset required for the user")
	w.newest("SignIn Fail Block compromised PasswordSuccess")
	if u := w.Stored(w.pool, "ann"); u.Status != userpool.ResetRequired {
		t.Errorf("status %s", u.Status)
	}
	// The code of a reset sets another password, if that is a secret.
	pooltest.Must(w.World, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: w.client, Username: "ann"})
	w.newest("ForgotPassword InProgress NoRisk")
	in := &cognitoidp.ConfirmForgotPasswordInput{ClientId: w.client, Username: "ann", ConfirmationCode: w.Code(), Password: "P@ssw0rd1"}
	_, res = pooltest.Do(w.World, w.S.Recovery.ConfirmForgotPassword, in)
	w.Refused(res, "InvalidPasswordException", noCommon)
	in.Password = "Unheard-of-7-word"
	w.newest("ForgotPassword Fail Block compromised")
	pooltest.Must(w.World, w.S.Recovery.ConfirmForgotPassword, in)
	w.newest("ForgotPassword Pass NoRisk")
	if _, res := w.SignIn(w.client, "ann", in.Password); res.Err != nil {
		t.Error(res.Err)
	}
	got := strings.Join(w.Values(), "\n")
	for _, want := range []string{"CompromisedCredentialRisk 1 Operation=SignUp", "CompromisedCredentialRisk 1 Operation=PasswordChange", "CompromisedCredentialRisk 1 Operation=SignIn RiskLevel=high", "Risk 1 Operation=SignIn"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s among the metrics\n%s", want, got)
		}
	}
}

func TestEnforced_eventFilter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(compromised("BLOCK", "SIGN_UP"))
	pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: w.pool, Username: "ann", Password: commonPassword, Permanent: new(true)})
	if _, res := w.SignIn(w.client, "ann", commonPassword); res.Err != nil {
		t.Error(res.Err)
	}
	w.newest("SignIn Pass NoRisk PasswordSuccess")
	w.configure(compromised("NO_ACTION", "SIGN_IN"))
	if _, res := w.SignIn(w.client, "ann", commonPassword); res.Err != nil {
		t.Error(res.Err)
	}
	w.newest("SignIn Pass NoRisk compromised PasswordSuccess")
}

// Where users are hidden, whoever has the password learns no more than with a wrong one, now and later.
func TestEnforced_compromisedHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	w.configure(compromised("BLOCK"))
	hiding := *w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
	pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: w.pool, Username: "ann", Password: commonPassword, Permanent: new(true)})
	for range 2 {
		_, res := w.SignIn(hiding, "ann", commonPassword)
		w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	}
}
