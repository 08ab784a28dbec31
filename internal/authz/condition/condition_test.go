package condition_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/authz/condition"
)

func TestClause_Holds(t *testing.T) {
	t.Parallel()
	type list = []string
	ctx := condition.Of(map[string][]string{
		"aws:username": {"bob"}, "s": {"Abc"}, "n": {"10"}, "d": {"2026-09-01T10:00:00Z"}, "epoch": {"1788256800"}, "b": {"true"},
		"bin": {"AQI="}, "ip": {"203.0.113.7"}, "ip6": {"2001:db8::1"}, "mapped": {"::ffff:203.0.113.7"}, "arn": {"arn:aws:iam::123456789012:user/a/bob"},
		"multi": {"x", "y"}, "blank": {""}, "word": {"no number"}, "star": {"*"},
	})
	for name, tc := range map[string]struct {
		op, key string
		values  list
		want    bool
	}{
		"StringEquals":                          {"StringEquals", "s", list{"x", "Abc"}, true},
		"StringEquals case":                     {"StringEquals", "s", list{"abc"}, false},
		"StringEquals no wildcard":              {"StringEquals", "s", list{"A*"}, false},
		"StringEquals variable":                 {"StringEquals", "aws:username", list{"${aws:username}"}, true},
		"StringEquals missing variable":         {"StringEquals", "s", list{"${no}"}, false},
		"StringNotEquals missing variable":      {"StringNotEquals", "s", list{"${no}"}, true},
		"StringEquals key in any case":          {"StringEquals", "AWS:UserName", list{"bob"}, true},
		"StringEquals absent":                   {"StringEquals", "none", list{"x"}, false},
		"StringEquals no values":                {"StringEquals", "s", nil, false},
		"StringNotEquals":                       {"StringNotEquals", "s", list{"x", "y"}, true},
		"StringNotEquals one of them":           {"StringNotEquals", "s", list{"x", "Abc"}, false},
		"StringNotEquals absent":                {"StringNotEquals", "none", list{"x"}, true},
		"StringEqualsIgnoreCase":                {"StringEqualsIgnoreCase", "s", list{"aBC"}, true},
		"StringNotEqualsIgnoreCase":             {"StringNotEqualsIgnoreCase", "s", list{"aBC"}, false},
		"StringLike":                            {"StringLike", "s", list{"A?*"}, true},
		"StringLike value is literal":           {"StringLike", "s", list{"${star}"}, false},
		"StringNotLike":                         {"StringNotLike", "s", list{"A*"}, false},
		"IfExists absent":                       {"StringLikeIfExists", "none", list{"x"}, true},
		"IfExists present":                      {"StringLikeIfExists", "s", list{"x"}, false},
		"NumericEquals":                         {"NumericEquals", "n", list{"10.0"}, true},
		"NumericNotEquals":                      {"NumericNotEquals", "n", list{"10"}, false},
		"NumericNotEquals no number":            {"NumericNotEquals", "word", list{"10"}, true},
		"NumericLessThan":                       {"NumericLessThan", "n", list{"10"}, false},
		"NumericLessThan decimal":               {"NumericLessThan", "n", list{"10.5"}, true},
		"NumericLessThanEquals":                 {"NumericLessThanEquals", "n", list{"10"}, true},
		"NumericGreaterThan":                    {"NumericGreaterThan", "n", list{"-3"}, true},
		"NumericGreaterThanEquals":              {"NumericGreaterThanEquals", "n", list{"11"}, false},
		"NumericGreaterThan no number":          {"NumericGreaterThan", "word", list{"0"}, false},
		"NumericGreaterThan exponent":           {"NumericGreaterThan", "n", list{"1e999999999"}, false},
		"DateEquals epoch":                      {"DateEquals", "epoch", list{"2026-09-01T10:00:00Z"}, true},
		"DateNotEquals":                         {"DateNotEquals", "d", list{"2026-09-01T10:00:00Z"}, false},
		"DateLessThan":                          {"DateLessThan", "d", list{"2026-09-02"}, true},
		"DateLessThanEquals":                    {"DateLessThanEquals", "d", list{"2026-09-01T12:00:00+02:00"}, true},
		"DateGreaterThan":                       {"DateGreaterThan", "d", list{"2027"}, false},
		"DateGreaterThan fraction":              {"DateGreaterThan", "d", list{"2026-09-01T09:59:59.999Z"}, true},
		"DateGreaterThanEquals":                 {"DateGreaterThanEquals", "d", list{"2026-09-01T10:00Z"}, true},
		"DateLessThan no date":                  {"DateLessThan", "word", list{"2026"}, false},
		"Bool":                                  {"Bool", "b", list{"True"}, true},
		"Bool false":                            {"Bool", "b", list{"false"}, false},
		"Bool absent":                           {"Bool", "none", list{"false"}, false},
		"BoolIfExists absent":                   {"BoolIfExists", "none", list{"true"}, true},
		"Bool no truth":                         {"Bool", "word", list{"false"}, false},
		"BinaryEquals":                          {"BinaryEquals", "bin", list{"AQI="}, true},
		"BinaryEquals other":                    {"BinaryEquals", "bin", list{"AQM="}, false},
		"IpAddress":                             {"IpAddress", "ip", list{"10.0.0.0/8", "203.0.113.0/24"}, true},
		"IpAddress plain":                       {"IpAddress", "ip", list{"203.0.113.7"}, true},
		"IpAddress host bits":                   {"IpAddress", "ip", list{"203.0.113.9/24"}, true},
		"IpAddress mapped":                      {"IpAddress", "mapped", list{"203.0.113.0/24"}, true},
		"IpAddress v6":                          {"IpAddress", "ip6", list{"2001:db8::/32"}, true},
		"IpAddress other family":                {"IpAddress", "ip6", list{"0.0.0.0/0"}, false},
		"IpAddress unreadable":                  {"IpAddress", "ip", list{"everywhere"}, false},
		"NotIpAddress":                          {"NotIpAddress", "ip", list{"203.0.113.0/24"}, false},
		"NotIpAddress outside":                  {"NotIpAddress", "ip", list{"10.0.0.0/8"}, true},
		"NotIpAddress of a service name":        {"NotIpAddress", "word", list{"10.0.0.0/8"}, true},
		"ArnEquals wildcard":                    {"ArnEquals", "arn", list{"arn:aws:iam::*:user/*"}, true},
		"ArnLike variable":                      {"ArnLike", "arn", list{"arn:aws:iam::123456789012:user/a/${aws:username}"}, true},
		"ArnLike parts":                         {"ArnLike", "arn", list{"arn:aws:*:123456789012:user/*:x"}, false},
		"ArnNotEquals":                          {"ArnNotEquals", "arn", list{"arn:aws:iam::*:user/*"}, false},
		"ArnNotLike":                            {"ArnNotLike", "arn", list{"arn:aws:iam::1:user/*"}, true},
		"Null true absent":                      {"Null", "none", list{"true"}, true},
		"Null true present":                     {"Null", "s", list{"true"}, false},
		"Null false present":                    {"Null", "s", list{"false"}, true},
		"Null false absent":                     {"Null", "none", list{"false"}, false},
		"Null false blank":                      {"Null", "blank", list{"false"}, false},
		"any value of several":                  {"StringEquals", "multi", list{"y"}, true},
		"negated: none of several":              {"StringNotEquals", "multi", list{"y"}, false},
		"ForAllValues":                          {"ForAllValues:StringEquals", "multi", list{"x", "y", "z"}, true},
		"ForAllValues one more":                 {"ForAllValues:StringEquals", "multi", list{"x"}, false},
		"ForAllValues absent":                   {"ForAllValues:StringEquals", "none", list{"x"}, true},
		"ForAllValues negated":                  {"ForAllValues:StringNotEquals", "multi", list{"z"}, true},
		"ForAllValues negated one":              {"ForAllValues:StringNotEquals", "multi", list{"x"}, false},
		"ForAnyValue":                           {"ForAnyValue:StringLike", "multi", list{"y*"}, true},
		"ForAnyValue none":                      {"ForAnyValue:StringLike", "multi", list{"z*"}, false},
		"ForAnyValue absent":                    {"ForAnyValue:StringLike", "none", list{"*"}, false},
		"ForAnyValue negated":                   {"ForAnyValue:StringNotEquals", "multi", list{"x"}, true},
		"ForAnyValue negated absent":            {"ForAnyValue:StringNotEquals", "none", list{"x"}, false},
		"ForAnyValue IfExists absent":           {"ForAnyValue:StringEqualsIfExists", "none", list{"x"}, true},
		"multi-valued key is no variable":       {"StringEquals", "s", list{"${multi}"}, false},
		"multi-valued key has a default though": {"StringEquals", "s", list{"${multi, 'Abc'}"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := condition.Parse(tc.op, tc.key, tc.values, true)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Holds(ctx); got != tc.want {
				t.Errorf("%s %s %v: %v", tc.op, tc.key, tc.values, got)
			}
		})
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"", "StringIs", "stringequals", "NullIfExists", "ForAllValues:Null", "ForSome:StringEquals", "ForAnyValue:", "IfExists", ":Bool"} {
		if _, err := condition.Parse(op, "k", nil, true); err == nil {
			t.Errorf("operator %q accepted", op)
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	var c condition.Context
	c.Set("AWS:a", "1")
	c.SetDefault("aws:A", "2")
	d := c.Clone()
	d.Set("aws:a")
	if got := c.Get("Aws:A"); len(got) != 1 || got[0] != "1" || d.Get("aws:a") != nil || strings.Join(c.Keys(), ",") != "aws:a" {
		t.Errorf("%v %v", c, d)
	}
}

func TestParse_oldVersionHasNoVariables(t *testing.T) {
	t.Parallel()
	c, err := condition.Parse("StringEquals", "k", []string{"${aws:username}"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Holds(condition.Of(map[string][]string{"k": {"${aws:username}"}, "aws:username": {"bob"}})) {
		t.Error("replaced")
	}
}

func FuzzClause_Holds(f *testing.F) {
	f.Add("ForAnyValue:StringLikeIfExists", "a*", "abc")
	f.Add("NumericEquals", "1e9", "0x1p-2")
	f.Add("IpAddress", "::/0", "fe80::1%eth0")
	f.Fuzz(func(t *testing.T, op, value, got string) {
		c, err := condition.Parse(op, "k", []string{value}, true)
		if err != nil {
			return
		}
		c.Holds(condition.Of(map[string][]string{"k": {got}}))
	})
}
