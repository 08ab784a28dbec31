package profile_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const another = "An0ther-one!"

func change(w *pooltest.World, token, old, to string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: token, PreviousPassword: &old, ProposedPassword: to})
	return res
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	for kind, tag := range map[string]string{"verifiers": "srp", "hashes": "argon2id"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
				in.UserPoolTags = map[string]string{userpool.CredentialTag: tag}
			})
			client := *w.Client(pool, nil).ClientId
			sub := w.User(pool, "jo", "jo@example.com")
			tokens := w.Tokens(client, "jo")
			w.Advance(time.Minute)
			if res := change(w, *tokens.AccessToken, pooltest.Password, another); res.Err != nil || res.Sub != sub {
				t.Fatal(res)
			}
			if u := w.Stored(pool, "jo"); !u.Modified.Equal(w.Now()) || u.Earlier != nil {
				t.Errorf("stored %+v", u)
			}
			_, res := w.SignIn(client, "jo", pooltest.Password)
			w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
			if _, res = w.SignIn(client, "jo", another); res.Err != nil {
				t.Fatal(res)
			}
			if _, res = w.Refresh(client, *tokens.RefreshToken); res.Err != nil {
				t.Errorf("other sign-ins ended: %v", res.Err)
			}
		})
	}
}

func TestChangePassword_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	token := *w.Tokens(client, "jo").AccessToken
	w.Refused(change(w, "garbage", pooltest.Password, another), "NotAuthorizedException", "Invalid Access Token")
	w.Refused(change(w, token, "", another), "InvalidParameterException", "Missing required parameter PreviousPassword")
	w.Refused(change(w, token, "Wr0ng-word!", "short"), "NotAuthorizedException", "Incorrect username or password.")
	w.Refused(change(w, token, pooltest.Password, "short"), "InvalidPasswordException", "Password did not conform with policy: Password not long enough")
	w.Refused(change(w, token, pooltest.Password, "lower-cas3"), "InvalidPasswordException", "Password did not conform with policy: Password must have uppercase characters")
	if res := change(w, token, pooltest.Password, another); res.Err != nil {
		t.Fatal(res)
	}
	w.Refused(change(w, token, another, pooltest.Password), "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	w.Advance(59 * time.Minute)
	w.Refused(change(w, token, another, pooltest.Password), "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	w.Advance(time.Minute)
	if res := change(w, *tokensWith(w, client, "jo", another).AccessToken, another, pooltest.Password); res.Err != nil {
		t.Fatal(res)
	}
}

func tokensWith(w *pooltest.World, client, name, text string) *cognitoidp.AuthenticationResultType {
	w.T.Helper()
	out, res := w.SignIn(client, name, text)
	if res.Err != nil {
		w.T.Fatal(res.Err)
	}
	return out.AuthenticationResult
}

func TestChangePassword_withoutOne(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	token := *w.Tokens(client, "jo").AccessToken
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Credential = userpool.Credential{} })
	_, res := pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: token, ProposedPassword: another})
	if res.Err != nil {
		t.Fatal(res)
	}
	tokensWith(w, client, "jo", another)
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	tokens := w.Tokens(client, "jo")
	remove := func() pooltest.Result {
		_, res := pooltest.Do(w, pooltest.Nothing(w.S.Profile.DeleteUser), &cognitoidp.DeleteUserInput{AccessToken: *tokens.AccessToken})
		return res
	}
	pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "jo"})
	pooltest.Must(w, w.S.Group.CreateGroup, &cognitoidp.CreateGroupInput{UserPoolId: pool, GroupName: "g"})
	pooltest.Must(w, pooltest.Nothing(w.S.Group.AdminAddUserToGroup), &cognitoidp.AdminAddUserToGroupInput{UserPoolId: pool, GroupName: "g", Username: "jo"})
	if res := remove(); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	w.Refused(remove(), "UserNotFoundException", "User does not exist.")
	_, res := w.Refresh(client, *tokens.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Refresh Token.")
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = pooltest.Do(w, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: "jo"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	w.View(func(tx store.Tx) error {
		for m, err := range userpool.Memberships.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			t.Errorf("membership left: %+v", m)
		}
		for kv, err := range tx.Scan("userpool.codes", nil, nil, false) {
			if err != nil {
				return err
			}
			t.Errorf("code left: %s", kv.Value)
		}
		return nil
	})
	if list := pooltest.Must(w, w.S.Group.ListUsersInGroup, &cognitoidp.ListUsersInGroupInput{UserPoolId: pool, GroupName: "g"}); len(list.Users) != 0 {
		t.Errorf("the group keeps %d users", len(list.Users))
	}
	// The name is free; the code sent to the one before is worth nothing.
	w.User(pool, "jo", "jo@example.com")
	_, res = pooltest.Do(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code(), Password: another})
	w.Refused(res, "ExpiredCodeException", "Invalid code provided, please request a code again.")
}
