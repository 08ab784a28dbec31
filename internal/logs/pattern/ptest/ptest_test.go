package ptest_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern/ptest"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases, err := ptest.Parse("s", "# x\nevent a A b\n\npattern ` `\nguess\nyes @a\nno ``\nvalues {\"$1\":\"\"}\npattern (\nrefused no\n")
	if err != nil || len(cases) != 2 {
		t.Fatalf("%+v, %v", cases, err)
	}
	c := cases[0]
	if c.File != "s" || c.Line != 4 || c.Pattern != " " || !c.Guess || c.Events[0].Text != "A b" || !c.Events[0].Match || c.Events[1].Text != "" ||
		c.Events[1].Match || c.Events[1].Values["$1"] != "" || cases[1].Refused != "no" {
		t.Errorf("%+v", cases)
	}
	for text, want := range map[string]string{
		"yes x":                         "1: no pattern yet",
		"pattern x\nmaybe y":            "2: unknown word maybe",
		"pattern x\nyes @a":             "2: no event a",
		"pattern x\nvalues {}":          "2: values of no event",
		"pattern x\nyes y\nvalues {":    "3: values are no object of texts",
		"pattern x\n":                   "1: a case wants events or a refusal",
		"pattern x\nyes y\nrefused z\n": "1: a case wants events or a refusal",
	} {
		if _, err := ptest.Parse("s", text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
