package condition

import (
	"bytes"
	"encoding/base64"
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/authz/policy/pattern"
)

// op is one operator. equal is the positive comparison; a negated operator is its opposite.
type op struct {
	negated bool
	null    bool
	read    func(value string, variables bool) operand
	equal   func(o *operand, got string, ctx Context) bool
}

// operand is a policy's value, read once. ok is false if it could not be read: then it equals nothing.
type operand struct {
	ok     bool
	text   pattern.Pattern
	arn    pattern.ARN
	number *big.Rat
	time   time.Time
	prefix netip.Prefix
	bytes  []byte
	yes    bool
}

func (o *operand) null(absent bool) bool { return o.ok && o.yes == absent }

// ops is every operator by name, without prefix and suffix.
var ops = map[string]*op{
	"StringEquals":              {read: exact, equal: matches},
	"StringNotEquals":           {read: exact, equal: matches, negated: true},
	"StringEqualsIgnoreCase":    {read: exact, equal: matchesFold},
	"StringNotEqualsIgnoreCase": {read: exact, equal: matchesFold, negated: true},
	"StringLike":                {read: like, equal: matches},
	"StringNotLike":             {read: like, equal: matches, negated: true},

	"NumericEquals":            {read: number, equal: numeric(func(c int) bool { return c == 0 })},
	"NumericNotEquals":         {read: number, equal: numeric(func(c int) bool { return c == 0 }), negated: true},
	"NumericLessThan":          {read: number, equal: numeric(func(c int) bool { return c < 0 })},
	"NumericLessThanEquals":    {read: number, equal: numeric(func(c int) bool { return c <= 0 })},
	"NumericGreaterThan":       {read: number, equal: numeric(func(c int) bool { return c > 0 })},
	"NumericGreaterThanEquals": {read: number, equal: numeric(func(c int) bool { return c >= 0 })},

	"DateEquals":            {read: date, equal: dated(func(c int) bool { return c == 0 })},
	"DateNotEquals":         {read: date, equal: dated(func(c int) bool { return c == 0 }), negated: true},
	"DateLessThan":          {read: date, equal: dated(func(c int) bool { return c < 0 })},
	"DateLessThanEquals":    {read: date, equal: dated(func(c int) bool { return c <= 0 })},
	"DateGreaterThan":       {read: date, equal: dated(func(c int) bool { return c > 0 })},
	"DateGreaterThanEquals": {read: date, equal: dated(func(c int) bool { return c >= 0 })},

	"Bool":         {read: truth, equal: isTruth},
	"BinaryEquals": {read: binary, equal: sameBytes},
	"IpAddress":    {read: network, equal: inNetwork},
	"NotIpAddress": {read: network, equal: inNetwork, negated: true},
	"ArnEquals":    {read: arn, equal: arnMatches},
	"ArnLike":      {read: arn, equal: arnMatches},
	"ArnNotEquals": {read: arn, equal: arnMatches, negated: true},
	"ArnNotLike":   {read: arn, equal: arnMatches, negated: true},
	"Null":         {read: truth, null: true},
}

func exact(v string, variables bool) operand {
	return operand{ok: true, text: pattern.New(v, pattern.Options{Variables: variables})}
}

func like(v string, variables bool) operand {
	return operand{ok: true, text: pattern.New(v, pattern.Options{Variables: variables, Wildcards: true})}
}

func matches(o *operand, got string, ctx Context) bool     { return o.text.Match(got, ctx) }
func matchesFold(o *operand, got string, ctx Context) bool { return o.text.MatchFold(got, ctx) }

func arn(v string, variables bool) operand {
	return operand{ok: true, arn: pattern.NewARN(v, variables, true)}
}

func arnMatches(o *operand, got string, ctx Context) bool { return o.arn.Match(got, ctx) }

// maxNumber bounds the digits of a number; longer text is no number.
const maxNumber = 40

func number(v string, _ bool) operand {
	n, ok := parseNumber(v)
	return operand{ok: ok, number: n}
}

func parseNumber(s string) (*big.Rat, bool) {
	// big.Rat reads fractions and exponents too, which are no policy numbers and may be made to cost much
	if len(s) == 0 || len(s) > maxNumber || strings.Trim(s, "0123456789.+-") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

func numeric(want func(int) bool) func(*operand, string, Context) bool {
	return func(o *operand, got string, _ Context) bool {
		if !o.ok {
			return false
		}
		n, ok := parseNumber(got)
		return ok && want(n.Cmp(o.number))
	}
}

// dateForms are the W3C profile of ISO 8601; a form without zone is UTC.
var dateForms = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"20060102T150405Z", "2006-01-02", "2006-01", "2006",
}

func date(v string, _ bool) operand {
	t, ok := parseDate(v)
	return operand{ok: ok, time: t}
}

func parseDate(s string) (time.Time, bool) {
	if len(s) > maxNumber {
		return time.Time{}, false
	}
	if len(s) > 4 && strings.Trim(s, "0123456789") == "" { // four digits are a year
		n, ok := new(big.Int).SetString(s, 10)
		if !ok || !n.IsInt64() || len(s) > 13 {
			return time.Time{}, false
		}
		return time.Unix(n.Int64(), 0), true
	}
	for _, f := range dateForms {
		if t, err := time.Parse(f, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func dated(want func(int) bool) func(*operand, string, Context) bool {
	return func(o *operand, got string, _ Context) bool {
		if !o.ok {
			return false
		}
		t, ok := parseDate(got)
		return ok && want(t.Compare(o.time))
	}
}

func truth(v string, _ bool) operand {
	yes := strings.EqualFold(v, "true")
	return operand{ok: yes || strings.EqualFold(v, "false"), yes: yes}
}

func isTruth(o *operand, got string, _ Context) bool {
	g := truth(got, false)
	return o.ok && g.ok && o.yes == g.yes
}

func binary(v string, _ bool) operand {
	b, err := base64.StdEncoding.DecodeString(v)
	return operand{ok: err == nil, bytes: b}
}

func sameBytes(o *operand, got string, _ Context) bool {
	b, err := base64.StdEncoding.DecodeString(got)
	return err == nil && o.ok && bytes.Equal(b, o.bytes)
}

func network(v string, _ bool) operand {
	if p, err := netip.ParsePrefix(v); err == nil {
		return operand{ok: true, prefix: p.Masked()}
	}
	a, err := netip.ParseAddr(v)
	if err != nil || a.Zone() != "" {
		return operand{}
	}
	return operand{ok: true, prefix: netip.PrefixFrom(a, a.BitLen())}
}

func inNetwork(o *operand, got string, _ Context) bool {
	if !o.ok {
		return false
	}
	a, err := netip.ParseAddr(got)
	// a v4 caller on a dual-stack socket shows as ::ffff:a.b.c.d
	return err == nil && o.prefix.Contains(a.WithZone("").Unmap())
}
