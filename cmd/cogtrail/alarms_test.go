package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// TestAlarmsCommand installs sets on a running server, twice, and removes them.
func TestAlarmsCommand(t *testing.T) {
	t.Parallel()
	r := serve(t, configure(t, func(c *Config) { c.Dev = true }))
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &r.base, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	_, err := cloudwatchlogs.NewFromConfig(cfg).CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("trail")})
	if err != nil {
		t.Fatal(err)
	}
	sh := shell{TB: t, vars: map[string]string{"AWS_ENDPOINT_URL": r.base, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}}
	// lines counts those that begin with a word.
	lines := func(out, word string) (n int) {
		for l := range strings.Lines(out) {
			if strings.HasPrefix(l, word) {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		args       string
		code       int
		word       string
		n          int
		out, fault string // parts
	}{
		{"install cis", exitUsage, "", 0, "", "--log-group is missing"},
		{"install --log-group trail", exitUsage, "", 0, "", "name a set: cis, cognito, cloudtrail"},
		{"install --log-group trail soc2", exitUsage, "", 0, "", `there is no set "soc2"; there are cis, cognito, cloudtrail`},
		{"dance", exitUsage, "", 0, "", `want list, install or remove, not "dance"`},
		{"install cis --log-group none", exitFault, "", 0, "", "The specified log group does not exist."},
		{"install cis cognito --log-group trail --topic alerts --dry-run", exitOK, "made", 29, "would make topic alerts", ""},
		{"list cis", exitOK, "  CIS-", 15, "not installed", ""},
		{"install cis --log-group trail cognito --topic alerts", exitOK, "made", 29, "", ""},
		{"install cis cognito --log-group trail --topic alerts", exitOK, "there", 29, "", ""},
		{"install cis cognito --log-group trail --topic alerts --dry-run", exitOK, "there", 29, "", ""},
		{"install cis --log-group trail", exitOK, "renewed", 15, "tell nobody", ""},
		{"list", exitOK, "  C", 30, "not installed", ""},
		{"install cloudtrail --log-group trail --topic arn:aws:sns:us-east-1:123456789012:other", exitOK, "made", 3, "Console sign-in failures", ""},
		{"remove cis --log-group trail --dry-run", exitOK, "removed", 15, "not really", ""},
		{"remove cis --log-group trail", exitOK, "removed", 15, "", ""},
		{"remove cis --log-group trail", exitOK, "not there", 15, "", ""},
	} {
		code, out, errs := sh.run(append([]string{"alarms"}, strings.Fields(step.args)...)...)
		if code != step.code || lines(out, step.word) != step.n && step.word != "" || !strings.Contains(out, step.out) || !strings.Contains(errs, step.fault) {
			t.Errorf("%s: exit %d\n%s%s", step.args, code, out, errs)
		}
	}
	left, err := cloudwatch.NewFromConfig(cfg).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil || len(left.MetricAlarms) != 17 {
		t.Errorf("%d alarms are left, %v", len(left.MetricAlarms), err)
	}
	for _, a := range left.MetricAlarms {
		if len(a.AlarmActions) != 1 || !strings.HasPrefix(a.AlarmActions[0], "arn:aws:sns:us-east-1:123456789012:") {
			t.Errorf("%s: actions %q", *a.AlarmName, a.AlarmActions)
		}
	}
	if code, _, errs := (shell{TB: t}).run("alarms", "list"); code != exitUsage || !strings.Contains(errs, "AWS_ENDPOINT_URL") {
		t.Errorf("without an environment: exit %d, %s", code, errs)
	}
	if r.do(http.MethodGet, "/_cogtrail/health", "", nil).status != http.StatusOK {
		t.Error("the server is not well")
	}
}
