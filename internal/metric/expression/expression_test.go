package expression_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/expression"
)

// start is Sunday, 1 March 2026, 00:00 UTC.
var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Unix()

const periods = 5

// line reads "30 - 20": one value a minute, missing ones as "-".
func line(label, text string) expression.Line {
	l := expression.Line{Label: label, Period: 60}
	for i, w := range strings.Fields(text) {
		if w == "-" {
			continue
		}
		v, err := strconv.ParseFloat(w, 64)
		if err != nil {
			panic(err)
		}
		l.Points = append(l.Points, expression.Point{At: start + int64(i)*60, V: v})
	}
	return l
}

func show(l expression.Line) string {
	words := slices.Repeat([]string{"-"}, periods)
	for _, p := range l.Points {
		words[(p.At-start)/60] = strconv.FormatFloat(p.V, 'g', 6, 64)
	}
	return strings.Join(words, " ")
}

var data = map[string]string{
	"m1": "1 1 0 0 -", "m2": "30 - 0 0 30", "m3": "0 0 20 - 20",
	"c1": "30 20 0 0 -", "c2": "20 - 20 - -",
	"rise": "1 3 - 4 10", "none": "", "neg": "-4 9 0 2.5 -",
}

func env() (*expression.Env, func(string) (expression.Kind, bool)) {
	ids := []string{"m1", "m2", "m3"}
	e := &expression.Env{
		Start: start, End: start + periods*60, Period: 60, Budget: new(100_000),
		Lookup: func(id string) (expression.Value, error) {
			if id == "two" {
				return expression.Value{Kind: expression.Scalar, Number: 2}, nil
			}
			return expression.Value{Kind: expression.Series, Lines: []expression.Line{line(id, data[id])}}, nil
		},
		Metrics: func(part string) (out []expression.Line, err error) {
			for _, id := range ids {
				if strings.Contains(id, part) {
					out = append(out, line(id, data[id]))
				}
			}
			return out, nil
		},
		Search: func(*expression.Search, string, int64) ([]expression.Line, error) {
			return []expression.Line{line("found", "1 2 3 4 5")}, nil
		},
	}
	return e, func(id string) (expression.Kind, bool) {
		if id == "two" {
			return expression.Scalar, true
		}
		_, ok := data[id]
		return expression.Series, ok
	}
}

// run computes and shows a value: series separated by "|", a number by itself.
func run(text string) (string, error) {
	x, err := expression.Parse(text)
	if err != nil {
		return "", err
	}
	e, kinds := env()
	k, err := x.Type(kinds)
	if err != nil {
		return "", err
	}
	v, err := x.Eval(e)
	if err != nil {
		return "", err
	}
	if v.Kind != k {
		return "", fmt.Errorf("kind %v, but the type said %v", v.Kind, k)
	}
	if k == expression.Scalar {
		return strconv.FormatFloat(v.Number, 'g', 6, 64), nil
	}
	var out []string
	for _, l := range v.Lines {
		out = append(out, show(l))
	}
	return strings.Join(out, " | "), nil
}

// TestEval has every operator and function, and every sample that AWS gives for them.
func TestEval(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, c := range []struct{ text, want string }{
		// Operators.
		{"m1 + m2", "31 1 0 0 30"},
		{"m2 - m3", "30 0 -20 0 10"},
		{"c1 * 2", "60 40 0 0 -"},
		{"c1 / c2", "1.5 - 0 - -"},
		{"10 / m1", "10 10 - - -"},
		{"rise ^ 2", "1 9 - 16 100"},
		{"2 ^ 3 ^ 2", "512"},
		{"-2 ^ 2", "-4"},
		{"2 ^ -1", "0.5"},
		{"-rise", "-1 -3 - -4 -10"},
		{"1 + 2 * 3 - 4 / 2", "5"},
		{"(1 + 2) * 3", "9"},
		{"1.5e2 + .5", "150.5"},
		{"two * rise", "2 6 - 8 20"},
		{"c1 < c2", "0 0 1 0 -"},
		{"c1 >= 30", "1 0 0 0 -"},
		{"c1 > 15 AND c2 > 15", "1 0 0 0 -"},
		{"c1 > 15 && c2 > 15", "1 0 0 0 -"},
		{"c1 > 25 OR c2 > 15", "1 0 1 0 -"},
		{"c1 > 25 || c2 > 15", "1 0 1 0 -"},
		{"c1 == 20", "0 1 0 0 -"},
		{"c1 != 20", "1 0 1 1 -"},
		{"c1 <= 0", "0 0 1 1 -"},
		{"2 > 1", "1"},
		{"METRICS() + 1", "2 2 1 1 - | 31 - 1 1 31 | 1 1 21 - 21"},
		{"[m1, m2] * m1", "1 1 0 0 - | 30 0 0 0 0"},
		// Aggregates.
		{"AVG(rise)", "4.5"},
		{"MAX(rise)", "10"},
		{"MIN(rise)", "1"},
		{"SUM(rise)", "18"},
		{"STDDEV([rise, c1])", "14.5 8.5 0 2 0"},
		{"STDDEV(rise)", "3.3541"},
		{"DATAPOINT_COUNT(rise)", "4"},
		{"DATAPOINT_COUNT(METRICS())", "3 2 3 2 2"},
		{"AVG([c1, c2])", "25 10 10 0 -"},
		{"MAX(METRICS())", "30 1 20 0 30"},
		{"MIN(METRICS())", "0 0 0 0 20"},
		{"SUM(METRICS())", "31 1 20 0 50"},
		{"SUM([m1, [m2, m3]])", "31 1 20 0 50"},
		{"METRIC_COUNT(METRICS())", "3"},
		{"SUM(none) + rise", "- - - - -"},
		{"TIME_SERIES(SUM(rise))", "18 18 18 18 18"},
		// Points.
		{"ABS(neg)", "4 9 0 2.5 -"},
		{"CEIL(neg)", "-4 9 0 3 -"},
		{"FLOOR(neg)", "-4 9 0 2 -"},
		{"LOG(neg)", "- 2.19722 - 0.916291 -"},
		{"LOG10(rise * 10)", "1 1.47712 - 1.60206 2"},
		{"ABS(-3)", "3"},
		{"ABS([neg, m1])", "4 9 0 2.5 - | 1 1 0 0 -"},
		// Series.
		{"DIFF(rise)", "- 2 - 1 6"},
		{"DIFF_TIME(rise)", "- 60 - 120 60"},
		{"RATE(rise * 60)", "- 2 - 0.5 6"},
		{"RUNNING_SUM(rise)", "1 4 - 8 18"},
		{"PERIOD(m1)", "60"},
		{"m2 / PERIOD(m2)", "0.5 - 0 0 0.5"},
		{"TIME_SERIES(7)", "7 7 7 7 7"},
		{"FIRST(METRICS())", "1 1 0 0 -"},
		{"LAST(METRICS())", "0 0 20 - 20"},
		{"SLICE(METRICS(), 1)", "30 - 0 0 30 | 0 0 20 - 20"},
		{"SLICE(METRICS(), 0, 1)", "1 1 0 0 -"},
		{"SLICE(METRICS(), 3)", ""},
		{"SLICE(METRICS(), 2, 1)", ""},
		{"SORT(METRICS(), SUM, DESC)", "30 - 0 0 30 | 0 0 20 - 20 | 1 1 0 0 -"},
		{"SORT(METRICS(), MAX)", "1 1 0 0 - | 0 0 20 - 20 | 30 - 0 0 30"},
		{"SORT(METRICS(), AVG, DESC, 1)", "30 - 0 0 30"},
		{"SORT([none, m1, neg], MIN, ASC)", "-4 9 0 2.5 - | 1 1 0 0 - | - - - - -"},
		{"REMOVE_EMPTY([none, m1])", "1 1 0 0 -"},
		{"METRICS(\"2\")", "30 - 0 0 30"},
		{"SEARCH('{App,Pool} MetricName=\"x\"', 'Sum', 60)", "1 2 3 4 5"},
		// Times.
		{"MINUTE(m2)", "0 - 2 3 4"},
		{"HOUR(m1)", "0 0 0 0 -"},
		{"DAY(m1)", "7 7 7 7 -"},
		{"DATE(m1)", "1 1 1 1 -"},
		{"MONTH(m1)", "3 3 3 3 -"},
		{"YEAR(m1)", "2026 2026 2026 2026 -"},
		{"EPOCH(m1) - 1772323200", "0 60 120 180 -"},
		// FILL.
		{"FILL(c2, 0)", "20 0 20 0 0"},
		{"FILL(none, 1)", "1 1 1 1 1"},
		{"FILL(rise, REPEAT)", "1 3 3 4 10"},
		{"FILL(m2, LINEAR)", "30 15 0 0 30"},
		{"FILL(c2, LINEAR)", "20 20 20 - -"},
		{"FILL(c2, m3)", "20 0 20 - 20"},
		{"FILL(METRICS(), 5)", "1 1 0 0 5 | 30 5 0 0 30 | 0 0 20 5 20"},
		// IF, with AWS's samples.
		{"IF(m1, m2, m3)", "30 0 20 0 -"},
		{"IF(m1, 5, m3)", "5 5 20 - -"},
		{"IF(m1, m2, 5)", "30 0 5 5 -"},
		{"IF(m1, m2)", "30 0 - - -"},
		{"IF(m1, 1, 2)", "1 1 2 2 -"},
		{"IF(1, m2, 5)", "30 - 0 0 30"},
		{"IF(0, m2, 5)", "5 5 5 5 5"},
		{"IF(0, m2)", "- - - - -"},
		{"IF(1, 2, 3)", "2"},
		{"IF(DAY(m2) < 6, 0, m2)", "30 - 0 0 30"},
	} {
		t.Run(c.text, func(t *testing.T) {
			got, err := run(c.text)
			if err != nil || got != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
		computed, _ := expression.Functions()
		for _, f := range computed {
			covered[f] = covered[f] || strings.Contains(c.text, f+"(")
		}
		for _, o := range expression.Operators() {
			covered[o] = covered[o] || strings.Contains(c.text, o)
		}
	}
	for name, ok := range covered {
		if !ok {
			t.Errorf("no case has %s", name)
		}
	}
}

func TestParse_refusals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                  "unexpected end of the expression",
		"m1 +":                              "unexpected end of the expression",
		"(m1":                               "unmatched parenthesis",
		"m1)":                               `unexpected ")"`,
		"m1 m2":                             `unexpected "m2"`,
		"SUM(m1":                            `expected ")" or a comma`,
		"m1 % 2":                            `unexpected character '%'`,
		`METRICS("x)`:                       "a string has no end",
		"ghost + 1":                         `unknown metric id "ghost"`,
		"sum(m1)":                           `unknown function "sum"`,
		"ANOMALY_DETECTION_BAND(m1)":        "the function ANOMALY_DETECTION_BAND is not supported by this server",
		"SUM()":                             "the function SUM does not take 0 arguments",
		"SUM(1)":                            "unsupported argument types for SUM",
		"FIRST(m1)":                         "unsupported argument types for FIRST",
		"METRICS() + METRICS()":             "unsupported operand types for +: '[Time Series[], Time Series[]]'",
		`m1 + "x"`:                          "unsupported operand types for +: '[Time Series, String]'",
		"[1, 2]":                            "an array must hold time series only",
		"[]":                                "an array must not be empty",
		"FILL(m1, SUM)":                     "unsupported argument types for FILL",
		"SORT(METRICS(), REPEAT)":           "unsupported argument types for SORT",
		"IF(METRICS(), 1, 2)":               "unsupported argument types for IF",
		"IF(1, 2)":                          "unsupported argument types for IF",
		"SEARCH('{', 'Sum', 60)":            "unsupported argument types for SEARCH",
		strings.Repeat("(", 100) + "1":      "the expression is nested too deeply",
		strings.Repeat("1+", 1100) + "1":    "the expression is longer than 2048 characters",
		"1e999":                             "1e999 is no number",
		"-" + strings.Repeat("-", 80) + "1": "the expression is nested too deeply",
	} {
		_, err := run(text)
		var e *expression.Error
		if !errors.As(err, &e) || e.Reason != want {
			t.Errorf("%.40s: got %v, want %s", text, err, want)
		}
	}
}

// TestEval_budget refuses what would make too many points.
func TestEval_budget(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"TIME_SERIES(1)", "FILL(m1, 0)", "m1 + m2", "METRICS() + 1", "SUM(METRICS())", "RUNNING_SUM(m1)", "DIFF(m1)", "IF(m1, m2, m3)"} {
		x, err := expression.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		e, _ := env()
		*e.Budget = 3
		if _, err := x.Eval(e); !errors.Is(err, expression.ErrBudget) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestExpression_IDs(t *testing.T) {
	t.Parallel()
	x, err := expression.Parse("SUM([m1, m2]) / FILL(m1, REPEAT) + SORT(METRICS(), SUM)")
	if err != nil {
		t.Fatal(err)
	}
	if got := x.IDs(); !slices.Equal(got, []string{"m1", "m2"}) || !x.Calls("FILL") || x.Calls("SEARCH") {
		t.Errorf("%q", got)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	metric := &expression.Metric{Namespace: "AWS/Cognito", Name: "SignInThrottles", Names: []string{"UserPool", "UserPoolClient"}, Values: []string{"us-east-1_Ab3", "web app"}}
	for text, want := range map[string]bool{
		`{AWS/Cognito,UserPool,UserPoolClient} MetricName="SignInThrottles"`: true,
		`{AWS/Cognito,UserPoolClient,UserPool}`:                              true,
		`{AWS/Cognito,UserPool} throttles`:                                   false,
		`{"AWS/Cognito", "UserPool", "UserPoolClient"} throttles`:            true,
		`{AWS/Cognito,UserPool,UserPoolClient} MetricName="SignIn"`:          false,
		`{AWS/Cognito,UserPool,UserPoolClient} MetricName=sign`:              true,
		`throttles`:                              true,
		`THROTTLES`:                              true,
		`SignInThrottles`:                        true,
		`sign in throttles`:                      true,
		`hrottles`:                               false,
		`"SignInThrottles"`:                      true,
		`"signinthrottles"`:                      false,
		`cognito NOT throttles`:                  false,
		`cognito NOT successes`:                  true,
		`successes OR throttles`:                 true,
		`(successes OR throttles) AND east`:      true,
		`UserPool="us-east-1_Ab3"`:               true,
		`UserPool=us-east-1_Ab3`:                 true,
		`UserPool=(other OR "us-east-1_Ab3")`:    true,
		`UserPool="web app"`:                     false,
		`UserPoolClient="web app"`:               true,
		`Namespace="AWS/Cognito" web`:            true,
		`"UserPool"="us-east-1_Ab3" AND NOT dog`: true,
	} {
		s, err := expression.ParseSearch(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := s.Match(metric); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, bad := range []string{"", "  ", "{a", "{a,}", `"x`, "(a", "a)", "NOT", "a OR", "=", "a=", strings.Repeat("(", 200), strings.Repeat("NOT ", 99), strings.Repeat("a ", 101)} {
		if _, err := expression.ParseSearch(bad); err == nil {
			t.Errorf("%.20q is taken", bad)
		}
	}
}

func TestExpandLabel(t *testing.T) {
	t.Parallel()
	l := line("Sum", "1 5 - 3.14159 2")
	l.Props = map[string]string{"MetricName": "Sum", "Dim.UserPool": "p1", "Period": "60"}
	now := time.Unix(start+600, 0)
	for label, want := range map[string]string{
		"plain":                            "plain",
		"${LABEL} ${PROP('Dim.UserPool')}": "Sum p1",
		"max ${MAX}, min ${MIN}, avg ${AVG}, sum ${SUM}":    "max 5, min 1, avg 2.785, sum 11.142",
		"${FIRST}..${LAST} of ${DATAPOINT_COUNT}":           "1..2 of 4",
		"${MAX_TIME} ${MIN_TIME}":                           "2026-03-01 02:01:00 2026-03-01 02:00:00",
		"${MAX_TIME_RELATIVE} ${LAST_TIME_RELATIVE}":        "9m0s 6m0s",
		"${MIN_MAX_RANGE} ${MIN_MAX_TIME_RANGE}":            "4 1m0s",
		"${FIRST_LAST_RANGE} ${FIRST_LAST_TIME_RANGE}":      "1 4m0s",
		"${FIRST_TIME} ${LAST_TIME} ${FIRST_TIME_RELATIVE}": "2026-03-01 02:00:00 2026-03-01 02:04:00 10m0s",
		"${MIN_TIME_RELATIVE}":                              "10m0s",
		"${UNKNOWN} ${PROP('x')}|${PROP(MetricName)} ${AVG": "${UNKNOWN} |${PROP(MetricName)} ${AVG",
	} {
		if got := expression.ExpandLabel(label, &l, now, time.FixedZone("", 2*3600)); got != want {
			t.Errorf("%s: got %q, want %q", label, got, want)
		}
	}
	none := line("x", "")
	if got := expression.ExpandLabel("${AVG} ${LABEL}", &none, now, time.UTC); got != "-- x" {
		t.Errorf("got %q", got)
	}
}

// FuzzParse looks for panics, and for expressions that pass the types and then fail.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"m1 + m2 * -3 ^ 2", "IF(m1 > 2 AND m2, FILL(m3, REPEAT), 5)", "SORT(METRICS('1'), SUM, DESC, 2)", `SEARCH('{a,b} (c OR "d") NOT e=f', 'Sum', 60)`, "SLICE([m1, m2], -1, 1e9)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := expression.Parse(text)
		if err != nil {
			return
		}
		e, kinds := env()
		k, err := x.Type(kinds)
		if err != nil {
			return
		}
		v, err := x.Eval(e)
		if err != nil {
			if errors.Is(err, expression.ErrBudget) {
				return
			}
			t.Fatal(err)
		}
		if k != expression.Text && v.Kind != k {
			t.Fatalf("kind %v, want %v", v.Kind, k)
		}
		for _, l := range v.Lines {
			for i, p := range l.Points {
				if p.V != p.V || i > 0 && p.At <= l.Points[i-1].At {
					t.Fatalf("points %v", l.Points)
				}
			}
		}
	})
}

// FuzzParseSearch looks for panics.
func FuzzParseSearch(f *testing.F) {
	f.Add(`{a,"b c"} (x OR "y") AND NOT z=(p OR q)`)
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := expression.ParseSearch(text); err == nil {
			s.Match(&expression.Metric{Namespace: "a", Name: text, Names: []string{"b c"}, Values: []string{"x"}})
		}
	})
}
