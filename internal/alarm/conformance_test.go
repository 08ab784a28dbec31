package alarm_test

import (
	"flag"
	"fmt"
	"os"
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
	want := page()
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

func page() string {
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
