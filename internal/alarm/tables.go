package alarm

import (
	"errors"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// row is one alarm, metric or composite.
type row struct {
	Account, Region, Name string
	Updated               time.Time // configuration
	// Generation tells the due rows of this configuration from older ones.
	Generation string
	Config     config

	State        evaluate.State
	Reason       string
	ReasonData   string            `json:",omitempty"`
	StateUpdated time.Time         // state or its reason
	Transitioned time.Time         // state
	Tags         map[string]string `json:",omitempty"`
	// Held are actions that the suppressor holds back, Muted those that a mute rule does.
	Held  *held  `json:",omitempty"`
	Muted *muted `json:",omitempty"`

	// previous is the state before the transition that is under way.
	previous *stateDetail
}

// config is what PutMetricAlarm or PutCompositeAlarm sets. Pointers are nil when
// not given, because DescribeAlarms echoes only what was.
type config struct {
	Description       *string `json:",omitempty"`
	ActionsEnabled    bool
	OKActions         []string `json:",omitempty"`
	AlarmActions      []string `json:",omitempty"`
	NoDataActions     []string `json:",omitempty"`
	Namespace         string
	MetricName        string
	Dimensions        []series.Dimension `json:",omitempty"` // as given
	Statistic         *string            `json:",omitempty"`
	ExtendedStatistic *string            `json:",omitempty"`
	Period            int64              // s
	Unit              *string            `json:",omitempty"`
	EvaluationPeriods int64
	DatapointsToAlarm *int64 `json:",omitempty"`
	Threshold         float64
	Comparison        string
	TreatMissing      *string `json:",omitempty"`
	LowSamples        *string `json:",omitempty"`
	// Metrics replace the metric and its statistic.
	Metrics []cloudwatch.MetricDataQuery `json:",omitempty"`
	// Composite replaces all of the metric's.
	Composite *composite `json:",omitempty"`
}

// composite is what a composite alarm has instead of a metric.
type composite struct {
	Rule     string
	Children []string // names, each once
	// Suppressor as given, and its name.
	Suppressor     *string `json:",omitempty"`
	SuppressorName string  `json:",omitempty"`
	Wait           int64   `json:",omitempty"` // s
	Extension      int64   `json:",omitempty"` // s
}

// dueRow asks for one evaluation.
type dueRow struct {
	At                    int64 // ms since 1970
	Account, Region, Name string
	Generation            string
}

// item is one entry of the history.
type item struct {
	Account, Region, Name string
	ID                    string
	At                    int64 // ns since 1970
	Type                  string
	Summary               string
	Data                  string
	Composite             bool `json:",omitempty"` // the alarm is one
}

var (
	alarms = store.Table[row]{
		Name: "alarm",
		Key:  func(r *row) store.Key { return store.K(r.Account, r.Region, r.Name) },
		Indexes: []store.Index[row]{
			// The composites that look at an alarm, for their rule or their suppressor.
			{Name: "watched", Of: func(r *row) (out []store.Key) {
				for _, name := range r.watched() {
					out = append(out, store.K(r.Account, r.Region, name))
				}
				return out
			}},
		},
	}
	// Due rows are found before any account is known.
	dues = store.Table[dueRow]{Name: "alarm.due", Key: func(r *dueRow) store.Key {
		return store.K(r.At, r.Account, r.Region, r.Name, r.Generation)
	}}
	history = store.Table[item]{
		Name: "alarm.history",
		Key:  func(i *item) store.Key { return store.K(i.Account, i.Region, i.ID) },
		Indexes: []store.Index[item]{
			{Name: "time", Of: func(i *item) []store.Key { return []store.Key{store.K(i.Account, i.Region, i.At)} }},
			{Name: "alarm", Of: func(i *item) []store.Key { return []store.Key{store.K(i.Account, i.Region, i.Name, i.At)} }},
			{Name: "age", Of: func(i *item) []store.Key { return []store.Key{store.K(i.At)} }},
		},
	}
)

func (r *row) arn() string { return arn.Alarm(r.Region, r.Account, r.Name) }

// rule is the alarm as package evaluate sees it.
func (r *row) rule() evaluate.Alarm {
	c := &r.Config
	a := evaluate.Alarm{
		Period: time.Duration(c.Period) * time.Second, EvaluationPeriods: int(c.EvaluationPeriods), Threshold: c.Threshold,
		Comparison: evaluate.Comparison(c.Comparison), Missing: evaluate.TreatmentFor(c.Namespace, evaluate.Missing(text(c.TreatMissing))),
		Statistic: c.statistic(), Unit: text(c.Unit), IgnoreLowSamples: text(c.LowSamples) == "ignore",
	}
	if c.DatapointsToAlarm != nil {
		a.DatapointsToAlarm = int(*c.DatapointsToAlarm)
	}
	return a
}

// watched are the alarms that a composite looks at, each once.
func (r *row) watched() []string {
	c := r.Config.Composite
	if c == nil {
		return nil
	}
	if c.SuppressorName == "" || slices.Contains(c.Children, c.SuppressorName) {
		return c.Children
	}
	return append(slices.Clone(c.Children), c.SuppressorName)
}

// kind is the type of the alarm, as AWS spells it.
func (r *row) kind() string {
	if r.Config.Composite != nil {
		return compositeAlarm
	}
	return metricAlarm
}

// The types of alarms.
const (
	metricAlarm    = "MetricAlarm"
	compositeAlarm = "CompositeAlarm"
)

func (c *config) statistic() string {
	if c.ExtendedStatistic != nil {
		return *c.ExtendedStatistic
	}
	return text(c.Statistic)
}

// actions of the state that an alarm has entered.
func (c *config) actions(s evaluate.State) []string {
	switch s {
	case evaluate.OK:
		return c.OKActions
	case evaluate.InAlarm:
		return c.AlarmActions
	default:
		return c.NoDataActions
	}
}

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
