package fault

import (
	"strings"
	"testing"
)

func TestHeaderText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxHeader)
	for name, c := range map[string]struct{ text, want string }{
		"plain":      {"Incorrect username or password.", "Incorrect username or password."},
		"lines":      {"one\r\ntwo\tthree", "one  two three"},
		"no header":  {"a\x00b\x7fcä", "a?b?c?"},
		"just fits":  {long, long},
		"too long":   {long + "x", long[:maxHeader-3] + "..."},
		"cut safely": {strings.Repeat("ä", 3*maxHeader), strings.Repeat("?", maxHeader-3) + "..."},
	} {
		if got := HeaderText(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
