package qtest_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// What no script uses is not specified: every command, function and aggregate by every one of its names stands in a case
// that is expected to succeed.
func TestScripts_cover_the_language(t *testing.T) {
	t.Parallel()
	_, cases, err := qtest.All()
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	word := regexp.MustCompile(`[A-Za-z0-9_]+`)
	for _, c := range cases {
		if slices.ContainsFunc(c.Expect, func(x qtest.Expectation) bool { return x.Kind == "error" }) {
			continue
		}
		for _, w := range word.FindAllString(c.Text, -1) {
			words[strings.ToLower(w)] = true
		}
	}
	need := func(kind, name string) {
		if !words[strings.ToLower(name)] {
			t.Errorf("no script uses the %s %s", kind, name)
		}
	}
	for _, n := range syntax.CommandNames() {
		need("command", n)
	}
	for f := range fn.All {
		for _, n := range append([]string{f.Name}, f.Aliases...) {
			need("function", n)
		}
	}
	for a := range fn.Aggregates {
		for _, n := range append([]string{a.Name}, a.Aliases...) {
			need("aggregate", n)
		}
	}
}

// The numbered cases are the conformance list; 127 to 130 are requests, not queries, and are cases of package insight.
func TestScripts_hold_the_conformance_list(t *testing.T) {
	t.Parallel()
	have, err := qtest.Numbered()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 126; n++ {
		if !slices.Contains(have, strconv.Itoa(n)) {
			t.Errorf("case %d is missing", n)
		}
	}
}
