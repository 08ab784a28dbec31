package user_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func attributes(pairs ...string) []cognitoidp.AttributeType {
	var out []cognitoidp.AttributeType
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, cognitoidp.AttributeType{Name: pairs[i], Value: &pairs[i+1]})
	}
	return out
}

func TestAdminCreateUser(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	out, res := pooltest.Do(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: "jo", UserAttributes: attributes("email", "jo@example.com", "email_verified", "true", "name", "Jo"),
	})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	u := w.Stored(pool, "jo")
	if res.Sub != u.Sub || u.Status != userpool.ForceChangePassword {
		t.Errorf("subject %s, stored %+v", res.Sub, u)
	}
	want := `{"Attributes":[{"Name":"name","Value":"Jo"},{"Name":"email","Value":"jo@example.com"},{"Name":"email_verified","Value":"true"},{"Name":"sub","Value":"` + u.Sub + `"}],` +
		`"Enabled":true,"UserCreateDate":"2026-03-03T07:05:09.25Z","UserLastModifiedDate":"2026-03-03T07:05:09.25Z","UserStatus":"FORCE_CHANGE_PASSWORD","Username":"jo"}`
	if got := optest.JSON(t, out.User); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	m := w.Messages()
	if len(m) != 1 || m[0].Subject != "Your temporary password" || m[0].Medium != "EMAIL" || m[0].Occasion != userpool.OnAdminMade {
		t.Fatalf("sent %+v", m)
	}
	text, ok := strings.CutPrefix(m[0].Body, "Your username is jo and temporary password is ")
	if !ok {
		t.Fatalf("body %q", m[0].Body)
	}
	in, res := w.SignIn(client, "jo", strings.TrimSuffix(text, ". "))
	if res.Err != nil || *in.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Fatal(in, res)
	}

	again := &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", MessageAction: new("RESEND")}
	pooltest.Must(w, w.S.User.AdminCreateUser, again)
	_, res = w.SignIn(client, "jo", strings.TrimSuffix(text, ". "))
	w.Refused(res, "NotAuthorizedException", "Incorrect username or password.")
	if len(w.Messages()) != 2 {
		t.Errorf("%d messages", len(w.Messages()))
	}
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
	_, res = pooltest.Do(w, w.S.User.AdminCreateUser, again)
	w.Refused(res, "UnsupportedUserStateException", "Resend not possible. User status is not FORCE_CHANGE_PASSWORD")
}

func TestAdminCreateUser_media(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{InviteMessageTemplate: &cognitoidp.MessageTemplateType{
			EmailMessage: new("<b>{username}</b> {####}"), EmailSubject: new("hello"), SMSMessage: new("{username}: {####}"),
		}}
	})
	for _, c := range []struct {
		name, user string
		attributes []cognitoidp.AttributeType
		desired    []string
		action     *string
		want       string
	}{
		{"phone by default", "a", attributes("email", "a@example.com", "phone_number", "+15550100"), nil, nil, "SMS"},
		{"e-mail without phone", "b", attributes("email", "b@example.com"), nil, nil, "EMAIL"},
		{"both", "c", attributes("email", "c@example.com", "phone_number", "+15550101"), []string{"SMS", "EMAIL"}, nil, "EMAIL SMS"},
		{"none to send to", "d", nil, nil, nil, ""},
		{"suppressed", "e", attributes("email", "e@example.com"), nil, new("SUPPRESS"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.Messages())
			pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
				UserPoolId: pool, Username: c.user, UserAttributes: c.attributes, DesiredDeliveryMediums: c.desired, MessageAction: c.action, TemporaryPassword: new("T3mporary<&>"),
			})
			var media []string
			for _, m := range w.Messages()[before:] {
				media = append(media, m.Medium)
				want := c.user + ": T3mporary<&>"
				if m.Medium == "EMAIL" {
					want = "<b>" + c.user + "</b> T3mporary&lt;&amp;&gt;"
				}
				if m.Body != want {
					t.Errorf("body %q", m.Body)
				}
			}
			if got := strings.Join(media, " "); got != c.want {
				t.Errorf("sent by %q", got)
			}
		})
	}
}

func TestAdminCreateUser_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	w.User(pool, "owner", "owner@example.com")
	for _, c := range []struct {
		name          string
		in            cognitoidp.AdminCreateUserInput
		code, message string
	}{
		{"unknown pool", cognitoidp.AdminCreateUserInput{UserPoolId: "us-east-1_nothing00", Username: "jo"}, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist."},
		{"taken", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "owner"}, "UsernameExistsException", "User account already exists"},
		{"alias taken", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", UserAttributes: attributes("email", "owner@example.com", "email_verified", "true")},
			"AliasExistsException", "An account with the given email already exists."},
		{"weak password", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", TemporaryPassword: new("x")}, "InvalidPasswordException", "Password did not conform with policy: Password not long enough"},
		{"resend to nobody", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", MessageAction: new("RESEND")}, "UserNotFoundException", "User does not exist."},
		{"flag without address", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", UserAttributes: attributes("email_verified", "true")}, "InvalidParameterException", ""},
		{"sub", cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", UserAttributes: attributes("sub", "x")}, "InvalidParameterException", "Cannot modify the non-mutable attribute sub"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, res := pooltest.Do(w, w.S.User.AdminCreateUser, &c.in)
			if res.Code != c.code || c.message != "" && res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	in := &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "jo", ForceAliasCreation: new(true), UserAttributes: attributes("email", "owner@example.com", "email_verified", "true")}
	pooltest.Must(w, w.S.User.AdminCreateUser, in)
	if u := w.Stored(pool, "owner@example.com"); u.Username != "jo" || w.Stored(pool, "owner").Verified("email") {
		t.Error("the alias was not moved")
	}
}

func TestAdminUser(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	for _, name := range []string{"jo", sub} {
		out, res := pooltest.Do(w, w.S.User.AdminGetUser, &cognitoidp.AdminGetUserInput{UserPoolId: pool, Username: name})
		if res.Err != nil || res.Sub != sub || out.Username != "jo" || *out.UserStatus != "CONFIRMED" || !*out.Enabled || len(out.UserAttributes) != 3 {
			t.Errorf("%s: %+v %v", name, out, res)
		}
	}
	for _, in := range []*cognitoidp.AdminGetUserInput{{UserPoolId: pool, Username: "nobody"}, {UserPoolId: other, Username: "jo"}, {UserPoolId: pool, Username: "JO"}} {
		_, res := pooltest.Do(w, w.S.User.AdminGetUser, in)
		w.Refused(res, "UserNotFoundException", "User does not exist.")
	}
	a := w.Tokens(client, "jo")
	_, res := pooltest.Do(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: "weak"})
	w.Refused(res, "InvalidPasswordException", "Password did not conform with policy: Password not long enough")
	if res.Sub != sub {
		t.Errorf("subject %q", res.Sub)
	}
	w.Tokens(client, "jo")
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: "An0ther-one!"})
	if u := w.Stored(pool, "jo"); u.Status != userpool.ForceChangePassword {
		t.Errorf("status %s", u.Status)
	}
	_, res = w.Refresh(client, *a.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Refresh Token has been revoked")

	_, res = pooltest.Do(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	if res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	_, res = pooltest.Do(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = w.Refresh(client, *a.RefreshToken)
	w.Refused(res, "NotAuthorizedException", "Invalid Refresh Token.")
}
