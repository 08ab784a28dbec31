package threat_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// withMFA makes the factors of the pool optional. "ann" has her e-mail address verified, and switched nothing on.
func withMFA(t *testing.T, action string) *world {
	w := newWorld(t, "ENFORCED", func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailConfiguration = &cognitoidp.EmailConfigurationType{EmailSendingAccount: new("DEVELOPER"), SourceArn: new("arn:aws:ses:us-east-1:123456789012:identity/example.com")}
	})
	w.SetMFA(w.pool, "OPTIONAL", userpool.EmailFactor, userpool.TOTPFactor)
	w.configure(actions(action, false))
	return w
}

func (w *world) answer(out *cognitoidp.InitiateAuthOutput, code string) (*cognitoidp.RespondToAuthChallengeOutput, pooltest.Result) {
	return w.Respond(&cognitoidp.RespondToAuthChallengeInput{
		ClientId: w.client, ChallengeName: "EMAIL_OTP", Session: out.Session, ChallengeResponses: map[string]string{"USERNAME": "ann", "EMAIL_OTP_CODE": code},
	})
}

func TestEnforced_askedForFactor(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"MFA_IF_CONFIGURED", "MFA_REQUIRED"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			w := withMFA(t, action)
			w.Tokens(w.client, "ann") // at home there is no risk
			w.From(abroad, otherAgent)
			w.Advance(time.Second)
			out, res := w.SignIn(w.client, "ann", pooltest.Password)
			if res.Err != nil || out.ChallengeName == nil || *out.ChallengeName != "EMAIL_OTP" {
				t.Fatalf("%+v, %v", out, res.Err)
			}
			w.newest("SignIn InProgress AccountTakeoverMedium PasswordSuccess")
			_, res = w.answer(out, "000000")
			w.Refused(res, "CodeMismatchException", "Invalid code or auth state for the user.")
			w.newest("SignIn Fail AccountTakeoverMedium PasswordSuccess MfaFailure")
			done, res := w.answer(out, w.Code())
			if res.Err != nil || done.AuthenticationResult == nil {
				t.Fatal(res.Err)
			}
			w.newest("SignIn Pass AccountTakeoverMedium PasswordSuccess MfaFailure MfaSuccess")
			events := pooltest.Must(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann"}).AuthEvents
			if !strings.Contains(claims(t, *done.AuthenticationResult.AccessToken), `"event_id":"`+*events[0].EventId+`"`) {
				t.Error("the tokens are of another event")
			}
			// From now on she is known there.
			w.Tokens(w.client, "ann")
			if got := strings.Count(strings.Join(w.Values(), "\n"), "AccountTakeoverRisk"); got != 1 {
				t.Errorf("risk counted %d times", got)
			}
		})
	}
}

func TestEnforced_withoutFactor(t *testing.T) {
	t.Parallel()
	for action, refused := range map[string]bool{"MFA_IF_CONFIGURED": false, "MFA_REQUIRED": true} {
		w := withMFA(t, action)
		w.ChangeUser(w.pool, "ann", func(u *userpool.User) { u.Set("email_verified", "false") })
		w.From(abroad, otherAgent)
		_, res := w.SignIn(w.client, "ann", pooltest.Password)
		if refused {
			w.Refused(res, "NotAuthorizedException", refusal)
		} else if res.Err != nil {
			t.Error(res.Err)
		}
	}
}

// A factor that is taken away between the challenge and its answer does not let anybody in without one.
func TestEnforced_factorTakenAway(t *testing.T) {
	t.Parallel()
	w := withMFA(t, "MFA_IF_CONFIGURED")
	w.From(abroad, otherAgent)
	out, res := w.SignIn(w.client, "ann", pooltest.Password)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	code := w.Code()
	w.ChangeUser(w.pool, "ann", func(u *userpool.User) { u.Set("email", "other@example.com") })
	if _, res := w.answer(out, code); res.Code != "NotAuthorizedException" {
		t.Errorf("got %v", res.Err)
	}
}

// A temporary password at risk: the new one is set, and then the factor is asked for.
func TestEnforced_newPassword(t *testing.T) {
	t.Parallel()
	w := withMFA(t, "MFA_REQUIRED")
	w.configure(func(in *cognitoidp.SetRiskConfigurationInput) {
		actions("MFA_REQUIRED", false)(in)
		compromised("BLOCK")(in)
	})
	pooltest.Must(w.World, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: w.pool, Username: "ann", Password: pooltest.Password})
	w.From(abroad, otherAgent)
	out, res := w.SignIn(w.client, "ann", pooltest.Password)
	if res.Err != nil || *out.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Fatal(res.Err)
	}
	in := &cognitoidp.RespondToAuthChallengeInput{
		ClientId: w.client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: out.Session, ChallengeResponses: map[string]string{"USERNAME": "ann", "NEW_PASSWORD": commonPassword},
	}
	_, res = w.Respond(in)
	w.Refused(res, "InvalidPasswordException", noCommon)
	in.ChallengeResponses["NEW_PASSWORD"] = "Unheard-of-7-word"
	next, res := w.Respond(in)
	if res.Err != nil || next.ChallengeName == nil || *next.ChallengeName != "EMAIL_OTP" {
		t.Fatalf("%+v, %v", next, res.Err)
	}
}

// Where users are hidden a name that means nobody makes the rows a known one does, and they go soon.
func TestStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "AUDIT", nil)
	hiding := *w.Client(w.pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.PreventUserExistenceErrors, in.ExplicitAuthFlows = new("ENABLED"), []string{"ALLOW_USER_PASSWORD_AUTH"}
	}).ClientId
	rows := func() (n int) {
		w.View(func(tx store.Tx) error {
			for _, space := range []string{"userpool.authevents", "userpool.habits"} {
				for _, err := range tx.Scan(space, nil, nil, false) {
					if err != nil {
						return err
					}
					n++
				}
			}
			return nil
		})
		return n
	}
	before := rows()
	_, res := w.SignIn(hiding, "nobody", "wrong")
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	if _, res := pooltest.Do(w.World, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: hiding, Username: "nobody"}); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := rows(); got != before+3 {
		t.Errorf("%d rows, before %d", got, before)
	}
	w.Advance(16 * time.Minute)
	if _, err := userpool.Sweep(context.Background(), w.State, w.Now()); err != nil {
		t.Fatal(err)
	}
	if got := rows(); got != before {
		t.Errorf("%d rows are left, before %d", got, before)
	}
	w.Advance(2 * 366 * 24 * time.Hour)
	if got := w.events(); len(got) != 0 {
		t.Errorf("after two years there are %q", got)
	}
}

// What is known of a user goes with him.
func TestDeletedUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "AUDIT", nil)
	pooltest.Must(w.World, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: w.pool, Username: "ann"})
	w.View(func(tx store.Tx) error {
		for _, space := range []string{"userpool.authevents", "userpool.authevents.expires", "userpool.habits", "userpool.habits.expires"} {
			for kv, err := range tx.Scan(space, nil, nil, false) {
				t.Errorf("%s: %s, %v", space, kv.Value, err)
			}
		}
		return nil
	})
}

// The number of a user's events is bounded; the newest stay.
func TestEvents_bounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "AUDIT", nil)
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(w.pool))
		if err != nil {
			return err
		}
		for n := range 1095 {
			h, err := w.S.Realm.Habits(tx, p, w.sub)
			if err != nil {
				return err
			}
			e := &userpool.AuthEvent{Account: p.Account, Region: p.Region, Pool: p.ID, Sub: w.sub, ID: userpool.NewEventID(w.Now().Add(time.Duration(n) * time.Millisecond)), Type: "SignIn"}
			if err := w.S.Realm.PutAuthEvent(tx, e, h, true, w.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w.Advance(time.Hour)
		if _, res := w.SignIn(w.client, "ann", "wrong"); res.Code != "NotAuthorizedException" {
			t.Fatal(res.Err)
		}
	}
	n, token := 0, (*string)(nil)
	for page := 0; ; page++ {
		out := pooltest.Must(w.World, w.S.AuthEvent.AdminListUserAuthEvents, &cognitoidp.AdminListUserAuthEventsInput{UserPoolId: w.pool, Username: "ann", NextToken: token})
		if page == 0 && !out.AuthEvents[0].CreationDate.Equal(w.Now().Truncate(time.Millisecond)) {
			t.Errorf("the newest is of %v", out.AuthEvents[0].CreationDate)
		}
		n += len(out.AuthEvents)
		if token = out.NextToken; token == nil {
			break
		}
	}
	if n < 900 || n > 1000 {
		t.Errorf("%d events", n)
	}
}
