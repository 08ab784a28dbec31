package signup_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
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

func hidden(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }

func signUp(client, name string, a ...string) *cognitoidp.SignUpInput {
	return &cognitoidp.SignUpInput{ClientId: client, Username: name, Password: new(pooltest.Password), UserAttributes: attributes(a...)}
}

func TestSignUp_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	rich := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AliasAttributes = []string{"email", "phone_number", "preferred_username"}
		in.Schema = []cognitoidp.SchemaAttributeType{
			{Name: new("email"), AttributeDataType: new("String"), Required: new(true)},
			{Name: new("name"), AttributeDataType: new("String"), Required: new(true)},
			{Name: new("n"), AttributeDataType: new("Number"), NumberAttributeConstraints: &cognitoidp.NumberAttributeConstraintsType{MinValue: new("1"), MaxValue: new("9")}},
			{Name: new("s"), AttributeDataType: new("String"), StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MinLength: new("2"), MaxLength: new("3")}},
		}
	})
	client := *w.Client(rich, nil).ClientId
	narrow := *w.Client(rich, func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"email", "name"} }).ClientId
	closed := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AdminCreateUserConfig = &cognitoidp.AdminCreateUserConfigType{AllowAdminCreateUserOnly: new(true)}
	})
	closedClient := *w.Client(closed, nil).ClientId
	byEmail := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} })
	emailClient := *w.Client(byEmail, nil).ClientId
	byBoth := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email", "phone_number"} })
	bothClient := *w.Client(byBoth, nil).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "taken", "email", "t@example.com", "name", "n", "preferred_username", "boss"))
	pooltest.Must(w, w.S.Signup.SignUp, signUp(emailClient, "taken@example.com"))
	full := []string{"email", "a@example.com", "name", "n"}
	with := func(more ...string) []string { return append(append([]string{}, full...), more...) }
	for _, c := range []struct {
		name          string
		in            *cognitoidp.SignUpInput
		code, message string
	}{
		{"unknown client", signUp("nothing", "jo"), "ResourceNotFoundException", "User pool client nothing does not exist."},
		{"hash without secret", &cognitoidp.SignUpInput{ClientId: client, SecretHash: new("x"), Username: "jo"}, "NotAuthorizedException", "Unable to verify secret hash for client " + client},
		{"administrators only", signUp(closedClient, "jo"), "NotAuthorizedException", "SignUp is not permitted for this user pool"},
		{"name like an e-mail", signUp(client, "a@example.com", full...), "InvalidParameterException", "Username cannot be of email format, since user pool is configured for email alias."},
		{"name that looks like an e-mail", signUp(client, "a@еxample.com", full...), "InvalidParameterException", "Username cannot be of email format, since user pool is configured for email alias."},
		{"name like a phone number", signUp(client, "+15550100", full...), "InvalidParameterException", "Username cannot be of phone number format, since user pool is configured for phone alias."},
		{"name no e-mail", signUp(emailClient, "jo"), "InvalidParameterException", "Username should be an email."},
		{"name neither", signUp(bothClient, "jo"), "InvalidParameterException", "Username should be either an email or a phone number."},
		{"name and attribute differ", signUp(emailClient, "a@example.com", "email", "b@example.com"), "InvalidParameterException", "Username and attribute email do not match."},
		{"not writable", signUp(narrow, "jo", with("nickname", "x")...), "NotAuthorizedException", "A client attempted to write unauthorized attribute"},
		{"verified flag", signUp(client, "jo", with("email_verified", "true")...), "InvalidParameterException", "Cannot modify the non-mutable attribute email_verified"},
		{"sub", signUp(client, "jo", with("sub", "x")...), "InvalidParameterException", "Cannot modify the non-mutable attribute sub"},
		{"required attributes", signUp(client, "jo"), "InvalidParameterException", "Attributes did not conform to the schema: name: The attribute is required\nemail: The attribute is required\n"},
		{"unknown custom attribute", signUp(client, "jo", with("custom:x", "1")...), "InvalidParameterException", "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined"},
		{"unknown attribute", signUp(client, "jo", with("x", "1")...), "InvalidParameterException", "Attributes did not conform to the schema: The attribute x is not defined in schema."},
		{"no e-mail address", signUp(client, "jo", "email", "nowhere", "name", "n"), "InvalidParameterException", "Invalid email address format."},
		{"no phone number", signUp(client, "jo", with("phone_number", "555")...), "InvalidParameterException", "Invalid phone number format."},
		{"broken name", signUp(client, "j\xffo", full...), "InvalidParameterException", "Username is not valid text."},
		{"broken value", signUp(client, "jo", with("nickname", "\xff")...), "InvalidParameterException", "Attributes did not conform to the schema: nickname: The value is not valid text\n"},
		{"number too high", signUp(client, "jo", with("custom:n", "10")...), "InvalidParameterException", "Attributes did not conform to the schema: custom:n: Number must be no more than 9\n"},
		{"text too short", signUp(client, "jo", with("custom:s", "1")...), "InvalidParameterException", "Attributes did not conform to the schema: custom:s: String must be at least 2 characters long\n"},
		{"text far too long", signUp(client, "jo", with("nickname", strings.Repeat("x", 2049))...), "InvalidParameterException", "user.nickname: String attributes cannot have a length of more than 2048"},
		{"weak password", func() *cognitoidp.SignUpInput {
			in := signUp(client, "jo", full...)
			in.Password = new("Passw0rd")
			return in
		}(), "InvalidPasswordException", "Password did not conform with policy: Password must have symbol characters"},
		{"no password", func() *cognitoidp.SignUpInput {
			in := signUp(client, "jo", full...)
			in.Password = nil
			return in
		}(), "InvalidParameterException", "Missing required parameter PASSWORD"},
		{"name taken", signUp(client, "taken", full...), "UsernameExistsException", "User already exists"},
		{"name is another's preferred name", signUp(client, "boss", full...), "UsernameExistsException", "User already exists"},
		{"preferred name is another's name", signUp(client, "jo", with("preferred_username", "taken")...), "AliasExistsException", "An account with the given preferred_username already exists."},
		{"e-mail taken", signUp(emailClient, "taken@example.com"), "UsernameExistsException", "An account with the given email already exists."},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(w.Messages())
			_, res := pooltest.Do(w, w.S.Signup.SignUp, c.in)
			if res.Code != c.code || res.Message != c.message {
				t.Errorf("got %v\nwant %s: %s", res.Err, c.code, c.message)
			}
			if len(w.Messages()) != before {
				t.Error("a refused sign-up sent a message")
			}
		})
	}
}

func TestSignUp_secretHash(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	client := w.Client(w.Pool(nil), func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
	in := signUp(*client.ClientId, "jo")
	_, res := pooltest.Do(w, w.S.Signup.SignUp, in)
	w.Refused(res, "NotAuthorizedException", "Client "+*client.ClientId+" is configured with secret but SECRET_HASH was not received")
	in.SecretHash = new(userpool.SecretHash(*client.ClientSecret, "bo", userpool.ClientID(*client.ClientId)))
	_, res = pooltest.Do(w, w.S.Signup.SignUp, in)
	w.Refused(res, "NotAuthorizedException", "Unable to verify secret hash for client "+*client.ClientId)
	in.SecretHash = new(userpool.SecretHash(*client.ClientSecret, "jo", userpool.ClientID(*client.ClientId)))
	pooltest.Must(w, w.S.Signup.SignUp, in)
}

func TestSignUp_names(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.UsernameAttributes = []string{"email", "phone_number"}
		in.UsernameConfiguration = &cognitoidp.UsernameConfigurationType{CaseSensitive: false}
	})
	client := *w.Client(pool, nil).ClientId
	out := pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "Jo@Example.com"))
	u := w.Stored(pool, "jo@example.com")
	if u.Username != out.UserSub || u.Sub != out.UserSub {
		t.Errorf("stored name is %s, sub %s", u.Username, u.Sub)
	}
	if v, _ := u.Get("email"); v != "Jo@Example.com" || u.Verified("email") {
		t.Errorf("e-mail is %s, verified %t", v, u.Verified("email"))
	}
	_, res := pooltest.Do(w, w.S.Signup.SignUp, signUp(client, "JO@EXAMPLE.COM"))
	w.Refused(res, "UsernameExistsException", "An account with the given email already exists.")

	sensitive := w.Pool(nil)
	client = *w.Client(sensitive, nil).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo"))
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "Jo"))
	if n := len(w.Messages()); n != 1 {
		t.Errorf("%d messages, though only one user had an address", n)
	}
}

func TestSignUp_phoneFirst(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AutoVerifiedAttributes = []string{"email", "phone_number"}
		in.SmsVerificationMessage = new("{####} it is")
	})
	client := *w.Client(pool, nil).ClientId
	out := pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "email", "jo@example.com", "phone_number", "+15550101234"))
	if d := out.CodeDeliveryDetails; *d.Destination != "+*******1234" || *d.DeliveryMedium != "SMS" || *d.AttributeName != "phone_number" {
		t.Errorf("delivered %+v", d)
	}
	m := w.Messages()[0]
	if m.Medium != "SMS" || m.Destination != "+15550101234" || m.Body != w.Code()+" it is" || m.Subject != "" {
		t.Errorf("sent %+v", m)
	}
	pooltest.Must(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code()})
	if u := w.Stored(pool, "jo"); !u.Verified("phone_number") || u.Verified("email") || u.Status != userpool.Confirmed {
		t.Errorf("stored %+v", u)
	}
}

func TestConfirmSignUp(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	hides := *w.Client(pool, hidden).ClientId
	sub := pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "email", "jo@example.com")).UserSub
	confirm := func(client, name, code string) pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: name, ConfirmationCode: code})
		return res
	}
	w.Refused(confirm(client, "nobody", "123456"), "UserNotFoundException", "Username/client id combination not found.")
	res := confirm(hides, "nobody", "123456")
	w.Refused(res, "ExpiredCodeException", "Invalid code provided, please request a code again.")
	if res.Sub != "" {
		t.Errorf("record of an unknown name has subject %s", res.Sub)
	}
	old := w.Code()
	pooltest.Must(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: "jo"})
	if old != w.Code() {
		res = confirm(client, "jo", old)
		w.Refused(res, "CodeMismatchException", "Invalid verification code provided, please try again.")
		if res.Sub != sub {
			t.Errorf("subject is %s", res.Sub)
		}
	}
	w.Advance(24 * time.Hour)
	w.Refused(confirm(client, "jo", w.Code()), "ExpiredCodeException", "Invalid code provided, please request a code again.")
	pooltest.Must(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: sub})
	if res := confirm(client, "jo", " "+w.Code()+" "); res.Err != nil || res.Sub != sub {
		t.Fatal(res)
	}
	w.Refused(confirm(client, "jo", w.Code()), "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED")
	_, res = pooltest.Do(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: "jo"})
	w.Refused(res, "InvalidParameterException", "User is already confirmed.")
}

func TestConfirmSignUp_limit(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	hides := *w.Client(pool, hidden).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "email", "jo@example.com"))
	wrong := "000000"
	if w.Code() == wrong {
		wrong = "000001"
	}
	for _, name := range []string{"jo", "nobody"} {
		in := &cognitoidp.ConfirmSignUpInput{ClientId: hides, Username: name, ConfirmationCode: wrong}
		for range 15 {
			if _, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, in); res.Code != "CodeMismatchException" && res.Code != "ExpiredCodeException" {
				t.Fatalf("%s: %v", name, res.Err)
			}
		}
		_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, in)
		w.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	}
	in := &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code()}
	if _, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, in); res.Code != "LimitExceededException" {
		t.Fatalf("the right code passed the limit: %v", res.Err)
	}
	w.Advance(time.Hour)
	pooltest.Must(w, w.S.Signup.ConfirmSignUp, in)
}

func TestConfirmSignUp_alias(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "owner", "jo@example.com")
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "email", "jo@example.com"))
	in := &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: w.Code()}
	_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, in)
	w.Refused(res, "AliasExistsException", "An account with the given email already exists.")
	if u := w.Stored(pool, "jo"); u.Status != userpool.Unconfirmed {
		t.Fatalf("status is %s", u.Status)
	}
	in.ForceAliasCreation = new(true)
	pooltest.Must(w, w.S.Signup.ConfirmSignUp, in)
	if u := w.Stored(pool, "jo@example.com"); u.Username != "jo" {
		t.Errorf("the alias means %s", u.Username)
	}
	if u := w.Stored(pool, "owner"); u.Verified("email") {
		t.Error("the former holder's address is still verified")
	}
	w.Tokens(client, "jo@example.com")
}

func TestResendConfirmationCode(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	hides := *w.Client(pool, hidden).ClientId
	resend := func(client, name string) (*cognitoidp.ResendConfirmationCodeOutput, pooltest.Result) {
		return pooltest.Do(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: name})
	}
	_, res := resend(client, "nobody")
	w.Refused(res, "UserNotFoundException", "Username/client id combination not found.")
	first, res := resend(hides, "nobody")
	second, _ := resend(hides, "nobody")
	if res.Err != nil || *first.CodeDeliveryDetails.Destination != *second.CodeDeliveryDetails.Destination || len(w.Messages()) != 0 {
		t.Errorf("an unknown name got %+v, then %+v, %v", first, second, res)
	}
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "mute"))
	_, res = resend(client, "mute")
	w.Refused(res, "InvalidParameterException", "Auto verification not turned on.")
	pooltest.Must(w, w.S.Signup.SignUp, signUp(client, "jo", "email", "jo@example.com"))
	for range 5 {
		out, res := resend(client, "jo")
		if res.Err != nil || *out.CodeDeliveryDetails.Destination != "j***@e***" {
			t.Fatal(out, res)
		}
	}
	_, res = resend(client, "jo")
	w.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	if m := w.Messages(); len(m) != 6 || m[5].Occasion != userpool.OnResend {
		t.Errorf("%d messages", len(m))
	}
}
