package profile_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func TestGetUser_readAttributes(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ReadAttributes = []string{"email"} }).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	out, res := w.GetUser(*w.Tokens(client, "jo").AccessToken)
	if res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	if got := optest.JSON(t, out.UserAttributes); got != `[{"Name":"email","Value":"jo@example.com"},{"Name":"sub","Value":"`+sub+`"}]` {
		t.Errorf("shown %s", got)
	}
}

func TestGetUser_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	token := *a.AccessToken
	_, res := w.GetUser("garbage")
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")
	_, res = w.GetUser(*a.IdToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")
	_, res = w.GetUser(token[:len(token)-1])
	w.Refused(res, "NotAuthorizedException", "Invalid Access Token")

	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = w.GetUser(token)
	w.Refused(res, "NotAuthorizedException", "User is disabled.")
	if res.Sub != sub {
		t.Errorf("subject is %q", res.Sub)
	}
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true })

	w.Advance(59*time.Minute + 59*time.Second)
	if _, res = w.GetUser(token); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Advance(time.Second)
	_, res = w.GetUser(token)
	w.Refused(res, "NotAuthorizedException", "Access Token has expired")
	if res.Sub != sub {
		t.Errorf("an expired token's record has subject %q", res.Sub)
	}

	token = *w.Tokens(client, "jo").AccessToken
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	_, res = w.GetUser(token)
	w.Refused(res, "UserNotFoundException", "User does not exist.")
}

func TestGlobalSignOut(t *testing.T) {
	t.Parallel()
	for name, revocable := range map[string]bool{"revocable tokens": true, "tokens without origin_jti": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.EnableTokenRevocation = &revocable }).ClientId
			sub := w.User(pool, "jo", "jo@example.com")
			w.User(pool, "bo", "bo@example.com")
			one, two, other := w.Tokens(client, "jo"), w.Tokens(client, "jo"), w.Tokens(client, "bo")
			_, res := pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *one.AccessToken})
			if res.Err != nil || res.Sub != sub {
				t.Fatal(res)
			}
			for _, a := range []*cognitoidp.AuthenticationResultType{one, two} {
				_, res := w.GetUser(*a.AccessToken)
				w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
				_, res = w.Refresh(client, *a.RefreshToken)
				w.Refused(res, "NotAuthorizedException", "Refresh Token has been revoked")
			}
			if _, res := w.GetUser(*other.AccessToken); res.Err != nil {
				t.Errorf("another user was signed out: %v", res.Err)
			}
			if _, res := w.GetUser(*w.Tokens(client, "jo").AccessToken); res.Err != nil {
				t.Errorf("a later sign-in is refused: %v", res.Err)
			}
			_, res = pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *one.AccessToken})
			w.Refused(res, "NotAuthorizedException", "Access Token has been revoked")
		})
	}
}
