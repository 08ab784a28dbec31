package user

import (
	"strings"
	"testing"
)

// FuzzParseFilter holds that parsing ends, and that what it takes can be written down again and means the same.
func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{``, `""`, `username = "a"`, `email^="b\"c\\"`, `status="`, `= "x"`, `custom:x = "y"`, `sub ^= ""`, "name = \"\x00\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseFilter(s)
		if err != nil || got == nil {
			return
		}
		op := " = "
		if got.prefix {
			op = " ^= "
		}
		again, err := parseFilter(got.name + op + `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(got.value) + `"`)
		if err != nil || *again != *got {
			t.Errorf("%q parsed as %+v, written again as %+v, %v", s, got, again, err)
		}
	})
}
