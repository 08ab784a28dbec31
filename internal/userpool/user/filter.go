package user

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

// filter is a parsed Filter of ListUsers:
//
//	filter = name ( "=" | "^=" ) string
//	string = `"` { any character but `"` and `\`, or `\` followed by any character } `"`
//
// with spaces allowed around each part. [Cognito: searching for users]
type filter struct {
	name   string
	prefix bool
	value  string
}

// parseFilter returns nil for an empty filter, which means all users.
func parseFilter(s string) (*filter, error) {
	s = strings.Trim(s, " ")
	if s == "" || s == `""` {
		return nil, nil
	}
	i := strings.IndexAny(s, "^=")
	if i <= 0 {
		return nil, badFilter()
	}
	f := &filter{name: strings.Trim(s[:i], " ")}
	rest := s[i:]
	if f.prefix = rest[0] == '^'; f.prefix {
		rest = rest[1:]
	}
	rest, ok := strings.CutPrefix(rest, "=")
	if !ok || f.name == "" || strings.ContainsAny(f.name, " \"\\") {
		return nil, badFilter()
	}
	if f.value, ok = unquote(strings.Trim(rest, " ")); !ok {
		return nil, badFilter()
	}
	if !searchable(f.name) {
		return nil, badSearch(f.name)
	}
	return f, nil
}

func searchable(name string) bool {
	switch name {
	case "username", "sub", "cognito:user_status", "status":
		return true
	}
	return slices.Contains(userpool.Searchable, name)
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' {
		return "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i == len(s)-1
		case '\\':
			if i++; i == len(s) {
				return "", false
			}
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", false
}

// exact tells that a name's values are compared letter for letter; all others are compared without case.
func (f *filter) exact() bool { return f.name == "username" || f.name == "status" || f.name == "sub" }

// matches decides what the index could only narrow down.
func (f *filter) matches(u *userpool.User) bool {
	v, ok := u.SearchValue(f.name)
	if !ok {
		return false
	}
	want := f.value
	if !f.exact() {
		v, want = strings.ToLower(v), strings.ToLower(want)
	}
	if f.prefix {
		return strings.HasPrefix(v, want)
	}
	return v == want
}
