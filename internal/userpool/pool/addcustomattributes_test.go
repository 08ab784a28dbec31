package pool_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func custom(name, kind string) cognitoidp.SchemaAttributeType {
	return cognitoidp.SchemaAttributeType{Name: &name, AttributeDataType: &kind, Mutable: new(true)}
}

func add(w *pooltest.World, pool string, list ...cognitoidp.SchemaAttributeType) pooltest.Result {
	_, res := pooltest.Do(w, w.S.Pool.AddCustomAttributes, &cognitoidp.AddCustomAttributesInput{UserPoolId: pool, CustomAttributes: list})
	return res
}

func schemaOf(w *pooltest.World, pool string) []cognitoidp.SchemaAttributeType {
	w.T.Helper()
	return pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: pool}).UserPool.SchemaAttributes
}

func TestAddCustomAttributes(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	before := optest.JSON(t, schemaOf(w, pool))
	w.Advance(time.Minute)
	limited := custom("level", "Number")
	limited.NumberAttributeConstraints = &cognitoidp.NumberAttributeConstraintsType{MinValue: new("1"), MaxValue: new("9")}
	hidden := custom("note", "String")
	hidden.DeveloperOnlyAttribute = new(true)
	fixed := custom("since", "DateTime")
	fixed.Mutable = nil
	if res := add(w, pool, limited, hidden, fixed); res.Err != nil {
		t.Fatal(res.Err)
	}
	after := pooltest.Must(w, w.S.Pool.DescribeUserPool, &cognitoidp.DescribeUserPoolInput{UserPoolId: pool}).UserPool
	want := strings.TrimSuffix(before, "]") + `,{"AttributeDataType":"Number","DeveloperOnlyAttribute":false,"Mutable":true,"Name":"custom:level",` +
		`"NumberAttributeConstraints":{"MaxValue":"9","MinValue":"1"},"Required":false},` +
		`{"AttributeDataType":"String","DeveloperOnlyAttribute":true,"Mutable":true,"Name":"dev:custom:note","Required":false,"StringAttributeConstraints":{}},` +
		`{"AttributeDataType":"DateTime","DeveloperOnlyAttribute":false,"Mutable":false,"Name":"custom:since","Required":false}]`
	if got := optest.JSON(t, after.SchemaAttributes); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !after.LastModifiedDate.Equal(w.Now()) {
		t.Error("the pool was not modified")
	}

	// Users and clients have them at once.
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ReadAttributes = []string{"custom:level"} }).ClientId
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: "jo", MessageAction: new("SUPPRESS"), UserAttributes: []cognitoidp.AttributeType{{Name: "custom:level", Value: new("3")}},
	})
	pooltest.Must(w, w.S.User.AdminSetUserPassword, &cognitoidp.AdminSetUserPasswordInput{UserPoolId: pool, Username: "jo", Password: pooltest.Password, Permanent: new(true)})
	out, res := w.GetUser(*w.Tokens(client, "jo").AccessToken)
	if res.Err != nil || !strings.Contains(optest.JSON(t, out.UserAttributes), `{"Name":"custom:level","Value":"3"}`) {
		t.Errorf("user has %v, %v", out, res.Err)
	}
	_, res = pooltest.Do(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{
		UserPoolId: pool, Username: "bo", UserAttributes: []cognitoidp.AttributeType{{Name: "custom:level", Value: new("10")}},
	})
	w.Refused(res, "InvalidParameterException", "Attributes did not conform to the schema: custom:level: Number must be no more than 9\n")
}

func TestAddCustomAttributes_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.Schema = []cognitoidp.SchemaAttributeType{custom("a", "String")}
	})
	required := custom("b", "String")
	required.Required = new(true)
	typeless := custom("b", "String")
	typeless.AttributeDataType = nil
	nameless := custom("b", "String")
	nameless.Name = nil
	wrong := custom("b", "Boolean")
	wrong.StringAttributeConstraints = &cognitoidp.StringAttributeConstraintsType{}
	crossed := custom("b", "String")
	crossed.StringAttributeConstraints = &cognitoidp.StringAttributeConstraintsType{MinLength: new("3"), MaxLength: new("2")}
	before := optest.JSON(t, schemaOf(w, pool))
	for _, c := range []struct {
		name    string
		list    []cognitoidp.SchemaAttributeType
		message string
	}{
		{"existing", []cognitoidp.SchemaAttributeType{custom("b", "String"), custom("a", "Number")}, "custom:a: Existing attribute already has name custom:a."},
		{"twice in a call", []cognitoidp.SchemaAttributeType{custom("b", "String"), custom("custom:b", "String")}, "custom:b: Existing attribute already has name custom:b."},
		{"required", []cognitoidp.SchemaAttributeType{required}, "Required custom attributes are not supported currently."},
		{"no type", []cognitoidp.SchemaAttributeType{typeless}, "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."},
		{"no name", []cognitoidp.SchemaAttributeType{nameless}, "Custom attributes must have a name."},
		{"limits of another type", []cognitoidp.SchemaAttributeType{wrong}, "Invalid StringAttributeConstraints for schema attribute custom:b"},
		{"limits crossed", []cognitoidp.SchemaAttributeType{crossed}, "user.custom:b: Max length cannot be less than min length."},
	} {
		t.Run(c.name, func(t *testing.T) {
			if res := add(w, pool, c.list...); res.Code != "InvalidParameterException" || res.Message != c.message {
				t.Errorf("got %v", res.Err)
			}
		})
	}
	w.Refused(add(w, "us-east-1_nothing00", custom("b", "String")), "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
	if after := optest.JSON(t, schemaOf(w, pool)); after != before {
		t.Errorf("a refused call changed the schema to %s", after)
	}
	for i := range 49 {
		if res := add(w, pool, custom("n"+strconv.Itoa(i), "String")); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	w.Refused(add(w, pool, custom("more", "String")), "LimitExceededException", "User pool cannot have more than 50 custom attributes.")
}
