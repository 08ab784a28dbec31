package alarm

import (
	"errors"
	"time"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// row is one metric alarm.
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
}

// config is what PutMetricAlarm sets. Pointers are nil when not given, because
// DescribeAlarms echoes only what was.
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
}

var (
	alarms = store.Table[row]{Name: "alarm", Key: func(r *row) store.Key { return store.K(r.Account, r.Region, r.Name) }}
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
