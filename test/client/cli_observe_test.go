package client

import (
	"fmt"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

func TestCLIObservability(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	c := newCLI(t, s)
	now := time.Now()

	c.ok("logs", "create-log-group", "--log-group-name", "cli/app")
	c.refused("An error occurred (ResourceAlreadyExistsException) when calling the CreateLogGroup operation: The specified log group already exists",
		"logs", "create-log-group", "--log-group-name", "cli/app")
	c.ok("logs", "create-log-stream", "--log-group-name", "cli/app", "--log-stream-name", "one")
	c.ok("logs", "put-metric-filter", "--log-group-name", "cli/app", "--filter-name", "slow", "--filter-pattern", "[name, ms > 100]",
		"--metric-transformations", "metricName=Slow,metricNamespace=CLI,metricValue=1")
	c.ok("logs", "put-log-events", "--log-group-name", "cli/app", "--log-stream-name", "one", "--log-events",
		fmt.Sprintf("timestamp=%d,message=login 250", now.UnixMilli()), fmt.Sprintf("timestamp=%d,message=login 20", now.UnixMilli()))
	harness.Eventually(t, "both lines can be read", func() bool {
		return c.get("length(events)", "logs", "get-log-events", "--log-group-name", "cli/app", "--log-stream-name", "one") == "2"
	})
	if got := c.get("events[].message", "logs", "filter-log-events", "--log-group-name", "cli/app", "--filter-pattern", "[name, ms > 100]"); got != "login 250" {
		t.Errorf("filter-log-events: %q", got)
	}
	query := c.get("queryId", "logs", "start-query", "--log-group-name", "cli/app", "--query-string", "parse @message '* *' as name, ms | stats sum(ms) as total by name",
		"--start-time", fmt.Sprint(now.Add(-time.Hour).Unix()), "--end-time", fmt.Sprint(now.Add(time.Hour).Unix()))
	harness.Eventually(t, "the query ends", func() bool {
		return c.get("status", "logs", "get-query-results", "--query-id", query) == "Complete"
	})
	if got := c.get("results[0][?field=='total'].value", "logs", "get-query-results", "--query-id", query); got != "270" {
		t.Errorf("total %q", got)
	}

	minute := now.Truncate(time.Minute).UTC().Format(time.RFC3339)
	c.ok("cloudwatch", "put-metric-data", "--namespace", "CLI", "--metric-name", "Hand", "--value", "7", "--timestamp", minute)
	for metric, want := range map[string]string{"Hand": "7.0", "Slow": "1.0"} {
		harness.Eventually(t, metric+" has a value", func() bool {
			return c.get("Datapoints[0].Sum", "cloudwatch", "get-metric-statistics", "--namespace", "CLI", "--metric-name", metric, "--statistics", "Sum", "--period", "60",
				"--start-time", now.Add(-time.Hour).UTC().Format(time.RFC3339), "--end-time", now.Add(time.Hour).UTC().Format(time.RFC3339)) == want
		})
	}
	topic := c.get("TopicArn", "sns", "create-topic", "--name", "cli")
	c.ok("sns", "subscribe", "--topic-arn", topic, "--protocol", "email", "--notification-endpoint", "cli.reader@example.org")
	c.ok("cloudwatch", "put-metric-alarm", "--alarm-name", "hand", "--namespace", "CLI", "--metric-name", "Hand", "--statistic", "Sum", "--period", "60",
		"--evaluation-periods", "1", "--threshold", "100", "--comparison-operator", "GreaterThanThreshold", "--alarm-actions", topic)
	c.ok("cloudwatch", "set-alarm-state", "--alarm-name", "hand", "--state-value", "ALARM", "--state-reason", "a test")
	if got := c.get("MetricAlarms[0].AlarmActions[0]", "cloudwatch", "describe-alarms", "--alarm-names", "hand"); got != topic {
		t.Errorf("alarm action %q", got)
	}
	c.ok("cloudwatch", "put-composite-alarm", "--alarm-name", "any", "--alarm-rule", "ALARM(hand)")
	c.refused("An error occurred (ValidationError) when calling the PutCompositeAlarm operation: Invalid AlarmRule: expected a condition at position 1.",
		"cloudwatch", "put-composite-alarm", "--alarm-name", "any", "--alarm-rule", "perhaps")
	harness.Eventually(t, "the composite alarm follows", func() bool {
		return c.get("CompositeAlarms[0].StateValue", "cloudwatch", "describe-alarms", "--alarm-types", "CompositeAlarm") != "INSUFFICIENT_DATA"
	})
	if got := c.get("MetricAlarms[0].AlarmName", "cloudwatch", "describe-alarms-for-metric", "--namespace", "CLI", "--metric-name", "Hand"); got != "hand" {
		t.Errorf("alarm of the metric %q", got)
	}
	math := `[{"Id":"e","Expression":"m * 2"},{"Id":"m","ReturnData":false,"MetricStat":{"Metric":{"Namespace":"CLI","MetricName":"Hand"},"Period":60,"Stat":"Sum"}}]`
	if got := c.get("MetricDataResults[0].Values[0]", "cloudwatch", "get-metric-data", "--metric-data-queries", math,
		"--start-time", now.Add(-time.Hour).UTC().Format(time.RFC3339), "--end-time", now.Add(time.Hour).UTC().Format(time.RFC3339)); got != "14.0" {
		t.Errorf("metric math %q", got)
	}
	c.ok("events", "put-rule", "--name", "cli", "--event-pattern", `{"source":["aws.cloudwatch"]}`)
	c.ok("events", "put-targets", "--rule", "cli", "--targets", "Id=t,Arn="+topic)
	c.ok("events", "remove-targets", "--rule", "cli", "--ids", "t")
	c.ok("events", "delete-rule", "--name", "cli")
	c.refused("An error occurred (ResourceNotFoundException) when calling the DescribeRule operation: Rule cli does not exist on EventBus default.", "events", "describe-rule", "--name", "cli")
	c.ok("cloudwatch", "delete-alarms", "--alarm-names", "any")
	c.refused("An error occurred (NotFound) when calling the Publish operation: Topic does not exist", "sns", "publish", "--topic-arn", topic+"x", "--message", "hello")
	c.ok("sns", "delete-topic", "--topic-arn", topic)
	c.ok("cloudwatch", "delete-alarms", "--alarm-names", "hand")
	c.ok("logs", "delete-log-group", "--log-group-name", "cli/app")
	c.refused("An error occurred (ResourceNotFoundException) when calling the DescribeLogStreams operation: The specified log group does not exist.",
		"logs", "describe-log-streams", "--log-group-name", "cli/app")
}
