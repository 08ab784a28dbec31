package alarm_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/sets"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/op"
)

var update = flag.Bool("update", false, "write docs/compat/alarms.md instead of comparing it")

// missingData are the two tables of "Configuring how CloudWatch alarms treat missing data" and the examples around them. States are for
// missing, ignore, breaching and notBreaching, by their first letters; = keeps the state.
var missingData = []struct {
	m, n   int
	points string // five periods, newest right: 0 good, X breaching, - missing
	want   string
}{
	{3, 3, "0 - X - X", "O O O O"},
	{3, 3, "0 - - - -", "O O O O"},
	{3, 3, "- - - - -", "I = A O"},
	{3, 3, "0 X X - X", "A A A A"},
	{3, 3, "- - X - -", "A = A O"},
	{3, 3, "- - - - X", "= = A O"},
	{3, 3, "- - - X -", "= = A O"},
	{2, 3, "0 - X - X", "A A A A"},
	{2, 3, "0 0 X 0 X", "A A A A"},
	{2, 3, "0 - X - -", "O O A O"},
	{2, 3, "- - - - 0", "O O A O"},
	{2, 3, "- - - X -", "A = A O"},
}

// testPoints are what a conformance suite of alarms must hold, and the tests that do: a folder and a function.
var testPoints = []struct {
	point string
	tests []string
}{
	{"DescribeAlarms answers the same in query, JSON and CBOR", []string{"test/client TestBoto3", "internal/wire TestSDK_cloudWatch"}},
	{"Every row of AWS's two tables of missing data, and the examples around them", []string{"internal/alarm TestMissingData", "internal/alarm TestTimelines"}},
	{"Metric filter, alarm, topic, HTTP endpoint: confirmed by a GET, signed in both versions", []string{"internal/alarm TestStory", "test/client TestSDKObservability", "internal/notify/topic TestPublish"}},
	{"SetAlarmState and its history; a bad state and an unknown alarm in three protocols", []string{"internal/alarm TestSetAlarmState", "test/client TestBoto3"}},
	{"Composite rules with NOT and AT_LEAST, quoted ARNs, circles, deleted children", []string{"internal/alarm/rule TestRule_Holds", "internal/alarm TestPutCompositeAlarm", "internal/alarm TestPutCompositeAlarm_circle", "internal/alarm TestDeleteAlarms_children"}},
	{"PutMetricData: texts of errors, Values with Counts, several units, labels", []string{"internal/metric TestPutMetricData_refusals", "internal/metric TestGetMetricData", "internal/metric TestGetMetricData_units"}},
	{"GetMetricStatistics: 1,441 points, StartTime not before EndTime", []string{"internal/metric TestGetMetricStatistics_refusals"}},
	{"An alarm shows what was given and nothing else, so that Terraform's plan is empty", []string{"internal/alarm TestPutMetricAlarm"}},
	{"CIS patterns: accepted, each with a record that matches and one that does not", []string{"internal/logs/pattern TestPattern_Match_benchmarks", "internal/alarm/sets TestAll"}},
	{"DisableAlarmActions: states and events go on, messages do not", []string{"internal/alarm TestActions_disabled"}},
	{"Tags at creation, by TagResource, not by an update", []string{"internal/alarm TestTags", "internal/alarm TestPutMetricAlarm"}},
	{"A new alarm without data, notBreaching: OK with AWS's reason", []string{"internal/alarm TestEvaluator", "internal/alarm TestTimelines"}},
}

// TestPoints finds every test that testPoints name.
func TestPoints(t *testing.T) {
	t.Parallel()
	for _, p := range testPoints {
		for _, name := range p.tests {
			folder, function, _ := strings.Cut(name, " ")
			files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				found = found || strings.Contains(string(raw), "\nfunc "+function+"(t *testing.T)")
			}
			if !found {
				t.Errorf("%s: there is no %s", p.point, name)
			}
		}
	}
}

var treatments = []string{"missing", "ignore", "breaching", "notBreaching"}

// TestMissingData lets every row happen: values of five minutes are stored, the alarm is made and evaluated, from each state.
func TestMissingData(t *testing.T) {
	t.Parallel()
	for _, row := range missingData {
		for i, treat := range treatments {
			for _, old := range []string{"OK", "ALARM"} {
				t.Run(fmt.Sprintf("%d of %d, %s, %s, from %s", row.m, row.n, row.points, treat, old), func(t *testing.T) {
					t.Parallel()
					w := openClocked(t)
					for j, p := range strings.Fields(row.points) {
						at := noon.Add(time.Duration(j-5)*time.Minute + 7*time.Second)
						v := map[string]float64{"0": 0, "X": 9}[p]
						if p != "-" {
							w.must(w.at(func(c *op.Call) error { return metric.Add(c.Tx, account, region, "App", "m", nil, "Count", at, v) }))
						}
					}
					in := input("a")
					in.EvaluationPeriods, in.DatapointsToAlarm, in.TreatMissingData = new(int64(row.n)), new(int64(row.m)), &treat
					w.must(w.at(func(c *op.Call) error { return w.s.PutMetricAlarm(c, in) }))
					w.must(w.at(func(c *op.Call) error {
						return w.s.SetAlarmState(c, &cloudwatch.SetAlarmStateInput{AlarmName: "a", StateValue: old, StateReason: "before"})
					}))
					w.now = noon.Add(2 * time.Second)
					w.evaluate()
					want := map[string]string{"O": "OK", "A": "ALARM", "I": "INSUFFICIENT_DATA", "=": old}[strings.Fields(row.want)[i]]
					if a := w.alarm("a"); *a.StateValue != want || want == old && *a.StateReason != "before" {
						t.Errorf("%s (%s), want %s", *a.StateValue, *a.StateReason, want)
					}
				})
			}
		}
	}
}

// TestPage holds docs/compat/alarms.md to what the tables and the code say.
func TestPage(t *testing.T) {
	t.Parallel()
	const path = "../../docs/compat/alarms.md"
	want := page(stories(t))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("the page is stale (%v); run: go test ./internal/alarm -run TestPage -update", err)
	}
}

func page(all []story) string {
	var b strings.Builder
	computed, refused := expression.Functions()
	operators := expression.Operators()
	fmt.Fprintf(&b, `# Alarms and metric math

Written by %[1]sgo test ./internal/alarm -run TestPage -update%[1]s from the tables that the tests run; a test fails if it is stale.

## Missing data

%[2]d rows of AWS's tables, each under %[3]d treatments and from two states, run from stored values to the state of the alarm
(%[1]sTestMissingData%[1]s). O is OK, A ALARM, I INSUFFICIENT_DATA; = keeps the state.

| M of N | Points, newest right | missing | ignore | breaching | notBreaching |
|---|---|---|---|---|---|
`, "`", len(missingData), len(treatments))
	for _, r := range missingData {
		fmt.Fprintf(&b, "| %d of %d | %s | %s |\n", r.m, r.n, r.points, strings.Join(strings.Fields(r.want), " | "))
	}
	changes := 0
	for _, s := range all {
		for _, p := range s.steps {
			if p.change {
				changes++
			}
		}
	}
	fmt.Fprintf(&b, `
## Evaluation

%d stories of %s with %d changes of state, each with its time and reason to the letter (%s), on values that
are folded into buckets and on values that are not.

| Rule | Stories |
|---|---|
`, len(all), "`internal/alarm/testdata/evaluation.timeline`", changes, "`TestTimelines`")
	for _, r := range evaluationRules {
		var names []string
		for _, s := range all {
			if s.row == r.row {
				names = append(names, s.name)
			}
		}
		fmt.Fprintf(&b, "| %s | %s |\n", r.rule, strings.Join(names, "; "))
	}
	b.WriteString("\n## Test points\n\n| Point | Held by |\n|---|---|\n")
	for _, p := range testPoints {
		fmt.Fprintf(&b, "| %s | `%s` |\n", p.point, strings.Join(p.tests, "`, `"))
	}
	fmt.Fprintf(&b, `
## Metric math

%d functions and %d operators are computed; every one has a case in %s.

- Functions: %s
- Operators (besides the unary minus, AND and OR): %s
- Refused: %s

## Ready sets

`, len(computed), len(operators), "`internal/metric/expression`", strings.Join(computed, ", "), "`"+strings.Join(operators, "` `")+"`", strings.Join(refused, ", "))
	b.WriteString("`cogtrail alarms install SET --log-group GROUP --topic TOPIC`. Each pattern is tested with a record that it is about and with a neighbour's.\n\n| Set | Alarms | |\n|---|---|---|\n")
	for _, s := range sets.All() {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", s.Name, len(s.Alarms), s.About)
	}
	return b.String()
}
