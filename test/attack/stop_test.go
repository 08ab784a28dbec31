package attack

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// Whoever quiets the trail is recorded doing it, in the history and by the trail
// itself; and a metric filter counts it, which is what an alarm watches.
func TestAttack54_StoppedQuietly(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	own, err := srv.MakeTrail(t.Context(), "quiet")
	p.must(err)
	p.root("logs", "PutMetricFilter", map[string]any{
		"logGroupName": own.Group, "filterName": "quieted", "filterPattern": `{ ($.eventName = "StopLogging") || ($.eventName = "DeleteTrail") || ($.eventName = "PutEventSelectors") }`,
		"metricTransformations": []any{map[string]any{"metricName": "Quieted", "metricNamespace": "Attack", "metricValue": "1"}},
	})
	ids := map[string]string{}
	act := func(operation string, in map[string]any) {
		t.Helper()
		a, err := p.call(&srv.Root, "cloudtrail", operation, in)
		p.must(err)
		p.must(a.Err())
		p.n++
		ids[a.RequestID] = operation
	}
	act("PutEventSelectors", map[string]any{"TrailName": own.Name, "EventSelectors": []any{map[string]any{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}}})
	act("UpdateTrail", map[string]any{"Name": own.Name, "IncludeGlobalServiceEvents": true})
	act("StopLogging", map[string]any{"Name": own.Name})
	has := func(events []server.Event) bool {
		seen := 0
		for _, e := range events {
			if ids[e.RequestID] != "" {
				seen++
			}
		}
		return seen == len(ids)
	}
	eventually(t, "the trail's own log group holds what quieted it", func() bool {
		events, err := srv.GroupEvents(t.Context(), own.Group, p.began.Add(-time.Second))
		p.must(err)
		return has(events)
	})
	eventually(t, "the metric counts it", func() bool {
		out := p.root("monitoring", "GetMetricStatistics", map[string]any{
			"Namespace": "Attack", "MetricName": "Quieted", "Period": 60, "Statistics": []string{"Sum"},
			"StartTime": float64(p.began.Add(-2 * time.Minute).Unix()), "EndTime": float64(time.Now().Add(2 * time.Minute).Unix()),
		})
		sum := 0.0
		points, _ := out["Datapoints"].([]any)
		for _, x := range points {
			point, _ := x.(map[string]any)
			v, _ := point["Sum"].(float64)
			sum += v
		}
		return sum >= 2
	})
	act("DeleteTrail", map[string]any{"Name": own.Name})
	eventually(t, "Event history holds all of it", func() bool {
		events, err := srv.Events(t.Context(), p.began, "")
		p.must(err)
		return has(events)
	})
	_, c := p.user("")
	for operation, in := range map[string]map[string]any{"StopLogging": {"Name": trail.Name}, "DeleteTrail": {"Name": trail.Name},
		"PutEventSelectors": {"TrailName": trail.Name, "EventSelectors": []any{map[string]any{"ReadWriteType": "WriteOnly"}}}, "UpdateTrail": {"Name": trail.Name, "S3KeyPrefix": "x"}} {
		a, err := p.call(&c, "cloudtrail", operation, in)
		p.recorded(operation+" by a stranger", a, err, "AccessDeniedException")
	}
	p.settle()
	if p.root("cloudtrail", "GetTrailStatus", map[string]any{"Name": trail.Name})["IsLogging"] != true {
		t.Error("the trail does not log any more")
	}
}
