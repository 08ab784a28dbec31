package alarm

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/alarm/evaluate"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Event is what happened to an alarm, as EventBridge tells it.
type Event struct {
	Type   string // "CloudWatch Alarm State Change"
	ARN    string // of the alarm
	Detail json.RawMessage
}

// Events takes events in the transaction of what they tell.
type Events interface {
	Emit(tx store.Tx, now time.Time, account, region string, e Event) error
}

// stateDetail is a state in events and calls of functions.
type stateDetail struct {
	Value     evaluate.State `json:"value"`
	Reason    string         `json:"reason"`
	Data      string         `json:"reasonData,omitempty"`
	Timestamp string         `json:"timestamp"`
	By        string         `json:"actionsSuppressedBy,omitempty"`
	ByReason  string         `json:"actionsSuppressedReason,omitempty"`
}

func (r *row) stateDetail() *stateDetail {
	d := &stateDetail{Value: r.State, Reason: r.Reason, Data: r.ReasonData, Timestamp: date(r.StateUpdated)}
	if r.Held != nil {
		d.By, d.ByReason = r.Held.By, r.Held.reason()
	}
	return d
}

// metricDetail is what an alarm measures, in events.
type metricDetail struct {
	ID         string      `json:"id"`
	Expression *string     `json:"expression,omitempty"`
	Label      *string     `json:"label,omitempty"`
	Stat       *statDetail `json:"metricStat,omitempty"`
	Returned   bool        `json:"returnData"`
}

type statDetail struct {
	Metric struct {
		Namespace  string            `json:"namespace"`
		Name       string            `json:"name"`
		Dimensions map[string]string `json:"dimensions"`
	} `json:"metric"`
	Period int64   `json:"period"`
	Stat   string  `json:"stat"`
	Unit   *string `json:"unit,omitempty"`
}

// metricDetails are the metrics of an alarm; the single metric has an id of its own making, the same each time.
func (r *row) metricDetails() []metricDetail {
	c := &r.Config
	if len(c.Metrics) == 0 {
		d := metricDetail{ID: derived(r.arn()), Stat: &statDetail{Period: c.Period, Stat: c.statistic(), Unit: c.Unit}, Returned: true}
		m := &d.Stat.Metric
		m.Namespace, m.Name, m.Dimensions = c.Namespace, c.MetricName, map[string]string{}
		for _, x := range c.Dimensions {
			m.Dimensions[x.Name] = x.Value
		}
		return []metricDetail{d}
	}
	out := make([]metricDetail, 0, len(c.Metrics))
	for _, q := range c.Metrics {
		d := metricDetail{ID: q.Id, Expression: q.Expression, Label: q.Label, Returned: q.ReturnData == nil || *q.ReturnData}
		if s := q.MetricStat; s != nil {
			d.Stat = &statDetail{Period: s.Period, Stat: s.Stat, Unit: s.Unit}
			m := &d.Stat.Metric
			m.Namespace, m.Name, m.Dimensions = text(s.Metric.Namespace), text(s.Metric.MetricName), map[string]string{}
			for _, x := range s.Metric.Dimensions {
				m.Dimensions[x.Name] = x.Value
			}
		}
		out = append(out, d)
	}
	return out
}

// configurationDetail is the configuration as state changes tell it.
type configurationDetail struct {
	Description *string        `json:"description,omitempty"`
	Metrics     []metricDetail `json:"metrics,omitempty"`
	AlarmRule   string         `json:"alarmRule,omitempty"`
	Suppressor  *string        `json:"actionsSuppressor,omitempty"`
	Wait        *int64         `json:"actionsSuppressorWaitPeriod,omitempty"`
	Extension   *int64         `json:"actionsSuppressorExtensionPeriod,omitempty"`
}

func (r *row) configurationDetail() configurationDetail {
	d := configurationDetail{Description: r.Config.Description}
	k := r.Config.Composite
	if k == nil {
		d.Metrics = r.metricDetails()
		return d
	}
	d.AlarmRule = k.Rule
	if k.Suppressor != nil {
		d.Suppressor, d.Wait, d.Extension = k.Suppressor, &k.Wait, &k.Extension
	}
	return d
}

type muteDetail struct {
	By    string `json:"mutedByArn"`
	Start string `json:"muteWindowStart"`
	End   string `json:"muteWindowEnd"`
}

// changeDetail is a change of state in events and calls of functions.
type changeDetail struct {
	AlarmName     string              `json:"alarmName"`
	State         *stateDetail        `json:"state"`
	Previous      *stateDetail        `json:"previousState"`
	Configuration configurationDetail `json:"configuration"`
	Mute          *muteDetail         `json:"muteDetail,omitempty"`
}

// tellState tells a transition from a state.
func (r *row) tellState(tx store.Tx, now time.Time, events Events, before *stateDetail) error {
	if events == nil {
		return nil
	}
	d := changeDetail{AlarmName: r.Name, State: r.stateDetail(), Previous: before, Configuration: r.configurationDetail()}
	if m := r.Muted; m != nil {
		by := muteRow{Account: r.Account, Region: r.Region, Name: m.By}
		d.Mute = &muteDetail{By: by.arn(), Start: date(m.Start), End: date(m.End)}
	}
	return r.tell(tx, now, events, "CloudWatch Alarm State Change", d)
}

func (r *row) tell(tx store.Tx, now time.Time, events Events, kind string, detail any) error {
	raw, err := plainJSON(detail)
	if err != nil {
		return fmt.Errorf("encode event of alarm: %w", err)
	}
	return events.Emit(tx, now, r.Account, r.Region, Event{Type: kind, ARN: r.arn(), Detail: json.RawMessage(raw)})
}

// wholeDetail is the configuration as its changes tell it.
type wholeDetail struct {
	EvaluationPeriods int64          `json:"evaluationPeriods,omitempty"`
	Threshold         json.Number    `json:"threshold,omitempty"`
	Comparison        string         `json:"comparisonOperator,omitempty"`
	TreatMissing      string         `json:"treatMissingData,omitempty"`
	Metrics           []metricDetail `json:"metrics,omitempty"`
	AlarmRule         string         `json:"alarmRule,omitempty"`
	AlarmName         string         `json:"alarmName"`
	Description       *string        `json:"description,omitempty"`
	ActionsEnabled    bool           `json:"actionsEnabled"`
	Timestamp         string         `json:"timestamp"`
	OKActions         []string       `json:"okActions"`
	AlarmActions      []string       `json:"alarmActions"`
	NoDataActions     []string       `json:"insufficientDataActions"`
}

func (r *row) wholeDetail() *wholeDetail {
	c := &r.Config
	d := &wholeDetail{
		AlarmName: r.Name, Description: c.Description, ActionsEnabled: c.ActionsEnabled, Timestamp: date(r.Updated), OKActions: list(c.OKActions),
		AlarmActions: list(c.AlarmActions), NoDataActions: list(c.NoDataActions),
	}
	if c.Composite != nil {
		d.AlarmRule = c.Composite.Rule
		return d
	}
	d.EvaluationPeriods, d.Threshold, d.Comparison = c.EvaluationPeriods, json.Number(evaluate.Number(c.Threshold)), c.Comparison
	d.TreatMissing, d.Metrics = text(c.TreatMissing), r.metricDetails()
	return d
}

// tellConfiguration tells a change of the configuration: Create, Update or Delete.
func (r *row) tellConfiguration(tx store.Tx, now time.Time, events Events, kind string, before *row) error {
	if events == nil {
		return nil
	}
	d := struct {
		AlarmName     string       `json:"alarmName"`
		Operation     string       `json:"operation"`
		State         *stateDetail `json:"state"`
		Configuration *wholeDetail `json:"configuration"`
		Previous      *wholeDetail `json:"previousConfiguration,omitempty"`
	}{AlarmName: r.Name, Operation: strings.ToLower(kind), State: r.stateDetail(), Configuration: r.wholeDetail()}
	if before != nil {
		d.Previous = before.wholeDetail()
	}
	return r.tell(tx, now, events, "CloudWatch Alarm Configuration Change", d)
}

// lambdaEvent is what a function is called with after a transition from a state.
func (r *row) lambdaEvent(now time.Time, old evaluate.State) (string, error) {
	previous := r.previous
	if previous == nil || previous.Value != old { // the transition was some time ago
		previous = &stateDetail{Value: old}
	}
	return plainJSON(struct {
		Source  string       `json:"source"`
		ARN     string       `json:"alarmArn"`
		Account string       `json:"accountId"`
		Time    string       `json:"time"`
		Region  string       `json:"region"`
		Data    changeDetail `json:"alarmData"`
	}{"aws.cloudwatch", r.arn(), r.Account, date(now), r.Region, changeDetail{
		AlarmName: r.Name, State: r.stateDetail(), Previous: previous, Configuration: r.configurationDetail(),
	}})
}

// service is the service of an ARN.
func service(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Service
}

// derived is an id in the form of a UUID that is always the same for a text.
func derived(text string) string { return uuid.NewSHA1(uuid.NameSpaceURL, []byte(text)).String() }
