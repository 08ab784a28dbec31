package metric

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/metric/expression"
	"github.com/cogtrail/cogtrail/internal/metric/series"
)

var queryID = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]{0,254}$`)

// wanted is one checked query: a statistic of a metric, or an expression over other queries.
type wanted struct {
	*cloudwatch.MetricDataQuery
	stat   series.Statistic
	period time.Duration // of an expression: its own, or the longest of what it names
	math   *expression.Expression
	kind   expression.Kind
}

func (q *wanted) returned() bool { return q.ReturnData == nil || *q.ReturnData }

// queries are the checked queries of one request, which may name each other.
type queries struct {
	list []wanted
	byID map[string]int
}

// checkQueries checks queries of an account: form, Ids, and types of expressions. path is their list's name in errors.
func checkQueries(account, path string, in []cloudwatch.MetricDataQuery) (*queries, error) {
	qs := &queries{byID: make(map[string]int, len(in))}
	for i := range in {
		q := &in[i]
		at := path + ".member." + strconv.Itoa(i+1)
		if !queryID.MatchString(q.Id) {
			return nil, validation("The value %s for parameter %s.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.", q.Id, at) // (inferred)
		}
		if _, twice := qs.byID[q.Id]; twice {
			return nil, validation("The values for parameter id in %s are not unique.", path)
		}
		qs.byID[q.Id] = i
		if q.Expression != nil && q.MetricStat != nil {
			return nil, combination("The parameters %s.Expression and %s.MetricStat are mutually exclusive and you have specified both.", at, at) // (inferred)
		}
		if q.AccountId != nil && *q.AccountId != account {
			return nil, validation("Metrics of other accounts are not supported by this server.")
		}
		var w wanted
		var err error
		if q.Expression != nil {
			w, err = checkExpression(q, at)
		} else {
			w, err = checkStat(q, at)
		}
		if err != nil {
			return nil, err
		}
		qs.list = append(qs.list, w)
	}
	if err := qs.types(); err != nil {
		return nil, err
	}
	return qs, nil
}

func checkStat(q *cloudwatch.MetricDataQuery, path string) (wanted, error) {
	m := q.MetricStat
	if m == nil || m.Metric == nil {
		return wanted{}, missing("The parameter %s.MetricStat is required.", path) // (inferred)
	}
	if text(m.Metric.Namespace) == "" || text(m.Metric.MetricName) == "" {
		return wanted{}, missing("The parameters %s.MetricStat.Metric.Namespace and %s.MetricStat.Metric.MetricName are required.", path, path) // (inferred)
	}
	length, ok := period(m.Period)
	if !ok {
		return wanted{}, value("The parameter %s.MetricStat.Period must be 1, 5, 10, 20, 30, or a multiple of 60.", path) // (inferred)
	}
	st, err := series.ParseStatistic(m.Stat)
	if err != nil {
		return wanted{}, value("The value %s for parameter %s.MetricStat.Stat is not supported.", m.Stat, path) // (inferred)
	}
	return wanted{MetricDataQuery: q, stat: st, period: length, kind: expression.Series}, nil
}

func checkExpression(q *cloudwatch.MetricDataQuery, path string) (wanted, error) {
	w := wanted{MetricDataQuery: q}
	if q.Period != nil {
		var ok bool
		if w.period, ok = period(*q.Period); !ok {
			return w, value("The parameter %s.Period must be 1, 5, 10, 20, 30, or a multiple of 60.", path) // (inferred)
		}
	}
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(*q.Expression)), "SELECT ") {
		return w, validation("Metrics Insights queries are not supported by this server.")
	}
	x, err := expression.Parse(*q.Expression)
	if err != nil {
		return w, inExpression(q.Id, err)
	}
	w.math = x
	return w, nil
}

// inExpression is AWS's frame around what is wrong with an expression; the reasons are this server's own (inferred).
func inExpression(id string, err error) error {
	return validation("Error in expression '%s': %s", id, err)
}

// types gives every expression its kind and period, and refuses circles.
func (qs *queries) types() error {
	const waiting, working, done = 0, 1, 2
	state := make([]int, len(qs.list))
	var visit func(i int) error
	visit = func(i int) error {
		q := &qs.list[i]
		if q.math == nil || state[i] == done {
			return nil
		}
		if state[i] == working {
			return validation("Error in expression '%s': the expression refers to itself", q.Id)
		}
		state[i] = working
		longest := time.Duration(0)
		for _, id := range q.math.IDs() {
			if j, ok := qs.byID[id]; ok {
				if err := visit(j); err != nil {
					return err
				}
				longest = max(longest, qs.list[j].period)
			}
		}
		if q.math.Calls("METRICS") {
			for j := range qs.list {
				if qs.list[j].math == nil {
					longest = max(longest, qs.list[j].period)
				}
			}
		}
		if q.period == 0 {
			if q.period = longest; longest == 0 {
				q.period = time.Minute * 5 // SEARCH names its own; TIME_SERIES(1) has no other (inferred)
			}
		}
		k, err := q.math.Type(func(id string) (expression.Kind, bool) {
			j, ok := qs.byID[id]
			if !ok {
				return 0, false
			}
			return qs.list[j].kind, true
		})
		if err != nil {
			return inExpression(q.Id, err)
		}
		if k == expression.Text || k == expression.Scalar && q.returned() {
			return inExpression(q.Id, errNoSeries)
		}
		q.kind, state[i] = k, done
		return nil
	}
	for i := range qs.list {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}
