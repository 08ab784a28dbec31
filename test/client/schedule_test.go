package client

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestScheduledQuery has the result of a scheduled query in a bucket, put there by a role, as soon as its time has come.
func TestScheduledQuery(t *testing.T) {
	t.Parallel()
	srv := harness.Start(t, binary, "COGTRAIL_DEV=true")
	ctx, config := t.Context(), sdkConfig(srv)
	logs, roles := cloudwatchlogs.NewFromConfig(config), iam.NewFromConfig(config)
	buckets := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	want[*cloudwatchlogs.CreateLogGroupOutput](t)(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("app")}))
	want[*cloudwatchlogs.CreateLogStreamOutput](t)(logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("app"), LogStreamName: aws.String("s")}))
	want[*cloudwatchlogs.PutLogEventsOutput](t)(logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: aws.String("app"), LogStreamName: aws.String("s"),
		LogEvents: []logstypes.InputLogEvent{{Message: aws.String("one"), Timestamp: aws.Int64(time.Now().UnixMilli())}, {Message: aws.String("two"), Timestamp: aws.Int64(time.Now().UnixMilli())}},
	}))
	role := func(name, policy string) *string {
		r := want[*iam.CreateRoleOutput](t)(roles.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)}))
		want[*iam.PutRolePolicyOutput](t)(roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p"), PolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + policy + `}]}`)}))
		return r.Role.Arn
	}
	asks, writes := role("asks", `"Action":"logs:StartQuery","Resource":"*"`), role("writes", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::results/daily/*"`)
	in := &cloudwatchlogs.CreateScheduledQueryInput{
		Name: aws.String("count"), QueryLanguage: logstypes.QueryLanguageCwli, QueryString: aws.String("stats count(*) as n"), LogGroupIdentifiers: []string{"app"},
		ScheduleExpression: aws.String("rate(10 minutes)"), StartTimeOffset: aws.Int64(3600), ExecutionRoleArn: asks, DestinationConfiguration: &logstypes.DestinationConfiguration{
			S3Configuration: &logstypes.S3Configuration{DestinationIdentifier: aws.String("s3://results/daily"), RoleArn: writes},
		},
	}
	_, err := logs.CreateScheduledQuery(ctx, in)
	is[*logstypes.ValidationException](t, err, "The bucket results does not exist.")
	want[*s3.CreateBucketOutput](t)(buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("results")}))
	in.DestinationConfiguration.S3Configuration.RoleArn = asks
	_, err = logs.CreateScheduledQuery(ctx, in)
	is[*logstypes.ValidationException](t, err, "The role "+*asks+" may not put objects into the bucket results.")
	in.DestinationConfiguration.S3Configuration.RoleArn = writes
	made := want[*cloudwatchlogs.CreateScheduledQueryOutput](t)(logs.CreateScheduledQuery(ctx, in))

	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/_cogtrail/clock", strings.NewReader(`{"advance":"11m"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()

	var d logstypes.ScheduledQueryDestination
	harness.Eventually(t, "the result is delivered", func() bool {
		out := want[*cloudwatchlogs.GetScheduledQueryHistoryOutput](t)(logs.GetScheduledQueryHistory(ctx, &cloudwatchlogs.GetScheduledQueryHistoryInput{
			Identifier: made.ScheduledQueryArn, StartTime: aws.Int64(0), EndTime: aws.Int64(time.Now().Add(time.Hour).Unix()),
		}))
		if len(out.TriggerHistory) == 0 {
			return false
		}
		d = out.TriggerHistory[0].Destinations[0]
		return d.Status != logstypes.ActionStatusInProgress
	})
	key, ok := strings.CutPrefix(aws.ToString(d.ProcessedIdentifier), "s3://results/")
	if d.Status != logstypes.ActionStatusComplete || !ok || !strings.HasPrefix(key, "daily/") {
		t.Fatalf("%s %s %s", d.Status, aws.ToString(d.ProcessedIdentifier), aws.ToString(d.ErrorMessage))
	}
	o := want[*s3.GetObjectOutput](t)(buckets.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("results"), Key: &key}))
	defer o.Body.Close()
	raw, err := io.ReadAll(o.Body)
	var got struct {
		ScheduledQueryArn string
		Results           [][]struct{ Field, Value string }
	}
	if err != nil || json.Unmarshal(raw, &got) != nil || got.ScheduledQueryArn != *made.ScheduledQueryArn || len(got.Results) != 1 || got.Results[0][0].Value != "2" {
		t.Errorf("%s, %v", raw, err)
	}
}
