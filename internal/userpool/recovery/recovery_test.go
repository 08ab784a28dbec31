package recovery_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	nae     = "NotAuthorizedException"
	another = "An0ther-one!"
)

func hidden(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }

func forgot(w *pooltest.World, client, name string) (*cognitoidp.ForgotPasswordOutput, pooltest.Result) {
	return pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: name})
}

func confirm(w *pooltest.World, client, name, code, text string) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{
		ClientId: client, Username: name, ConfirmationCode: code, Password: text,
	})
	return res
}

// wrong is a code other than the one given.
func wrong(code string) string {
	if code == "123456" {
		return "123457"
	}
	return "123456"
}

func TestForgotPassword(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	tokens := w.Tokens(client, "jo")
	out, res := forgot(w, client, "jo")
	if res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	if got := optest.JSON(t, out); got != `{"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"j***@e***"}}` {
		t.Errorf("answer %s", got)
	}
	m := w.Messages()
	code := w.Code()
	if len(m) != 1 || m[0].Occasion != userpool.OnForgot || m[0].Destination != "jo@example.com" || m[0].Subject != "Your password reset code" ||
		m[0].Body != "Your password reset code is "+code+". " {
		t.Fatalf("sent %+v", m)
	}
	w.Tokens(client, "jo") // the old password is in force until the new one is set

	w.Refused(confirm(w, client, "jo", wrong(code), another), "CodeMismatchException", "Invalid verification code provided, please try again.")
	w.Refused(confirm(w, client, "jo", code, "short"), "InvalidPasswordException", "Password did not conform with policy: Password not long enough")
	for range 6 {
		w.SignIn(client, "jo", "Wr0ng-word!") // into the lock-out
	}
	w.Advance(30 * time.Minute)
	if res = confirm(w, client, "jo", code, another); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	_, res = w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, nae, "Incorrect username or password.")
	if in, res := w.SignInSRP(pool, client, "jo", another); res.Err != nil || in.AuthenticationResult == nil {
		t.Fatal(res)
	}
	if _, res := w.GetUser(*tokens.AccessToken); res.Err != nil {
		t.Errorf("other sign-ins ended: %v", res.Err)
	}
	w.Refused(confirm(w, client, "jo", code, pooltest.Password), "ExpiredCodeException", "Invalid code provided, please request a code again.")
}

func TestConfirmForgotPassword_endsLockOut(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	for range 6 {
		w.SignIn(client, "jo", "Wr0ng-word!")
	}
	_, res := w.SignIn(client, "jo", pooltest.Password)
	w.Refused(res, nae, "Password attempts exceeded")
	if _, res = forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res)
	}
	if res = confirm(w, client, "jo", w.Code(), another); res.Err != nil {
		t.Fatal(res)
	}
	if _, res = w.SignIn(client, "jo", another); res.Err != nil {
		t.Fatal(res)
	}
}

func TestForgotPassword_codes(t *testing.T) {
	t.Parallel()
	expired := func(w *pooltest.World, res pooltest.Result) {
		w.T.Helper()
		w.Refused(res, "ExpiredCodeException", "Invalid code provided, please request a code again.")
	}
	for name, try := range map[string]func(w *pooltest.World, pool, client, code string){
		"none outstanding": func(w *pooltest.World, pool, client, code string) {
			w.User(pool, "bo", "bo@example.com")
			expired(w, confirm(w, client, "bo", code, another))
		},
		"an hour old": func(w *pooltest.World, pool, client, code string) {
			w.Advance(time.Hour)
			expired(w, confirm(w, client, "jo", code, another))
		},
		"just under an hour": func(w *pooltest.World, pool, client, code string) {
			w.Advance(time.Hour - time.Millisecond)
			if res := confirm(w, client, "jo", code, another); res.Err != nil {
				t.Fatal(res)
			}
		},
		"replaced": func(w *pooltest.World, pool, client, code string) {
			forgot(w, client, "jo")
			if w.Code() == code {
				return // one in a million
			}
			w.Refused(confirm(w, client, "jo", code, another), "CodeMismatchException", "Invalid verification code provided, please try again.")
		},
		"address changed": func(w *pooltest.World, pool, client, code string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("email", "jo2@example.com") })
			expired(w, confirm(w, client, "jo", code, another))
		},
		"address not verified any more": func(w *pooltest.World, pool, client, code string) {
			w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Set("email_verified", "false") })
			expired(w, confirm(w, client, "jo", code, another))
		},
		"password set by an administrator": func(w *pooltest.World, pool, client, code string) {
			pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: "Th1rd-one!"})
			expired(w, confirm(w, client, "jo", code, another))
		},
		"password changed by the user": func(w *pooltest.World, pool, client, code string) {
			pooltest.Must(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{
				AccessToken: *w.Tokens(client, "jo").AccessToken, PreviousPassword: new(pooltest.Password), ProposedPassword: "Th1rd-one!",
			})
			expired(w, confirm(w, client, "jo", code, another))
		},
		"disabled since": func(w *pooltest.World, pool, client, code string) {
			pooltest.Must(w, w.S.User.AdminDisableUser, &cognitoidp.AdminDisableUserInput{UserPoolId: pool, Username: "jo"})
			w.Refused(confirm(w, client, "jo", code, another), nae, "User is disabled.")
		},
		"of another user": func(w *pooltest.World, pool, client, code string) {
			w.User(pool, "bo", "bo@example.com")
			forgot(w, client, "bo")
			if w.Code() == code {
				return
			}
			w.Refused(confirm(w, client, "bo", code, another), "CodeMismatchException", "Invalid verification code provided, please try again.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "jo@example.com")
			if _, res := forgot(w, client, "jo"); res.Err != nil {
				t.Fatal(res)
			}
			try(w, pool, client, w.Code())
		})
	}
}

// A code that was sent before its address became the second factor does not reset the password any more: one mailbox
// would prove both.
func TestConfirmForgotPassword_addressBecameFactor(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.MfaConfiguration, in.AutoVerifiedAttributes = new("OPTIONAL"), []string{"phone_number"}
		in.SmsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
	})
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "")
	w.ChangeUser(pool, "jo", func(u *userpool.User) {
		u.Set("phone_number", "+15550001")
		u.Set("phone_number_verified", "true")
	})
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Factors.Switch(userpool.SMSFactor, true) })
	w.Refused(confirm(w, client, "jo", w.Code(), "An0ther-word!"), "ExpiredCodeException", "Invalid code provided, please request a code again.")
}

func TestForgotPassword_limit(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, hidden).ClientId
	w.User(pool, "jo", "jo@example.com")
	for _, name := range []string{"jo", "nobody"} {
		code := "000000"
		if _, res := forgot(w, client, name); res.Err != nil {
			t.Fatal(res)
		}
		if name == "jo" {
			code = w.Code()
		}
		for range 9 {
			w.Refused(confirm(w, client, name, wrong(code), another), "CodeMismatchException", "Invalid verification code provided, please try again.")
		}
		w.Refused(confirm(w, client, name, code, another), "LimitExceededException", "Attempt limit exceeded, please try after some time.")
		_, res := forgot(w, client, name)
		w.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	}
	w.Advance(time.Hour)
	if _, res := forgot(w, client, "jo"); res.Err != nil {
		t.Fatal(res)
	}
}

func TestForgotPassword_refuses(t *testing.T) {
	t.Parallel()
	const current = "User password cannot be reset in the current state."
	const unreachable = "Cannot reset password for the user as there is no registered/verified email or phone_number"
	adminOnly := func(in *cognitoidp.CreateUserPoolInput) {
		in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "admin_only", Priority: 1}}}
	}
	byPhone := func(in *cognitoidp.CreateUserPoolInput) {
		in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: []cognitoidp.RecoveryOptionType{{Name: "verified_phone_number", Priority: 1}}}
	}
	for _, c := range []struct {
		name          string
		pool          func(*cognitoidp.CreateUserPoolInput)
		user          func(*userpool.User)
		code, message string
	}{
		{"disabled", nil, func(u *userpool.User) { u.Enabled = false }, nae, "User is disabled."},
		{"disabled comes before admin_only", adminOnly, func(u *userpool.User) { u.Enabled = false }, nae, "User is disabled."},
		{"admin_only", adminOnly, nil, nae, "Contact administrator to reset password."},
		{"admin_only comes before the status", adminOnly, func(u *userpool.User) { u.Status = userpool.External }, nae, "Contact administrator to reset password."},
		{"temporary password", nil, func(u *userpool.User) { u.Status = userpool.ForceChangePassword }, nae, current},
		{"federated", nil, func(u *userpool.User) { u.Status = userpool.External }, nae, current},
		{"the status comes before the address", nil, func(u *userpool.User) { u.Status = userpool.External; u.Set("email", "") }, nae, current},
		{"no address", nil, func(u *userpool.User) { u.Set("email", ""); u.Set("email_verified", "") }, "InvalidParameterException", unreachable},
		{"unverified address", nil, func(u *userpool.User) { u.Set("email_verified", "false") }, "InvalidParameterException", unreachable},
		{"an address the pool does not use", byPhone, nil, "InvalidParameterException", unreachable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(c.pool)
			client := *w.Client(pool, nil).ClientId
			sub := w.User(pool, "jo", "jo@example.com")
			if c.user != nil {
				w.ChangeUser(pool, "jo", c.user)
			}
			_, res := forgot(w, client, "jo")
			w.Refused(res, c.code, c.message)
			if res.Sub != sub || len(w.Messages()) != 0 {
				t.Errorf("subject %q, %d messages", res.Sub, len(w.Messages()))
			}
		})
	}
}

func TestForgotPassword_clients(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	w.User(pool, "jo", "jo@example.com")
	client := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
	id := *client.ClientId
	_, res := forgot(w, "0123456789abcdefghijklmnop", "jo")
	w.Refused(res, "ResourceNotFoundException", "User pool client 0123456789abcdefghijklmnop does not exist.")
	_, res = forgot(w, id, "jo")
	w.Refused(res, nae, "Client "+id+" is configured with secret but SECRET_HASH was not received")
	w.Refused(confirm(w, id, "jo", "123456", another), nae, "Client "+id+" is configured with secret but SECRET_HASH was not received")
	hash := func(name string) *string {
		return new(userpool.SecretHash(*client.ClientSecret, name, userpool.ClientID(id)))
	}
	_, res = pooltest.Do(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: id, Username: "jo", SecretHash: hash("bo")})
	w.Refused(res, nae, "Unable to verify secret hash for client "+id)
	pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: id, Username: "jo", SecretHash: hash("jo")})
	pooltest.Must(w, w.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{
		ClientId: id, Username: "jo", SecretHash: hash("jo"), ConfirmationCode: w.Code(), Password: another,
	})

	plain := *w.Client(pool, nil).ClientId
	_, res = forgot(w, plain, "nobody")
	w.Refused(res, "UserNotFoundException", "Username/client id combination not found.")
	w.Refused(confirm(w, plain, "nobody", "123456", another), "UserNotFoundException", "Username/client id combination not found.")
}

func TestForgotPassword_mechanisms(t *testing.T) {
	t.Parallel()
	type way = cognitoidp.RecoveryOptionType
	for name, c := range map[string]struct {
		ways []way
		want string
	}{
		"unset":                    {nil, "phone_number"},
		"e-mail first":             {[]way{{Name: "verified_phone_number", Priority: 2}, {Name: "verified_email", Priority: 1}}, "email"},
		"phone first":              {[]way{{Name: "verified_phone_number", Priority: 1}, {Name: "verified_email", Priority: 2}}, "phone_number"},
		"e-mail alone, at the end": {[]way{{Name: "verified_email", Priority: 2}}, "email"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
				if c.ways != nil {
					in.AccountRecoverySetting = &cognitoidp.AccountRecoverySettingType{RecoveryMechanisms: c.ways}
				}
			})
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "jo@example.com")
			w.ChangeUser(pool, "jo", func(u *userpool.User) {
				u.Set("phone_number", "+15555550123")
				u.Set("phone_number_verified", "true")
			})
			out, res := forgot(w, client, "jo")
			if res.Err != nil || *out.CodeDeliveryDetails.AttributeName != c.want {
				t.Fatalf("%v, %s", res.Err, optest.JSON(t, out))
			}
		})
	}
}

func TestForgotPassword_ownText(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.EmailVerificationMessage, in.EmailVerificationSubject = new("Take {####}, please"), new("For you")
	})
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	forgot(w, client, "jo")
	if m := w.Messages()[0]; m.Subject != "For you" || m.Body != "Take "+w.Code()+", please" {
		t.Errorf("sent %+v", m)
	}
}

func TestConfirmForgotPassword_confirms(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	for _, s := range []userpool.Status{userpool.Unconfirmed, userpool.ResetRequired, userpool.Confirmed} {
		name := string(s)
		w.User(pool, name, name+"@example.com")
		w.ChangeUser(pool, name, func(u *userpool.User) { u.Status = s })
		if _, res := forgot(w, client, name); res.Err != nil {
			t.Fatal(res)
		}
		if res := confirm(w, client, name, w.Code(), another); res.Err != nil {
			t.Fatal(res)
		}
		if u := w.Stored(pool, name); u.Status != userpool.Confirmed || !u.Modified.Equal(w.Now()) {
			t.Errorf("stored %+v", u)
		}
	}
}

func TestPasswordHistory(t *testing.T) {
	t.Parallel()
	for kind, tag := range map[string]string{"verifiers": "srp", "hashes": "argon2id"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
				in.UserPoolTags = map[string]string{userpool.CredentialTag: tag}
				in.Policies = &cognitoidp.UserPoolPolicyType{PasswordPolicy: &cognitoidp.PasswordPolicyType{PasswordHistorySize: new(int64(2))}}
			})
			client := *w.Client(pool, nil).ClientId
			w.User(pool, "jo", "jo@example.com") // Password after a temporary one
			token := *w.Tokens(client, "jo").AccessToken
			change := func(old, to string) pooltest.Result {
				_, res := pooltest.Do(w, w.S.Profile.ChangePassword, &cognitoidp.ChangePasswordInput{AccessToken: token, PreviousPassword: &old, ProposedPassword: to})
				return res
			}
			used := func(res pooltest.Result) {
				t.Helper()
				w.Refused(res, "PasswordHistoryPolicyViolationException", "Password has previously been used")
			}
			used(change(pooltest.Password, pooltest.Password))
			if res := change(pooltest.Password, "second-word"); res.Err != nil {
				t.Fatal(res)
			}
			used(change("second-word", pooltest.Password))
			if res := change("second-word", "third-word"); res.Err != nil {
				t.Fatal(res)
			}
			forgot(w, client, "jo")
			used(confirm(w, client, "jo", w.Code(), pooltest.Password))
			_, res := pooltest.Do(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: "second-word", Permanent: new(true)})
			used(res)
			if res := confirm(w, client, "jo", w.Code(), "fourth-word"); res.Err != nil {
				t.Fatal(res)
			}
			if n := len(w.Stored(pool, "jo").Earlier); n != 2 {
				t.Errorf("%d passwords remembered", n)
			}
			forgot(w, client, "jo")
			if res := confirm(w, client, "jo", w.Code(), pooltest.Password); res.Err != nil { // forgotten by now
				t.Fatal(res)
			}
		})
	}
}
