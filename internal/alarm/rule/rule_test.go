package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/alarm/rule"
)

// states: a and e are in ALARM, b is OK, c has too little data, the rest does not exist.
func states(name string) rule.State {
	return map[string]rule.State{
		"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA", `say "e" (x), y`: "ALARM", "arn:aws:cloudwatch:us-east-1:111122223333:alarm:e": "ALARM",
	}[name]
}

func TestRule_Holds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"TRUE":                      true,
		"FALSE":                     false,
		"ALARM(a)":                  true,
		"ALARM ( a )":               true,
		"ALARM(b)":                  false,
		"OK(b)":                     true,
		"INSUFFICIENT_DATA(c)":      true,
		"ALARM(ghost)":              false,
		"NOT ALARM(ghost)":          true,
		"NOT OK(b)":                 false,
		"NOT NOT OK(b)":             true,
		"NOT (OK(b) AND ALARM(b))":  true,
		`ALARM("say \"e\" (x), y")`: true,
		`ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:e")`: true,
		"ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:e)":   true,
		"ALARM(a) AND OK(b)":                                               true,
		"ALARM(a) AND ALARM(b)":                                            false,
		"ALARM(b) OR ALARM(a)":                                             true,
		"TRUE OR FALSE AND FALSE":                                          true,
		"(TRUE OR FALSE) AND FALSE":                                        false,
		"ALARM(a)\n\tAND NOT OK(a) AND TRUE":                               true,
		"AT_LEAST(1, ALARM, (a, b, c))":                                    true,
		"AT_LEAST(2, ALARM, (a, b, c))":                                    false,
		"AT_LEAST(2, NOT ALARM, (a, b, c))":                                true,
		"AT_LEAST(3, NOT ALARM, (a, b, c))":                                false,
		"AT_LEAST(2, NOT OK, (a, b, c))":                                   true,
		"AT_LEAST(33%, ALARM, (a, b, c))":                                  true,
		"AT_LEAST(34%, ALARM, (a, b, c))":                                  false,
		"AT_LEAST(50%,OK,(a,b))":                                           true,
		"AT_LEAST(100%, NOT INSUFFICIENT_DATA, (a, b))":                    true,
		"AT_LEAST(1, INSUFFICIENT_DATA, (c)) AND NOT AT_LEAST(1, OK, (a))": true,
	} {
		r, err := rule.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := r.Holds(states); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestParse_refusals(t *testing.T) {
	t.Parallel()
	var many, long []string
	for i := range 101 {
		many = append(many, fmt.Sprintf("ALARM(a%d)", i))
	}
	for range 300 {
		long = append(long, "TRUE")
	}
	for text, want := range map[string]string{
		"":                                   "expected a condition at position 1",
		"MAYBE":                              "expected a condition at position 1",
		"alarm(a)":                           "expected a condition at position 1",
		"ALARM":                              "expected ( at position 6",
		"ALARM()":                            "expected the name of an alarm at position 7",
		"ALARM(a":                            "expected ) or a comma at position 8",
		"ALARM(a, b)":                        "ALARM takes one alarm at position 12",
		"ALARM(a b)":                         "expected ) or a comma at position 9",
		`ALARM("a)`:                          "a quoted name has no end at position 10",
		`ALARM("")`:                          "expected the name of an alarm at position 9",
		"ALARM(a) OK(b)":                     "unexpected text at position 10",
		"ALARM(a) AND":                       "expected a condition at position 13",
		"(TRUE":                              "a bracket is not closed at position 6",
		"TRUE)":                              "unexpected text at position 5",
		"AT_LEAST(0, OK, (a))":               "expected a number from 1 on at position 10",
		"AT_LEAST(101%, OK, (a))":            "expected at most 100% at position 14",
		"AT_LEAST(2, OK, (a))":               "AT_LEAST asks for 2 of 1 alarms",
		"AT_LEAST(1, BAD, (a))":              "expected ALARM, OK or INSUFFICIENT_DATA at position 13",
		"AT_LEAST(1, OK, a)":                 "expected ( at position 17",
		strings.Repeat("(", 200):             "the rule is nested too deeply at position 102",
		strings.Repeat("NOT ", 200) + "TRUE": "the rule is nested too deeply at position 404",
		strings.Join(many, " OR "):           "the rule names more than 100 alarms",
		strings.Join(long, " OR "):           "the rule has more than 500 elements",
		strings.Repeat(" ", 10_241):          "the rule is longer than 10240 characters",
	} {
		if _, err := rule.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%.30s: got %v, want %s", text, err, want)
		}
	}
}

func TestRule_Children(t *testing.T) {
	t.Parallel()
	r, err := rule.Parse(`ALARM(b) OR OK("a x") AND AT_LEAST(1, OK, (b, c))`)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Children(); !slices.Equal(got, []string{"b", "a x", "c"}) {
		t.Errorf("%q", got)
	}
}

// FuzzParse looks for panics and for children that Holds asks for and Children does not list.
func FuzzParse(f *testing.F) {
	for _, s := range []string{`ALARM(a) AND NOT (OK("b c") OR FALSE)`, "AT_LEAST(50%, NOT ALARM, (a, \"b\", c))", "INSUFFICIENT_DATA(x)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := rule.Parse(text)
		if err != nil {
			return
		}
		children := r.Children()
		r.Holds(func(name string) rule.State {
			if !slices.Contains(children, name) {
				t.Fatalf("%q is not among %q", name, children)
			}
			return "OK"
		})
	})
}
