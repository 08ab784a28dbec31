package schema_test

import (
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// unchecked are patterns that Go's linear-time engine cannot express; the
// services that take such values check them themselves or not at all.
var unchecked = []string{"cognito-idp S3BucketType", "events PathParameter", "iam accountAliasType"}

func TestRegexp_PatternsOfTheModels(t *testing.T) {
	t.Parallel()
	services, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	n, missing := 0, []string{}
	for _, s := range services {
		for name, sh := range s.Shapes {
			if sh.Pattern == "" {
				continue
			}
			n++
			if sh.Regexp() == nil {
				missing = append(missing, s.Name+" "+name)
			}
		}
	}
	slices.Sort(missing)
	if !slices.Equal(missing, unchecked) {
		t.Errorf("not expressible: %q\nlisted: %q", missing, unchecked)
	}
	if n < 250 {
		t.Errorf("only %d patterns: were the models read?", n)
	}
}

func TestRegexp_JavaForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pattern, in string
		match       bool
	}{
		"anchored at both ends":  {"[a-z]+", "abc1", false},
		"alternatives anchored":  {"a|bc", "abc", false},
		"own anchors":            {"^[a-z]+$", "abc", true},
		"final newline":          {"^[a-z]+$", "abc\n", false},
		"POSIX class":            {`[\p{Alnum}_]+`, "a1_", true},
		"Unicode classes":        {`[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, "é漢😀1!", true},
		"Unicode classes refuse": {`[\p{L}\p{M}\p{S}\p{N}\p{P}]+`, "a b", false},
		"java escapes":           {`[\u0020-\uD7FF]+`, "a é", true},
		"escapes refuse":         {`[\u0020-\u007e]+`, "é", false},
		"surrogate range":        {`[\u0009\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]*`, "a😀\t", true},
		"possessive":             {`[a-z]++[0-9]*+`, "abc12", true},
		"escaped backslash":      {`a\\u`, `a\u`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			re := (&schema.Shape{Kind: schema.String, Pattern: c.pattern}).Regexp()
			if re == nil {
				t.Fatal("does not compile")
			}
			if got := re.MatchString(c.in); got != c.match {
				t.Errorf("%q matches %q: %t", c.in, re, got)
			}
		})
	}
	if (&schema.Shape{Pattern: `(?!x)a`}).Regexp() != nil || (&schema.Shape{}).Regexp() != nil {
		t.Error("look-ahead and no pattern give no expression")
	}
}
