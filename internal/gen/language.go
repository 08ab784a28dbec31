package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/cogtrail/cogtrail/internal/query/fn"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/qtest"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

//go:embed language.md
var languageText string

// entry is a function or aggregate as a row.
type entry struct{ Signature, Others, Result string }

// Language renders docs/compat/query-language.md: what the query language has, how it means it, and how much of it is
// tested.
func Language() ([]byte, error) {
	scripts, cases, err := qtest.All()
	if err != nil {
		return nil, err
	}
	numbered, err := qtest.Numbered()
	if err != nil {
		return nil, err
	}
	data := struct {
		Counts, Words                    string
		Numbered                         int
		Functions, Aggregates            []entry
		MaxStats, DefaultLimit, MaxLimit int
	}{Words: others(syntax.CommandNames()), Numbered: len(numbered), MaxStats: plan.MaxStats, DefaultLimit: plan.DefaultLimit, MaxLimit: plan.MaxLimit}
	for f := range fn.All {
		result := f.Result.String()
		if f.Nulls && f.Result.String() == "string" { // coalesce, if and case hand on what they are given
			result = "any"
		}
		sig := strings.TrimSuffix(f.Signature(), " "+f.Result.String())
		if f.Name == "case" {
			sig = "case(condition, value, ..., [default])"
		}
		if f.Name == "concat" {
			result = "string"
		}
		data.Functions = append(data.Functions, entry{sig, others(f.Aliases), result})
	}
	for a := range fn.Aggregates {
		data.Aggregates = append(data.Aggregates, entry{a.Signature(), others(a.Aliases), ""})
	}
	data.Counts = fmt.Sprintf("**%d commands, %d functions, %d aggregates; %d scripts with %d cases.**", len(syntax.CommandNames()), len(data.Functions),
		len(data.Aggregates), scripts, len(cases))
	t, err := template.New("language.md").Parse(languageText)
	if err != nil {
		return nil, fmt.Errorf("language page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("language page: %w", err)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n'), nil
}

func others(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}
