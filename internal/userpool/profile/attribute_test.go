package profile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

// person is a world with one user who is signed in.
type person struct {
	*pooltest.World
	pool, client, sub, token string
}

func newPerson(t *testing.T, pool func(*cognitoidp.CreateUserPoolInput), client func(*cognitoidp.CreateUserPoolClientInput)) *person {
	t.Helper()
	w := pooltest.New(t)
	p := &person{World: w, pool: w.Pool(pool)}
	p.client = *w.Client(p.pool, client).ClientId
	name := "jo"
	if d := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: p.pool}).UserPool; len(d.UsernameAttributes) > 0 {
		name = "jo@example.com"
	}
	p.sub = w.User(p.pool, name, "jo@example.com")
	p.token = *w.Tokens(p.client, name).AccessToken
	return p
}

func (p *person) update(pairs ...string) (*cognitoidp.UpdateUserAttributesOutput, pooltest.Result) {
	return pooltest.Do(p.World, p.S.Profile.UpdateUserAttributes, &cognitoidp.UpdateUserAttributesInput{AccessToken: p.token, UserAttributes: attributes(pairs...)})
}

func (p *person) remove(names ...string) pooltest.Result {
	_, res := pooltest.Do(p.World, p.S.Profile.DeleteUserAttributes, &cognitoidp.DeleteUserAttributesInput{AccessToken: p.token, UserAttributeNames: names})
	return res
}

func (p *person) ask(name string) (*cognitoidp.GetUserAttributeVerificationCodeOutput, pooltest.Result) {
	return pooltest.Do(p.World, p.S.Profile.GetUserAttributeVerificationCode, &cognitoidp.GetUserAttributeVerificationCodeInput{AccessToken: p.token, AttributeName: name})
}

func (p *person) verify(name, code string) pooltest.Result {
	_, res := pooltest.Do(p.World, p.S.Profile.VerifyUserAttribute, &cognitoidp.VerifyUserAttributeInput{AccessToken: p.token, AttributeName: name, Code: code})
	return res
}

// shown are the user's attributes but his sub, as name=value.
func (p *person) shown() string {
	p.T.Helper()
	var out []string
	for _, a := range p.Stored(p.pool, p.sub).Attributes {
		out = append(out, a.Name+"="+a.Value)
	}
	return strings.Join(out, " ")
}

func (p *person) is(want string) {
	p.T.Helper()
	if got := p.shown(); got != want {
		p.T.Errorf("user is %s, want %s", got, want)
	}
}

func wrong(code string) string {
	if code == "123456" {
		return "123457"
	}
	return "123456"
}

func first(in *cognitoidp.CreateUserPoolInput) {
	in.AutoVerifiedAttributes = []string{"email", "phone_number"}
	in.UserAttributeUpdateSettings = &cognitoidp.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: []string{"email"}}
}

func byEmail(in *cognitoidp.CreateUserPoolInput) { in.UsernameAttributes = []string{"email"} }

func aliases(in *cognitoidp.CreateUserPoolInput) {
	in.AliasAttributes = []string{"email", "preferred_username"}
}

func TestUpdateUserAttributes(t *testing.T) {
	t.Parallel()
	p := newPerson(t, nil, nil)
	p.Advance(time.Minute)
	out, res := p.update("email", "jo2@example.org", "name", "Jo", "nickname", "")
	if res.Err != nil || res.Sub != p.sub {
		t.Fatal(res)
	}
	if got := optest.JSON(t, out); got != `{"CodeDeliveryDetailsList":[{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"j***@e***"}]}` {
		t.Errorf("answer %s", got)
	}
	p.is("email=jo2@example.org email_verified=false name=Jo")
	m := p.Messages()
	if len(m) != 1 || m[0].Occasion != userpool.OnUpdate || m[0].Destination != "jo2@example.org" || !p.Stored(p.pool, "jo").Modified.Equal(p.Now()) {
		t.Fatalf("sent %+v", m)
	}
	p.Refused(p.verify("email", wrong(p.Code())), "CodeMismatchException", "Invalid verification code provided, please try again.")
	if res := p.verify("email", p.Code()); res.Err != nil || res.Sub != p.sub {
		t.Fatal(res)
	}
	p.is("email=jo2@example.org email_verified=true name=Jo")
	p.Refused(p.verify("email", p.Code()), "ExpiredCodeException", "Invalid code provided, please request a code again.")

	if out, res = p.update("name", "", "email", "jo2@example.org"); res.Err != nil || out.CodeDeliveryDetailsList != nil { // the same address stays verified
		t.Fatal(res)
	}
	p.is("email=jo2@example.org email_verified=true")
	if out, res = p.update("phone_number", "+15555550123"); res.Err != nil || out.CodeDeliveryDetailsList != nil { // the pool does not verify it
		t.Fatal(res)
	}
	p.is("email=jo2@example.org email_verified=true phone_number=+15555550123 phone_number_verified=false")
	if _, res = p.update("email", "", "phone_number", ""); res.Err != nil {
		t.Fatal(res)
	}
	p.is("")
}

func TestUpdateUserAttributes_refuses(t *testing.T) {
	t.Parallel()
	pool := func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{
			{Name: new("family_name"), AttributeDataType: new("String"), Required: new(true), Mutable: new(true)},
			{Name: new("tenant"), AttributeDataType: new("Number"), Mutable: new(false)},
			{Name: new("note"), AttributeDataType: new("String"), Mutable: new(true), DeveloperOnlyAttribute: new(true)},
		}
	}
	const ipe, schema = "InvalidParameterException", "Attributes did not conform to the schema: "
	const unauthorized = "A client attempted to write unauthorized attribute"
	some := func(in *cognitoidp.CreateUserPoolClientInput) { in.WriteAttributes = []string{"family_name", "email"} }
	for _, c := range []struct {
		name          string
		client        func(*cognitoidp.CreateUserPoolClientInput)
		pairs         []string
		code, message string
	}{
		{"not to be written by the client", some, []string{"family_name", "X", "name", "Jo"}, "NotAuthorizedException", unauthorized},
		{"the client comes before the schema", some, []string{"email", "x", "name", "Jo"}, "NotAuthorizedException", unauthorized},
		{"for developers", nil, []string{"dev:custom:note", "x"}, "NotAuthorizedException", unauthorized},
		{"unknown", nil, []string{"shoe_size", "40"}, ipe, schema + "The attribute shoe_size is not defined in schema."},
		{"unknown custom", nil, []string{"custom:x", "40"}, ipe, schema + "Type for attribute {custom:x} could not be determined"},
		{"the schema comes before what is fixed", nil, []string{"sub", "x", "email", "x"}, ipe, "Invalid email address format."},
		{"phone", nil, []string{"phone_number", "123"}, ipe, "Invalid phone number format."},
		{"sub", nil, []string{"sub", "x"}, ipe, "Cannot modify the non-mutable attribute sub"},
		{"flag", nil, []string{"email_verified", "true"}, ipe, "Cannot modify the non-mutable attribute email_verified"},
		{"flag with address", nil, []string{"email", "jo2@example.com", "email_verified", "true"}, ipe, "Cannot modify the non-mutable attribute email_verified"},
		{"fixed custom", nil, []string{"custom:tenant", "5"}, ipe, "Cannot modify the non-mutable attribute custom:tenant"},
		{"required", nil, []string{"family_name", ""}, ipe, schema + "family_name: The attribute is required\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, pool, c.client)
			before := p.shown()
			_, res := p.update(c.pairs...)
			p.Refused(res, c.code, c.message)
			p.is(before)
			if res.Sub != p.sub || len(p.Messages()) != 0 {
				t.Errorf("subject %q, %d messages", res.Sub, len(p.Messages()))
			}
		})
	}
}

func TestUpdateUserAttributes_verifiedFirst(t *testing.T) {
	t.Parallel()
	p := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) { first(in); aliases(in) }, nil)
	const old = "email=jo@example.com email_verified=true"
	out, res := p.update("email", "new@example.org")
	if res.Err != nil || *out.CodeDeliveryDetailsList[0].Destination != "n***@e***" {
		t.Fatal(res)
	}
	p.is(old)
	earlier := p.Code()
	p.Tokens(p.client, "jo@example.com")
	_, res = p.SignIn(p.client, "new@example.org", pooltest.Password)
	p.Refused(res, "UserNotFoundException", "User does not exist.")

	// A second change takes the place of the first, whose code is worth nothing.
	if _, res = p.update("email", "newer@example.org"); res.Err != nil {
		t.Fatal(res)
	}
	if p.Code() != earlier {
		p.Refused(p.verify("email", earlier), "CodeMismatchException", "Invalid verification code provided, please try again.")
	}
	// A code asked for goes to the address that waits.
	if _, res = p.ask("email"); res.Err != nil {
		t.Fatal(res)
	}
	if m := p.Messages(); m[2].Destination != "newer@example.org" || m[2].Occasion != userpool.OnVerify {
		t.Errorf("sent %+v", m[2])
	}
	if res = p.verify("email", p.Code()); res.Err != nil {
		t.Fatal(res)
	}
	p.is("email=newer@example.org email_verified=true")
	p.Tokens(p.client, "newer@example.org")
	_, res = p.SignIn(p.client, "jo@example.com", pooltest.Password)
	p.Refused(res, "UserNotFoundException", "User does not exist.")

	// The old address again calls a change off.
	p.update("email", "third@example.org")
	p.update("email", "newer@example.org")
	p.Refused(p.verify("email", p.Code()), "ExpiredCodeException", "Invalid code provided, please request a code again.")
	if u := p.Stored(p.pool, "jo"); len(u.Pending) != 0 {
		t.Errorf("stored %+v", u)
	}
	// The other attribute of the pool is not among those that wait.
	p.update("phone_number", "+15555550123")
	p.is("email=newer@example.org email_verified=true phone_number=+15555550123 phone_number_verified=false")
}

func TestUpdateUserAttributes_aliases(t *testing.T) {
	t.Parallel()
	const taken = "An account with the given email already exists."
	t.Run("alias is taken when it is verified", func(t *testing.T) {
		t.Parallel()
		for _, set := range []func(*cognitoidp.CreateUserPoolInput){aliases, func(in *cognitoidp.CreateUserPoolInput) { first(in); aliases(in) }} {
			p := newPerson(t, set, nil)
			p.User(p.pool, "bo", "bo@example.com")
			if _, res := p.update("email", "bo@example.com"); res.Err != nil {
				t.Fatal(res)
			}
			p.Refused(p.verify("email", p.Code()), "AliasExistsException", taken)
			p.Tokens(p.client, "bo@example.com")
			if p.Stored(p.pool, "bo@example.com").Username != "bo" {
				t.Error("the alias moved")
			}
			// It is free when its holder has another.
			pooltest.Must(p.World, p.S.User.AdminUpdateUserAttributes, &cognitoidp.AdminUpdateUserAttributesInput{
				UserPoolId: p.pool, Username: "bo", UserAttributes: attributes("email", "bo2@example.com", "email_verified", "true"),
			})
			p.ask("email")
			if res := p.verify("email", p.Code()); res.Err != nil {
				t.Fatal(res)
			}
			if p.Stored(p.pool, "bo@example.com").Username != "jo" {
				t.Error("the alias is not his")
			}
		}
	})
	t.Run("user name is taken at once", func(t *testing.T) {
		t.Parallel()
		for _, set := range []func(*cognitoidp.CreateUserPoolInput){byEmail, func(in *cognitoidp.CreateUserPoolInput) { first(in); byEmail(in) }} {
			p := newPerson(t, set, nil)
			p.User(p.pool, "bo@example.com", "bo@example.com")
			_, res := p.update("email", "bo@example.com")
			p.Refused(res, "AliasExistsException", taken)
			if _, res = p.update("email", "jo2@example.com"); res.Err != nil {
				t.Fatal(res)
			}
		}
	})
	t.Run("preferred user name", func(t *testing.T) {
		t.Parallel()
		p := newPerson(t, aliases, nil)
		p.User(p.pool, "bo", "bo@example.com")
		_, res := p.update("preferred_username", "bo")
		p.Refused(res, "AliasExistsException", "An account with the given preferred_username already exists.")
		if _, res = p.update("preferred_username", "joanna"); res.Err != nil {
			t.Fatal(res)
		}
		p.Tokens(p.client, "joanna")
	})
}

func TestDeleteUserAttributes(t *testing.T) {
	t.Parallel()
	p := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) {
		aliases(in)
		in.Schema = []cognitoidp.SchemaAttributeType{
			{Name: new("family_name"), AttributeDataType: new("String"), Required: new(true), Mutable: new(true)},
			{Name: new("tenant"), AttributeDataType: new("Number"), Mutable: new(false)},
		}
	}, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.WriteAttributes = []string{"family_name", "email", "nickname", "custom:tenant"}
	})
	p.ChangeUser(p.pool, "jo", func(u *userpool.User) { u.Set("nickname", "J"); u.Set("name", "Jo") })
	const ipe = "InvalidParameterException"
	p.Refused(p.remove("name"), "NotAuthorizedException", "A client attempted to write unauthorized attribute")
	p.Refused(p.remove("family_name"), ipe, "Attributes did not conform to the schema: family_name: The attribute is required\n")
	p.Refused(p.remove("custom:tenant"), ipe, "Cannot modify the non-mutable attribute custom:tenant")
	if res := p.remove("nickname", "email"); res.Err != nil || res.Sub != p.sub {
		t.Fatal(res)
	}
	p.is("name=Jo")
	_, res := p.SignIn(p.client, "jo@example.com", pooltest.Password)
	p.Refused(res, "UserNotFoundException", "User does not exist.")

	free := newPerson(t, nil, nil)
	free.Refused(free.remove("x", "nickname", "custom:y"), ipe,
		"Invalid user attributes: user.x: Attribute does not exist in the schema.\nuser.custom:y: Attribute does not exist in the schema.\n")
	free.Refused(free.remove("email_verified"), ipe, "Cannot modify the non-mutable attribute email_verified")
	free.Refused(free.remove("sub"), ipe, "Cannot modify the non-mutable attribute sub")
}

func TestGetUserAttributeVerificationCode(t *testing.T) {
	t.Parallel()
	p := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) { in.AutoVerifiedAttributes = []string{"phone_number"} }, nil)
	_, res := p.ask("nickname")
	p.Refused(res, "InvalidParameterException", "Attribute nickname cannot be verified.")
	_, res = p.ask("phone_number")
	p.Refused(res, "InvalidParameterException", "User has no phone_number to verify.")
	p.update("phone_number", "+15555550123")
	for range 5 {
		out, res := p.ask("phone_number")
		if res.Err != nil || res.Sub != p.sub {
			t.Fatal(res)
		}
		if got := optest.JSON(t, out); got != `{"CodeDeliveryDetails":{"AttributeName":"phone_number","DeliveryMedium":"SMS","Destination":"+*******0123"}}` {
			t.Errorf("answer %s", got)
		}
	}
	_, res = p.ask("phone_number")
	p.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")

	none := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) { in.AutoVerifiedAttributes = nil }, nil)
	_, res = none.ask("email")
	none.Refused(res, "InvalidParameterException", "Auto verification not turned on.")
}

func TestVerifyUserAttribute_refuses(t *testing.T) {
	t.Parallel()
	p := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) {
		in.AutoVerifiedAttributes = []string{"email", "phone_number"}
	}, nil)
	expired := func(res pooltest.Result) {
		t.Helper()
		p.Refused(res, "ExpiredCodeException", "Invalid code provided, please request a code again.")
	}
	p.Refused(p.verify("nickname", "123456"), "InvalidParameterException", "Attribute nickname cannot be verified.")
	expired(p.verify("email", "123456"))
	p.update("email", "jo2@example.com")
	code := p.Code()
	expired(p.verify("phone_number", code)) // a code is for one attribute
	// It proves the address it went to and no other.
	p.ChangeUser(p.pool, "jo", func(u *userpool.User) { u.Set("email", "jo3@example.com") })
	expired(p.verify("email", code))
	p.is("email=jo3@example.com email_verified=false")
	p.ask("email")
	code = p.Code()
	for range 12 {
		p.Refused(p.verify("email", wrong(code)), "CodeMismatchException", "Invalid verification code provided, please try again.")
	}
	p.Refused(p.verify("email", code), "LimitExceededException", "Attempt limit exceeded, please try after some time.")
	p.Advance(24 * time.Hour)
	p.token = *p.Tokens(p.client, "jo").AccessToken
	expired(p.verify("email", code))
}

// The address that brings a second factor stays in force until its user has proved the next one.
func TestUpdateUserAttributes_ofAFactor(t *testing.T) {
	t.Parallel()
	p := newPerson(t, func(in *cognitoidp.CreateUserPoolInput) {
		in.MfaConfiguration, in.AutoVerifiedAttributes = new("OPTIONAL"), []string{"phone_number"}
		in.SmsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
	}, nil)
	p.ChangeUser(p.pool, "jo", func(u *userpool.User) {
		u.Set("phone_number", "+15550001")
		u.Set("phone_number_verified", "true")
		u.Factors.Switch(userpool.SMSFactor, true)
	})
	if _, res := p.update("phone_number", "+15559999"); res.Err != nil {
		t.Fatal(res.Err)
	}
	u := p.Stored(p.pool, "jo")
	if v, _ := u.Get("phone_number"); v != "+15550001" || !u.Verified("phone_number") || u.PendingValue("phone_number", p.Now()) != "+15559999" {
		t.Errorf("after the update: %+v", u)
	}
	if res := p.verify("phone_number", p.Code()); res.Err != nil {
		t.Fatal(res.Err)
	}
	if v, _ := p.Stored(p.pool, "jo").Get("phone_number"); v != "+15559999" {
		t.Errorf("after the proof: %s", v)
	}
}

// A name that nobody proves must not stand in the way of who has the address.
func TestUpdateUserAttributes_squatting(t *testing.T) {
	t.Parallel()
	p := newPerson(t, aliases, nil)
	_, res := p.update("preferred_username", "victim@example.com")
	p.Refused(res, "InvalidParameterException", "Username cannot be of email format, since user pool is configured for email alias.")
	if _, res := p.update("preferred_username", "victim"); res.Err != nil {
		t.Error(res.Err)
	}
}

// One token must not flood addresses with codes.
func TestUpdateUserAttributes_limit(t *testing.T) {
	t.Parallel()
	p := newPerson(t, nil, nil)
	before := len(p.Messages())
	refused := 0
	for i := range 2 * userpool.UpdateLimit.Max {
		if _, res := p.update("email", fmt.Sprintf("a%d@example.com", i)); res.Err != nil {
			p.Refused(res, "LimitExceededException", "Attempt limit exceeded, please try after some time.")
			refused++
		}
	}
	if sent := len(p.Messages()) - before; sent != userpool.UpdateLimit.Max || refused != userpool.UpdateLimit.Max {
		t.Errorf("%d messages and %d refusals, want %d each", sent, refused, userpool.UpdateLimit.Max)
	}
	if _, res := p.update("name", "Jo"); res.Err != nil {
		t.Errorf("an update that sends nothing: %v", res.Err)
	}
}

// Addresses that wait for their proof do not outlive a reset: it is not known who asked for them.
func TestPending_endsWithReset(t *testing.T) {
	t.Parallel()
	for name, reset := range map[string]func(p *person){
		"by an administrator": func(p *person) {
			pooltest.Must(p.World, p.S.User.AdminResetUserPassword, &cognitoidp.AdminResetUserPasswordInput{UserPoolId: p.pool, Username: "jo"})
		},
		"to a password by an administrator": func(p *person) {
			pooltest.Must(p.World, p.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: p.pool, Username: "jo", Password: "An0ther-word!", Permanent: new(true)})
		},
		"by himself": func(p *person) {
			pooltest.Must(p.World, p.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: p.client, Username: "jo"})
			pooltest.Must(p.World, p.S.Recovery.ConfirmForgotPassword, &cognitoidp.ConfirmForgotPasswordInput{
				ClientId: p.client, Username: "jo", ConfirmationCode: p.Code(), Password: "An0ther-word!",
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t, first, nil)
			if _, res := p.update("email", "thief@example.com"); res.Err != nil {
				t.Fatal(res.Err)
			}
			code := p.Code()
			if got := p.Stored(p.pool, "jo").PendingValue("email", p.Now()); got != "thief@example.com" {
				t.Fatalf("pending %q", got)
			}
			reset(p)
			if got := p.Stored(p.pool, "jo").PendingValue("email", p.Now()); got != "" {
				t.Errorf("still pending: %q", got)
			}
			p.ChangeUser(p.pool, "jo", func(u *userpool.User) { u.Status = userpool.Confirmed })
			pooltest.Must(p.World, p.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: p.pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
			p.token = *p.Tokens(p.client, "jo").AccessToken
			p.Refused(p.verify("email", code), "ExpiredCodeException", "Invalid code provided, please request a code again.")
		})
	}
}

// A deleted address does not come back by a code that is still out.
func TestDeleteUserAttributes_code(t *testing.T) {
	t.Parallel()
	p := newPerson(t, first, nil)
	if _, res := p.update("email", "new@example.com"); res.Err != nil {
		t.Fatal(res.Err)
	}
	code := p.Code()
	if res := p.remove("email"); res.Err != nil {
		t.Fatal(res.Err)
	}
	if res := p.verify("email", code); res.Err == nil {
		t.Error("the code still works")
	}
	p.is("")
}

// Where an address is the only name, it cannot be taken away.
func TestDeleteUserAttributes_onlyName(t *testing.T) {
	t.Parallel()
	p := newPerson(t, byEmail, nil)
	if res := p.remove("email"); res.Code != "InvalidParameterException" {
		t.Errorf("removed the only name: %v", res.Err)
	}
}

// An address that nobody has verified is forgotten with the newest code that could: later codes go to, and prove, the old one.
func TestUpdateUserAttributes_pendingExpires(t *testing.T) {
	t.Parallel()
	p := newPerson(t, first, nil)
	if _, res := p.update("email", "new@example.org"); res.Err != nil {
		t.Fatal(res)
	}
	day := 24*time.Hour - time.Minute
	p.Advance(day)
	p.token = *p.Tokens(p.client, "jo").AccessToken
	if out, res := p.ask("email"); res.Err != nil || *out.CodeDeliveryDetails.Destination != "n***@e***" {
		t.Fatalf("%+v, %v", out, res)
	}
	p.Advance(day) // a newer code keeps it waiting
	p.token = *p.Tokens(p.client, "jo").AccessToken
	if got := p.Stored(p.pool, "jo").PendingValue("email", p.Now()); got != "new@example.org" {
		t.Errorf("waiting is %q", got)
	}
	p.Advance(time.Minute)
	if got := p.Stored(p.pool, "jo").PendingValue("email", p.Now()); got != "" {
		t.Errorf("still waiting: %q", got)
	}
	out, res := p.ask("email")
	if res.Err != nil || *out.CodeDeliveryDetails.Destination != "j***@e***" {
		t.Fatalf("%+v, %v", out, res)
	}
	if res := p.verify("email", p.Code()); res.Err != nil {
		t.Fatal(res)
	}
	if v, _ := p.Stored(p.pool, "jo").Get("email"); v != "jo@example.com" {
		t.Errorf("e-mail is %s", v)
	}
	// The next change clears the old one away.
	if _, res := p.update("email", "jo@example.com"); res.Err != nil || len(p.Stored(p.pool, "jo").Pending) != 0 {
		t.Errorf("%+v, %v", p.Stored(p.pool, "jo").Pending, res.Err)
	}
}
