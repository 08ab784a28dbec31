package schema

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func bound(f float64) *float64 { return &f }

func member(name string, s *Shape) *Member   { return &Member{Name: name, Shape: s} }
func required(name string, s *Shape) *Member { return &Member{Name: name, Shape: s, Required: true} }

func structure(name string, ms ...*Member) *Shape {
	s := &Shape{Name: name, Kind: Structure}
	s.SetMembers(ms)
	return s
}

func listOf(s *Shape) *Shape { return &Shape{Kind: List, Elem: member("member", s)} }

func mapOf(key, value *Shape) *Shape {
	return &Shape{Kind: Map, MapKey: member("key", key), Elem: member("value", value)}
}

func tree(s *Shape, values ...any) *Struct {
	v := NewStruct(s)
	copy(v.Fields, values)
	return v
}

func TestValidate_Messages(t *testing.T) {
	t.Parallel()
	text := func() *Shape { return &Shape{Kind: String} }
	poolID := &Shape{Kind: String, Min: bound(1), Max: bound(55), Pattern: `[\w-]+_[0-9a-zA-Z]+`}
	flow := &Shape{Kind: String, Enum: []string{"USER_SRP_AUTH", "CUSTOM_AUTH"}}
	token := &Shape{Kind: String, Sensitive: true, Pattern: `[A-Za-z0-9-_=.]+`}
	limit := &Shape{Kind: Integer, Min: bound(0), Max: bound(60)}
	ratio := &Shape{Kind: Double, Min: bound(0.5), Max: bound(1.5)}
	blob := &Shape{Kind: Blob, Min: bound(2), Max: bound(4)}
	names := listOf(text())
	names.Min, names.Max = bound(1), bound(2)
	attribute := structure("AttributeType", required("Name", &Shape{Kind: String, Min: bound(1), Max: bound(5)}), member("Value", &Shape{Kind: String, Sensitive: true, Max: bound(3)}))
	attributes := listOf(attribute)
	attributes.Max = bound(2)
	metadata := mapOf(&Shape{Kind: String, Max: bound(3)}, &Shape{Kind: String, Max: bound(3)})
	metadata.Max = bound(2)
	pairs := func(kv ...string) *Pairs {
		p := &Pairs{}
		for i := 0; i < len(kv); i += 2 {
			p.Keys, p.Values = append(p.Keys, kv[i]), append(p.Values, kv[i+1])
		}
		return p
	}
	const one = "1 validation error detected: "
	for name, c := range map[string]struct {
		in   *Struct
		want string // empty: valid
	}{
		"valid":                    {tree(structure("In", required("UserPoolId", poolID), member("Flow", flow), member("Limit", limit)), "us-east-1_abc", "CUSTOM_AUTH", int64(60)), ""},
		"optional may be absent":   {tree(structure("In", member("UserPoolId", poolID))), ""},
		"required":                 {tree(structure("In", required("UserPoolId", poolID))), one + "Value null at 'userPoolId' failed to satisfy constraint: Member must not be null"},
		"required and sensitive":   {tree(structure("In", required("AccessToken", token))), one + "Value at 'accessToken' failed to satisfy constraint: Member must not be null"},
		"pattern":                  {tree(structure("In", member("UserPoolId", poolID)), "nope"), one + "Value 'nope' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"},
		"pattern is a full match":  {tree(structure("In", member("UserPoolId", poolID)), "us-east-1_abc\n"), one + "Value 'us-east-1_abc\n' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"},
		"pattern, sensitive":       {tree(structure("In", member("AccessToken", token)), "se cret"), one + "Value at 'accessToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9-_=.]+"},
		"too short and no match":   {tree(structure("In", member("UserPoolId", poolID)), ""), "2 validation errors detected: Value '' at 'userPoolId' failed to satisfy constraint: Member must have length greater than or equal to 1; Value '' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+"},
		"too long in characters":   {tree(structure("In", member("A", &Shape{Kind: String, Max: bound(2)})), "ééé"), one + "Value 'ééé' at 'a' failed to satisfy constraint: Member must have length less than or equal to 2"},
		"characters, not bytes":    {tree(structure("In", member("A", &Shape{Kind: String, Max: bound(2)})), "éé"), ""},
		"enum":                     {tree(structure("In", member("AuthFlow", flow)), "X"), one + "Value 'X' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [USER_SRP_AUTH, CUSTOM_AUTH]"},
		"number too large":         {tree(structure("In", member("Limit", limit)), int64(61)), one + "Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60"},
		"number too small":         {tree(structure("In", member("Limit", limit)), int64(-1)), one + "Value '-1' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 0"},
		"fraction":                 {tree(structure("In", member("Ratio", ratio)), 1.75), one + "Value '1.75' at 'ratio' failed to satisfy constraint: Member must have value less than or equal to 1.5"},
		"blob":                     {tree(structure("In", member("B", blob)), []byte("12345")), one + "Value 'java.nio.HeapByteBuffer[pos=0 lim=5 cap=5]' at 'b' failed to satisfy constraint: Member must have length less than or equal to 4"},
		"list too long":            {tree(structure("In", member("Names", names)), []any{"a", "b", "c"}), one + "Value '[a, b, c]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2"},
		"list too short":           {tree(structure("In", member("Names", names)), []any{}), one + "Value '[]' at 'names' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		"list item is null":        {tree(structure("In", member("Names", names)), []any{nil}), one + "Value null at 'names.1.member' failed to satisfy constraint: Member must not be null"},
		"nested in a list":         {tree(structure("In", member("UserAttributes", attributes)), []any{tree(attribute, "ok"), tree(attribute, "email_")}), one + "Value 'email_' at 'userAttributes.2.member.name' failed to satisfy constraint: Member must have length less than or equal to 5"},
		"nested required":          {tree(structure("In", member("UserAttributes", attributes)), []any{tree(attribute)}), one + "Value null at 'userAttributes.1.member.name' failed to satisfy constraint: Member must not be null"},
		"nested and sensitive":     {tree(structure("In", member("UserAttributes", attributes)), []any{tree(attribute, "a", "secret")}), one + "Value at 'userAttributes.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 3"},
		"list that holds secrets":  {tree(structure("In", member("UserAttributes", attributes)), []any{tree(attribute, "a"), tree(attribute, "b"), tree(attribute, "c")}), one + "Value at 'userAttributes' failed to satisfy constraint: Member must have length less than or equal to 2"},
		"map":                      {tree(structure("In", member("ClientMetadata", metadata)), pairs("a", "1", "b", "2", "c", "3")), one + "Value '{}' at 'clientMetadata' failed to satisfy constraint: Member must have length less than or equal to 2"},
		"map key":                  {tree(structure("In", member("ClientMetadata", metadata)), pairs("long", "1")), one + "Value 'long' at 'clientMetadata.key' failed to satisfy constraint: Member must have length less than or equal to 3"},
		"map value":                {tree(structure("In", member("ClientMetadata", metadata)), pairs("k", "long")), one + "Value 'long' at 'clientMetadata.k.member' failed to satisfy constraint: Member must have length less than or equal to 3"},
		"in the order of members":  {tree(structure("In", required("B", text()), required("A", text()))), "2 validation errors detected: Value null at 'b' failed to satisfy constraint: Member must not be null; Value null at 'a' failed to satisfy constraint: Member must not be null"},
		"acronym loses one letter": {tree(structure("In", required("MFAOptions", text()))), one + "Value null at 'mFAOptions' failed to satisfy constraint: Member must not be null"},
		"lower-case member stays":  {tree(structure("In", required("logGroupName", text()))), one + "Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vs := Validate(c.in)
			if c.want == "" {
				if len(vs) > 0 {
					t.Errorf("refused: %s", Message(vs))
				}
				return
			}
			if got := Message(vs); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestValidate_IsBounded(t *testing.T) {
	t.Parallel()
	short := listOf(&Shape{Kind: String, Max: bound(1)})
	items := make([]any, 1000)
	for i := range items {
		items[i] = "long"
	}
	vs := Validate(tree(structure("In", member("A", short)), items))
	if len(vs) != maxViolations || !strings.HasPrefix(Message(vs), "50 validation errors detected: ") {
		t.Errorf("%d violations", len(vs))
	}
}

// The message of a refusal stands in the record, so what a record hides it hides too.
func TestValidate_PrintsNothingPrivate(t *testing.T) {
	t.Parallel()
	text := func() *Shape { return &Shape{Kind: String, Max: bound(3)} }
	secret := &Shape{Kind: String, Max: bound(3), Sensitive: true}
	hiddenMap := mapOf(text(), text())
	hiddenMap.HideValues = true
	hiddenList := listOf(structure("Inner", member("A", text())))
	hiddenList.Hidden = true
	for name, c := range map[string]struct {
		m    *Member
		v    any
		want string
	}{
		"sensitive":                {member("Code", secret), "CANARY", "Value at 'code' failed"},
		"hidden member":            {&Member{Name: "Code", Shape: text(), Hide: true}, "CANARY", "Value at 'code' failed"},
		"dropped member":           {&Member{Name: "Code", Shape: text(), Drop: true}, "CANARY", "Value at 'code' failed"},
		"number":                   {&Member{Name: "N", Shape: &Shape{Kind: Long, Max: bound(1), Sensitive: true}}, int64(770077), "Value at 'n' failed"},
		"blob":                     {&Member{Name: "B", Shape: &Shape{Kind: Blob, Max: bound(1), Sensitive: true}}, []byte("CANARY"), "Value at 'b' failed"},
		"below a hidden shape":     {member("L", hiddenList), []any{tree(hiddenList.Elem.Shape, "CANARY")}, "Value at 'l.1.member.a' failed"},
		"values of a map":          {member("Logins", hiddenMap), &Pairs{Keys: []string{"p"}, Values: []any{"CANARY"}}, "Value at 'logins.p.member' failed"},
		"keys of a map":            {member("M", mapOf(secret, text())), &Pairs{Keys: []string{"CANARY"}, Values: []any{"long"}}, "Value at 'm.key' failed to satisfy constraint: Member must have length less than or equal to 3; Value 'long' at 'm.member'"},
		"list of secrets":          {member("L", func() *Shape { l := listOf(secret); l.Max = bound(0); return l }()), []any{"CANARY"}, "Value at 'l' failed"},
		"struct that holds some":   {member("L", func() *Shape { l := listOf(structure("I", member("S", secret))); l.Max = bound(0); return l }()), []any{tree(structure("I", member("S", secret)), "CANARY")}, "Value at 'l' failed"},
		"a null keeps its wording": {&Member{Name: "Code", Shape: text(), Hide: true, Required: true}, nil, "Value null at 'code' failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Message(Validate(tree(structure("In", c.m, required("Z", text())), c.v, "ok")))
			if strings.Contains(got, "CANARY") || strings.Contains(got, "770077") || !strings.Contains(got, c.want) {
				t.Errorf("got %s", got)
			}
		})
	}
	t.Run("quiet ends with its member", func(t *testing.T) {
		t.Parallel()
		in := structure("In", &Member{Name: "Code", Shape: text(), Hide: true}, member("Name", text()))
		if got := Message(Validate(tree(in, "CANARY", "open"))); !strings.HasSuffix(got, "; Value 'open' at 'name' failed to satisfy constraint: Member must have length less than or equal to 3") {
			t.Error(got)
		}
	})
}

func TestValidate_RandomPrivatePlaces(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var shape func(depth int) *Shape
		shape = func(depth int) *Shape {
			s := &Shape{Max: bound(0), Sensitive: r.IntN(5) == 0, Hidden: r.IntN(6) == 0}
			switch k := r.IntN(4); {
			case depth == 0 || k == 0:
				s.Kind = String
			case k == 1:
				s.Kind, s.Elem = List, member("member", shape(depth-1))
			case k == 2:
				s.Kind, s.MapKey, s.Elem = Map, member("key", &Shape{Kind: String, Max: bound(0), Sensitive: r.IntN(4) == 0}), member("value", shape(depth-1))
				s.HideValues = r.IntN(3) == 0
			default:
				s.Kind = Structure
				ms := make([]*Member, 1+r.IntN(3))
				for i := range ms {
					ms[i] = &Member{Name: fmt.Sprintf("M%d", i), Shape: shape(depth - 1), Hide: r.IntN(5) == 0, Drop: r.IntN(8) == 0}
				}
				s.SetMembers(ms)
			}
			return s
		}
		var value func(s *Shape, private bool) any
		value = func(s *Shape, private bool) any {
			private = private || s.Sensitive || s.Hidden
			text := "open"
			if private {
				text = "CANARY"
			}
			switch s.Kind {
			case String:
				return text
			case List:
				return []any{value(s.Elem.Shape, private), value(s.Elem.Shape, private)}
			case Map:
				key := private || s.MapKey.Shape.Sensitive
				k := "open"
				if key {
					k = "CANARY"
				}
				return &Pairs{Keys: []string{k}, Values: []any{value(s.Elem.Shape, private || s.HideValues)}}
			default:
				v := NewStruct(s)
				for i, m := range s.Members {
					v.Fields[i] = value(m.Shape, private || m.Hide || m.Drop)
				}
				return v
			}
		}
		top := shape(4)
		in := structure("In", member("Top", top))
		if got := Message(Validate(tree(in, value(top, false)))); strings.Contains(got, "CANARY") {
			t.Fatalf("seed %d: %s", seed, got)
		}
	}
}
