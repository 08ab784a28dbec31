package insight

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs"
)

func TestTagSelector(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, value string
		want       bool
	}{
		{`[{"key":"env","values":["prod"]}]`, "prod", true},
		{`[{"key":"env","values":["prod"]}]`, "production", false},
		{`[{"key":"env","values":["prod*"]}]`, "production", true},
		{`[{"key":"env","values":["p*d*n"]}]`, "production", true},
		{`[{"key":"env","values":["*uct*"]}]`, "production", true},
		{`[{"key":"env","values":["ab*ba"]}]`, "aba", false},
		{`[{"key":"env","values":["!dev*"]}]`, "prod", true},
		{`[{"key":"env","values":["!dev*"]}]`, "dev-1", false},
		{`[{"key":"env","values":["dev-1","!dev*"]}]`, "dev-1", true},
		{`[{"key":"team","values":["*"]}]`, "prod", false},
		{`[{"key":"env","values":["prod"]},{"key":"team","values":["*"]}]`, "prod", false},
	} {
		tags, err := readTags(c.raw)
		if err != nil {
			t.Errorf("%s: %v", c.raw, err)
			continue
		}
		s := &selector{tags: tags}
		if got := s.takes(&logs.Group{Tags: map[string]string{"env": c.value}}); got != c.want {
			t.Errorf("%s takes %s: %t", c.raw, c.value, got)
		}
	}
	for _, raw := range []string{``, `{}`, `[]`, `[{"key":"a","values":[]}]`, `[{"values":["a"]}]`, `[{"key":"a","values":["1","2","3","4","5","6"]}]`,
		`[{"key":"a","values":["b"]},{"key":"b","values":["b"]},{"key":"c","values":["b"]},{"key":"d","values":["b"]},{"key":"e","values":["b"]},{"key":"f","values":["b"]}]`} {
		if _, err := readTags(raw); err == nil {
			t.Errorf("%s: accepted", raw)
		}
	}
}
