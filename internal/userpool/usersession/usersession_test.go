package usersession_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

type world struct {
	*pooltest.World
	pool, client, sub string
}

func newWorld(t *testing.T, max int64) *world {
	w := &world{World: pooltest.New(t)}
	w.pool = w.Pool(nil)
	w.client = *w.Client(w.pool, nil).ClientId
	w.sub = w.User(w.pool, "jo", "jo@example.com")
	if max > 0 {
		w.track("ENABLED", max)
	}
	return w
}

func (w *world) track(tracking string, max int64) {
	w.T.Helper()
	in := &cognitoidp.SetUserPoolSessionConfigurationInput{
		UserPoolId: w.pool, UserSessionTracking: tracking, TokenSession: &cognitoidp.UserPoolTokenSessionConfigType{MaxPerUser: max},
	}
	set := pooltest.Must(w.World, w.S.UserSession.SetUserPoolSessionConfiguration, in)
	got := pooltest.Must(w.World, w.S.UserSession.GetUserPoolSessionConfiguration, &cognitoidp.GetUserPoolSessionConfigurationInput{UserPoolId: w.pool})
	if *set.UserSessionTracking != tracking || *got.UserSessionTracking != tracking || set.TokenSession.MaxPerUser != max || got.TokenSession.MaxPerUser != max || *got.UserPoolId != w.pool {
		w.T.Fatalf("set %+v, got %+v", set, got)
	}
}

// signIn signs jo in, a second after the last call.
func (w *world) signIn() *cognitoidp.AuthenticationResultType {
	w.T.Helper()
	w.Advance(time.Second)
	return w.Tokens(w.client, "jo")
}

func (w *world) list(access string) ([]cognitoidp.SessionDescriptionType, pooltest.Result) {
	out, res := pooltest.Do(w.World, w.S.UserSession.ListUserSessions, &cognitoidp.ListUserSessionsInput{AccessToken: access})
	if out == nil {
		return nil, res
	}
	return out.Sessions, res
}

func (w *world) admin() []cognitoidp.SessionDescriptionType {
	w.T.Helper()
	out, res := pooltest.Do(w.World, w.S.UserSession.AdminListUserSessions, &cognitoidp.AdminListUserSessionsInput{UserPoolId: w.pool, Username: "jo"})
	if res.Err != nil || res.Sub != w.sub || out.NextToken != nil {
		w.T.Fatal(out, res)
	}
	return out.Sessions
}

func (w *world) refresh(token string) pooltest.Result {
	_, res := pooltest.Do(w.World, w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{
		AuthFlow: "REFRESH_TOKEN_AUTH", ClientId: w.client, AuthParameters: map[string]string{"REFRESH_TOKEN": token},
	})
	return res
}

func (w *world) revoke(access, id string) pooltest.Result {
	_, res := pooltest.Do(w.World, w.S.UserSession.RevokeUserSession, &cognitoidp.RevokeUserSessionInput{AccessToken: access, SessionId: id})
	return res
}

// A user sees his sessions, and ends any but the one he is in: its tokens are good for nothing at once.
func TestUserSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	first := w.signIn()
	began := w.Now()
	second := w.signIn()
	list, res := w.list(*second.AccessToken)
	if res.Err != nil || res.Sub != w.sub || len(list) != 2 {
		t.Fatal(list, res)
	}
	old := list[1]
	if !*list[0].IsCurrentSession || *old.IsCurrentSession || *old.SessionType != "TOKEN" || *old.ClientId != w.client || !old.CreateDate.Equal(began) ||
		!old.LastActiveDate.Equal(began) || *old.DeviceType != "test" || *old.LastIPAddress != "198.51.100.7" || len(*old.SessionId) != 28 {
		t.Errorf("%+v", old)
	}
	w.Advance(time.Minute)
	if res := w.refresh(*first.RefreshToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	list = w.admin()
	if *list[0].SessionId != *old.SessionId || !list[0].LastActiveDate.Equal(w.Now()) || !list[0].CreateDate.Equal(began) || *list[0].IsCurrentSession || *list[1].IsCurrentSession {
		t.Errorf("%+v", list)
	}

	w.Refused(w.revoke(*first.AccessToken, *old.SessionId), "InvalidParameterException", "The current session cannot be revoked.")
	if res := w.revoke(*second.AccessToken, *old.SessionId); res.Err != nil || res.Sub != w.sub {
		t.Fatal(res)
	}
	_, res = w.list(*first.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
	if res := w.refresh(*first.RefreshToken); res.Code != "NotAuthorizedException" {
		t.Fatal(res)
	}
	w.Refused(w.revoke(*second.AccessToken, *old.SessionId), "ResourceNotFoundException", "Session does not exist.")
	if list, _ := w.list(*second.AccessToken); len(list) != 1 || !*list[0].IsCurrentSession {
		t.Errorf("%+v", list)
	}

	// An administrator ends any.
	_, res = pooltest.Do(w.World, w.S.UserSession.AdminRevokeUserSession, &cognitoidp.AdminRevokeUserSessionInput{
		UserPoolId: w.pool, Username: "jo", SessionId: *w.admin()[0].SessionId, RevokeAssociatedSessions: new("LINKED"),
	})
	if res.Err != nil || res.Sub != w.sub {
		t.Fatal(res)
	}
	if list := w.admin(); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	_, res = w.list(*second.AccessToken)
	w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
}

// A session is its user's and its pool's. No page has a token.
func TestUserSessions_others(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.signIn()
	id := *w.admin()[0].SessionId
	w.User(w.pool, "al", "")
	access := *w.Tokens(w.client, "al").AccessToken
	w.Refused(w.revoke(access, id), "ResourceNotFoundException", "Session does not exist.")
	_, res := pooltest.Do(w.World, w.S.UserSession.AdminRevokeUserSession, &cognitoidp.AdminRevokeUserSessionInput{UserPoolId: w.pool, Username: "al", SessionId: id})
	w.Refused(res, "ResourceNotFoundException", "Session does not exist.")
	_, res = pooltest.Do(w.World, w.S.UserSession.AdminRevokeUserSession, &cognitoidp.AdminRevokeUserSessionInput{UserPoolId: w.pool, Username: "nobody", SessionId: id})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = pooltest.Do(w.World, w.S.UserSession.ListUserSessions, &cognitoidp.ListUserSessionsInput{AccessToken: access, NextToken: new("x")})
	w.Refused(res, "InvalidParameterException", "Invalid pagination token.")
	if len(w.admin()) != 1 {
		t.Error("another's call ended the session")
	}
}

// One session more than a user may have ends the one that was not used for longest; those that are over do not count.
func TestUserSessions_maximum(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	first, second := w.signIn(), w.signIn()
	w.Advance(time.Minute)
	if res := w.refresh(*first.RefreshToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	third := w.signIn()
	if res := w.refresh(*second.RefreshToken); res.Code != "NotAuthorizedException" {
		t.Fatal(res)
	}
	if res := w.refresh(*first.RefreshToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	if list := w.admin(); len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	pooltest.Must(w.World, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *third.AccessToken})
	if list := w.admin(); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
	fourth, fifth := w.signIn(), w.signIn()
	for _, tokens := range []*cognitoidp.AuthenticationResultType{fourth, fifth} {
		if list, res := w.list(*tokens.AccessToken); res.Err != nil || len(list) != 2 {
			t.Fatal(list, res)
		}
	}
	w.track("ENABLED", 1)
	if list := w.admin(); len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	w.signIn()
	if list := w.admin(); len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	w.Advance(31 * 24 * time.Hour)
	if list := w.admin(); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
	w.signIn()
	pooltest.Must(w.World, pooltest.Nothing(w.S.Client.DeleteUserPoolClient), &cognitoidp.DeleteUserPoolClientInput{UserPoolId: w.pool, ClientId: w.client})
	if list := w.admin(); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
}

// Without tracking nothing is listed, and what began without has no session later.
func TestUserSessions_untracked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	got := pooltest.Must(w.World, w.S.UserSession.GetUserPoolSessionConfiguration, &cognitoidp.GetUserPoolSessionConfigurationInput{UserPoolId: w.pool})
	if *got.UserSessionTracking != "DISABLED" || got.TokenSession.MaxPerUser != 20 {
		t.Errorf("%+v", got)
	}
	before := w.signIn()
	const sentence = "User session tracking is not enabled for the user pool."
	_, res := w.list(*before.AccessToken)
	w.Refused(res, "InvalidParameterException", sentence)
	w.Refused(w.revoke(*before.AccessToken, "tkn"), "InvalidParameterException", sentence)
	w.track("ENABLED", 20)
	if list, res := w.list(*before.AccessToken); res.Err != nil || len(list) != 0 {
		t.Fatal(list, res)
	}
	w.signIn()
	if list, _ := w.list(*before.AccessToken); len(list) != 1 || *list[0].IsCurrentSession {
		t.Fatalf("%+v", list)
	}
	// Other changes of the pool leave it as it is; the plan that has it cannot be left.
	pooltest.Must(w.World, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: w.pool})
	if len(w.admin()) != 1 {
		t.Error("UpdateUserPool ended the tracking")
	}
	_, res = pooltest.Do(w.World, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: w.pool, UserPoolTier: new("LITE")})
	if res.Code != "TierChangeNotAllowedException" {
		t.Error(res)
	}
	w.track("DISABLED", 20)
	pooltest.Must(w.World, w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: w.pool, UserPoolTier: new("LITE")})
	_, res = pooltest.Do(w.World, w.S.UserSession.SetUserPoolSessionConfiguration, &cognitoidp.SetUserPoolSessionConfigurationInput{
		UserPoolId: w.pool, UserSessionTracking: "ENABLED", TokenSession: &cognitoidp.UserPoolTokenSessionConfigType{MaxPerUser: 1},
	})
	w.Refused(res, "FeatureUnavailableInTierException", "User session tracking is not available in the user pool's feature plan.")
}
