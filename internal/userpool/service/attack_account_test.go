package service_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const newWord = "An0ther-one!"

func forgot(w *pooltest.World, client, name string) (*cognitoidp.ForgotPasswordOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: name})
}

func recoverBy(w *pooltest.World, client, name, code, text string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{
		ClientId: client, Username: name, ConfirmationCode: code, Password: text,
	})
	return res
}

func otherCode(code string) string {
	if code == "123456" {
		return "123457"
	}
	return "123456"
}

// A code that resets a password or verifies an address works once among many racing tries, and guesses beside one another do not
// beat the limit. On the embedded engine, whose transactions run again when they lose.
func TestAttack12_32_accountCodes(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := pooltest.Over(t, db)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res)
	}
	code := w.Code()
	if ok, refused := race(32, func() pooltest.Result { return recoverBy(w, client, "jo", code, newWord) }); ok != 1 {
		t.Errorf("a code was used %d times, refused %v", ok, refused)
	}
	w.Advance(time.Hour)
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res)
	}
	bad := otherCode(w.Code())
	ok, refused := race(64, func() pooltest.Result { return recoverBy(w, client, "jo", bad, newWord) })
	if ok != 0 || refused["Invalid verification code provided, please try again."] != userpool.RecoveryLimit.Max-1 {
		t.Errorf("%d got in, refused %v", ok, refused)
	}

	in, res := w.SignIn(client, "jo", newWord)
	if res.Err != nil {
		t.Fatal(res)
	}
	token := *in.AuthenticationResult.AccessToken
	pooltest.Must(w, w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: token, UserAttributes: attributes("email", "jo2@example.com")})
	code = w.Code()
	verify := func(code string) func() pooltest.Result {
		return func() pooltest.Result {
			_, res := pooltest.Do(w, w.S.Profile.VerifyUserAttribute, &cognitoidp.VerifyUserAttributeInput{AccessToken: token, AttributeName: "email", Code: code})
			return res
		}
	}
	if ok, refused = race(10, verify(code)); ok != 1 {
		t.Errorf("a code verified %d times, refused %v", ok, refused)
	}
	ok, refused = race(64, func() pooltest.Result {
		_, res := pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: token, PreviousPassword: new("Wr0ng-word!"), ProposedPassword: newWord})
		return res
	})
	if ok != 0 || refused[incorrect] != userpool.ChangePasswordLimit.Max {
		t.Errorf("%d changed, refused %v", ok, refused)
	}
}

// What an administrator ends is reported as ended only if that was stored, and guesses that cannot be counted are no guesses.
func TestAttack31_accountStorageFails(t *testing.T) {
	t.Parallel()
	f := &faulty{DB: mem.New()}
	w := pooltest.Over(t, f)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res)
	}
	code := w.Code()
	f.on = true
	for name, c := range map[string]struct {
		space string
		call  func() pooltest.Result
	}{
		"AdminDisableUser": {userpool.Users.Name, func() pooltest.Result {
			return second(pooltest.Do(w, w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "jo"}))
		}},
		"AdminUserGlobalSignOut": {userpool.Users.Name, func() pooltest.Result {
			return second(pooltest.Do(w, w.S.User.AdminUserGlobalSignOut, &cognitoidp.AdminUserGlobalSignOutInput{UserPoolId: pool, Username: "jo"}))
		}},
		"AdminResetUserPassword": {"userpool.codes", func() pooltest.Result {
			return second(pooltest.Do(w, w.S.User.AdminResetUserPassword, &cognitoidp.AdminResetUserPasswordInput{UserPoolId: pool, Username: "jo"}))
		}},
		"ChangePassword": {"userpool.attempts", func() pooltest.Result {
			return second(pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: *a.AccessToken, PreviousPassword: new("Wr0ng-word!"), ProposedPassword: newWord}))
		}},
		"ForgotPassword":                 {"userpool.codes", func() pooltest.Result { return second(forgot(w, client, "jo")) }},
		"ForgotPassword, not counted":    {"userpool.limits", func() pooltest.Result { return second(forgot(w, client, "jo")) }},
		"ConfirmForgotPassword":          {"userpool.limits", func() pooltest.Result { return recoverBy(w, client, "jo", otherCode(code), newWord) }},
		"ConfirmForgotPassword, written": {userpool.Users.Name, func() pooltest.Result { return recoverBy(w, client, "jo", code, newWord) }},
	} {
		f.space = c.space
		if res := c.call(); !errors.Is(res.Err, errDisk) || res.Code != "" {
			t.Errorf("%s without storage: %v", name, res.Err)
		}
	}
	f.on = false
	if _, res := w.GetUser(*a.AccessToken); res.Err != nil {
		t.Errorf("the token is gone after failed calls: %v", res.Err)
	}
	if res := recoverBy(w, client, "jo", code, newWord); res.Err != nil {
		t.Errorf("the code is gone after failed calls: %v", res.Err)
	}
}

// Guesses at ChangePassword and at sign-in are one count.
func TestAttack33_changePassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	token := *w.Tokens(client, "jo").AccessToken
	change := func(old string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: token, PreviousPassword: &old, ProposedPassword: newWord})
		return res
	}
	for range 3 {
		w.Refused(change("Wr0ng-word!"), nae, incorrect)
	}
	for range 2 {
		_, res := w.SignIn(client, "jo", "Wr0ng-word!")
		w.Refused(res, nae, incorrect)
	}
	w.Refused(change(pooltest.Password), nae, "Password attempts exceeded")
	_, res := w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, nae, "Password attempts exceeded")
	w.Advance(time.Second)
	if res := change(pooltest.Password); res.Err != nil {
		t.Fatal(res)
	}
}

// Where users are hidden, forgetting a password tells no more than signing in: same answers, same order, same limits.
func TestAttack36_forgotPassword(t *testing.T) {
	t.Parallel()
	for kind, set := range map[string]func(*cognitoidp.CreateUserPoolInput){
		"names":            func(*cognitoidp.CreateUserPoolInput) {},
		"e-mail addresses": func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} },
		"hashes": func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
		},
		"administrators only": func(in *cognitoidp.CreateUserPoolInput) {
			in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "admin_only", Priority: 1}}}
		},
		"e-mail only": func(in *cognitoidp.CreateUserPoolInput) {
			in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "verified_email", Priority: 1}}}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(set)
			client := *w.Client(pool, hidden).ClientId
			known, unknown := "jo", "bo"
			if kind == "e-mail addresses" {
				known, unknown = "jo@example.com", "bo@example.com"
			}
			w.User(pool, known, "jo@example.com")
			same := func(step string, a, b pooltest.Result) {
				t.Helper()
				if fmt.Sprint(a.Err) != fmt.Sprint(b.Err) {
					t.Errorf("%s: known: %v, unknown: %v", step, a.Err, b.Err)
				}
				if b.Sub != "" {
					t.Errorf("%s: the record names %q", step, b.Sub)
				}
			}
			same("no code outstanding", recoverBy(w, client, known, "123456", newWord), recoverBy(w, client, unknown, "123456", newWord))
			var destination string
			for n := range 12 { // through the limit
				x, a := forgot(w, client, known)
				y, b := forgot(w, client, unknown)
				same(fmt.Sprint("forgot ", n), a, b)
				if x == nil || y == nil {
					continue
				}
				d, e := x.CodeDeliveryDetails, y.CodeDeliveryDetails
				if len(*d.Destination) != len(*e.Destination) || *d.DeliveryMedium != *e.DeliveryMedium || *d.AttributeName != *e.AttributeName {
					t.Errorf("known: %s, unknown: %s", optest.JSON(t, d), optest.JSON(t, e))
				}
				if destination != "" && destination != *e.Destination {
					t.Errorf("the address of an unknown user changes from %s to %s", destination, *e.Destination)
				}
				destination = *e.Destination
			}
			w.Advance(time.Hour)
			if _, res := forgot(w, client, known); res.Err != nil && kind != "administrators only" {
				t.Fatal(res)
			}
			forgot(w, client, unknown)
			bad := "123456"
			if kind != "administrators only" {
				bad = otherCode(w.Code())
			}
			for n := range 4 {
				same(fmt.Sprint("confirm ", n), recoverBy(w, client, known, bad, newWord), recoverBy(w, client, unknown, bad, newWord))
			}
			same("confirm with a bad password", recoverBy(w, client, known, bad, "x"), recoverBy(w, client, unknown, bad, "x"))
			for _, m := range w.Messages() {
				if m.Destination != "jo@example.com" {
					t.Errorf("sent to %s", m.Destination)
				}
			}
			w.Advance(time.Hour)
			same("expired", recoverBy(w, client, known, bad, newWord), recoverBy(w, client, unknown, bad, newWord))
		})
	}
}

// No call of a user makes an address verified but the one that carries its code; nobody gets in by an address that waits.
func TestAttack37_ownVerification(t *testing.T) {
	t.Parallel()
	for kind, first := range map[string]bool{"at once": false, "verified first": true} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
				in.AliasAttributes, in.AutoVerifiedAttributes = []string{"email"}, []string{"email", "phone_number"}
				if first {
					in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email", "phone_number"}}
				}
			})
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "jo@example.com")
			w.User(pool, "victim", "victim@example.com")
			token := *w.Tokens(client, "jo").AccessToken
			update := func(pairs ...string) pooltest.Result {
				_, res := pooltest.Do(w, w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: token, UserAttributes: attributes(pairs...)})
				return res
			}
			const fixed = "InvalidParameterException"
			w.Refused(update("email", "new@example.com", "email_verified", "true"), fixed, "Cannot modify the non-mutable attribute email_verified")
			w.Refused(update("email_verified", "true"), fixed, "Cannot modify the non-mutable attribute email_verified")
			w.Refused(update("phone_number_verified", "true"), fixed, "Cannot modify the non-mutable attribute phone_number_verified")
			for _, address := range []string{"new@example.com", "victim@example.com"} {
				if res := update("email", address); res.Err != nil {
					t.Fatal(res)
				}
				now, _ := w.Stored(pool, "jo").Get("email")
				if w.Stored(pool, "jo").Verified("email") != first || (now == "jo@example.com") != first {
					t.Errorf("address %s, verified %t", now, w.Stored(pool, "jo").Verified("email"))
				}
				if address == "victim@example.com" {
					if w.Stored(pool, address).Username != "victim" {
						t.Error("the alias moved")
					}
				} else if _, res := w.SignIn(client, address, pooltest.Password); res.Code != "UserNotFoundException" {
					t.Errorf("signed in by an unproved address: %v", res.Err)
				}
				// Neither does a reset go there.
				before := len(w.Messages())
				if _, res := forgot(w, client, "jo"); first == (res.Err != nil) {
					t.Errorf("reset: %v", res.Err)
				}
				for _, m := range w.Messages()[before:] {
					if m.Destination != "jo@example.com" {
						t.Errorf("reset sent to %s", m.Destination)
					}
				}
			}
			// A code to reset a password verifies no address, and the reverse.
			w.ChangeUser(pool, "jo", func(u *userpool.User) {
				u.Set("phone_number", "+15555550123")
				u.Set("phone_number_verified", "true")
			})
			if _, res := forgot(w, client, "jo"); res.Err != nil {
				t.Fatal(res)
			}
			code := w.Code()
			for _, name := range []string{"email", "phone_number"} {
				_, res := pooltest.Do(w, w.S.Profile.VerifyUserAttribute, &cognitoidp.VerifyUserAttributeInput{AccessToken: token, AttributeName: name, Code: code})
				if res.Err == nil {
					t.Error("a code to reset a password verified " + name)
				}
			}
		})
	}
}

// A disabled or deleted user keeps nothing, on any path.
func TestAttack39_disabledAndDeleted(t *testing.T) {
	t.Parallel()
	for kind, end := range map[string]func(w *pooltest.World, pool string){
		"disabled": func(w *pooltest.World, pool string) {
			pooltest.Must(w, w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "jo"})
		},
		"disabled and enabled": func(w *pooltest.World, pool string) {
			pooltest.Must(w, w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "jo"})
			pooltest.Must(w, w.S.User.AdminEnableUser, &cognitoidp.AdminEnableUserInput{UserPoolId: pool, Username: "jo"})
		},
		"deleted": func(w *pooltest.World, pool string) {
			pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
		},
		"deleted and made anew": func(w *pooltest.World, pool string) {
			pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
			w.User(pool, "jo", "jo@example.com")
		},
		"signed out": func(w *pooltest.World, pool string) {
			pooltest.Must(w, w.S.User.AdminUserGlobalSignOut, &cognitoidp.AdminUserGlobalSignOutInput{UserPoolId: pool, Username: "jo"})
		},
		"reset": func(w *pooltest.World, pool string) {
			pooltest.Must(w, w.S.User.AdminResetUserPassword, &cognitoidp.AdminResetUserPasswordInput{UserPoolId: pool, Username: "jo"})
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "jo@example.com")
			tokens := w.Tokens(client, "jo")
			side, challenge, _ := w.StartSRP(client, "jo")
			claim := w.Claim(side, pool, client, challenge, pooltest.Password)
			end(w, pool)
			access := *tokens.AccessToken
			for name, res := range map[string]pooltest.Result{
				"GetUser":                          second(w.GetUser(access)),
				"REFRESH_TOKEN_AUTH":               second(w.Refresh(client, *tokens.RefreshToken)),
				"PASSWORD_VERIFIER":                second(w.Respond(claim)),
				"ChangePassword":                   second(pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: access, PreviousPassword: new(pooltest.Password), ProposedPassword: newWord})),
				"UpdateUserAttributes":             second(pooltest.Do(w, w.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: access, UserAttributes: attributes("name", "x")})),
				"DeleteUserAttributes":             second(pooltest.Do(w, w.S.Profile.DeleteUserAttributes, &cognitoidp.DeleteUserAttributesInput{AccessToken: access, UserAttributeNames: []string{"email"}})),
				"GetUserAttributeVerificationCode": second(pooltest.Do(w, w.S.Profile.GetUserAttributeVerificationCode, &cognitoidp.GetUserAttributeVerificationCodeInput{AccessToken: access, AttributeName: "email"})),
				"VerifyUserAttribute":              second(pooltest.Do(w, w.S.Profile.VerifyUserAttribute, &cognitoidp.VerifyUserAttributeInput{AccessToken: access, AttributeName: "email", Code: "123456"})),
				"GlobalSignOut":                    second(pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: access})),
				"DeleteUser":                       second(pooltest.Do(w, pooltest.Nothing(w.S.Profile.DeleteUser), &cognitoidp.DeleteUserInput{AccessToken: access})),
			} {
				if res.Code != nae && res.Code != "UserNotFoundException" && !(kind == "reset" && res.Code == "PasswordResetRequiredException") {
					t.Errorf("%s: %v", name, res.Err)
				}
			}
		})
	}
}

func second[T any](_ T, res pooltest.Result) pooltest.Result { return res }
