package client

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestQueryCommand asks log groups and buckets of a server with cogtrail query, as its users do: all it knows of the server is
// in the environment.
func TestQueryCommand(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	ctx, cfg := t.Context(), sdkConfig(s)
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	bucket := aws.String("trail-files")
	must(store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}))
	record := func(n int) string {
		return fmt.Sprintf(`{"eventTime":"2026-03-01T00:00:0%dZ","eventID":"%d","eventName":"E%d"}`, n, n, n%2)
	}
	for key, body := range map[string][]byte{
		"AWSLogs/1/CloudTrail/a.json.gz":        gzipped(t, []byte(`{"Records":[`+record(1)+`,`+record(2)+`]}`)),
		"AWSLogs/1/CloudTrail/b.json":           []byte(`{"Records":[` + record(3) + `]}`),
		"AWSLogs/1/CloudTrail-Digest/d.json.gz": gzipped(t, []byte(`{"digestStartTime":"a"}`)),
		"digests/CloudTrail-Digest/d.json.gz":   gzipped(t, []byte(`{"digestStartTime":"a"}`)),
		"damaged/c.json":                        []byte(`{"Records":[` + record(4) + `,{"ev`),
	} {
		must(store.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: &key, Body: bytes.NewReader(body)}))
	}
	client := cloudwatchlogs.NewFromConfig(cfg)
	group, stream := aws.String("app/web"), aws.String("s")
	must(client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}))
	must(client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: stream}))
	var events []types.InputLogEvent
	now := time.Now().UnixMilli()
	for n := range 3 {
		events = append(events, types.InputLogEvent{Timestamp: aws.Int64(now - 3000 + int64(n)), Message: aws.String(record(n))})
	}
	must(client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: stream, LogEvents: events}))

	const byName = "stats count(*) as n by eventName | sort eventName asc"
	arn := "arn:aws:logs:" + s.Region + ":" + s.Account + ":log-group:app/web"
	env := s.ClientEnv(t.TempDir())
	nobody := append(env[:len(env):len(env)], "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE")
	for name, c := range map[string]struct {
		args          []string
		env           []string
		code          int
		stdout, error string
	}{
		"bucket": {[]string{"--output", "csv", byName, "s3://trail-files/AWSLogs/"}, env, 0, "eventName,n\nE0,1\nE1,2\n", ""},
		"one object and another folder": {[]string{"--output", "json", "sort eventID asc | display eventID", "s3://trail-files/AWSLogs/1/CloudTrail/b.json", "s3://trail-files/AWSLogs/1/CloudTrail/a"},
			env, 0, "{\"eventID\":\"1\"}\n{\"eventID\":\"2\"}\n{\"eventID\":\"3\"}\n", ""},
		"a damaged object": {[]string{"--output", "csv", "display eventID", "s3://trail-files/damaged/"}, env, 1, "eventID\n4\n", "not read to its end: s3://trail-files/damaged/c.json"},
		"an empty prefix":  {[]string{byName, "s3://trail-files/none/"}, env, 1, "", "there is no log file below s3://trail-files/none/"},
		"only digests":     {[]string{byName, "s3://trail-files/digests/"}, env, 1, "", "there is no log file below s3://trail-files/digests/"},
		"no bucket":        {[]string{byName, "s3://no-such-bucket/"}, env, 1, "", "NoSuchBucket"},
		"no bucket named":  {[]string{byName, "s3://"}, env, 1, "", "want s3://bucket/prefix"},
		"not let in":       {[]string{byName, "s3://trail-files/AWSLogs/"}, nobody, 1, "", "InvalidAccessKeyId"},

		"log group":            {[]string{"--log-group", "app/web", "--start", "-1h", "--output", "csv", byName}, env, 0, "eventName,n\nE0,2\nE1,1\n", ""},
		"log group by ARN":     {[]string{"--log-group=" + arn, "--output", "csv", "sort eventID desc | limit 1 | display eventID"}, env, 0, "eventID\n2\n", ""},
		"limit":                {[]string{"--log-group", "app/web", "--limit", "1", "--output", "csv", "sort eventID asc | display eventID"}, env, 0, "eventID\n0\n", ""},
		"before anything":      {[]string{"--log-group", "app/web", "--start", "-3h", "--end", "-2h", "display eventID"}, env, 2, "", "end date and time is either before the log groups creation time"},
		"chart":                {[]string{"--log-group", "app/web", "--chart", byName}, env, 0, "n\nE0  " + strings.Repeat("█", 73) + " 2\nE1  " + strings.Repeat("█", 36) + "▌ 1\n", ""},
		"no log group":         {[]string{"--log-group", "none", byName}, env, 1, "", "Log group 'none' does not exist"},
		"a path and a group":   {[]string{"--log-group", "app/web", byName, "s3://trail-files/"}, env, 2, "", "do not go with --log-group"},
		"malformed":            {[]string{"--log-group", "app/web", "filter eventName ="}, env, 2, "", "mismatched input"},
		"group: not let in":    {[]string{"--log-group", "app/web", byName}, nobody, 1, "", "UnrecognizedClientException"},
		"a table of a server":  {[]string{"--log-group", "app/web", "lookup none ip as sourceIPAddress OUTPUT who"}, env, 2, "", "Lookup table none does not exist"},
		"nobody at the server": {[]string{"--log-group", "app/web", byName}, append(env[:len(env):len(env)], "AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_MAX_ATTEMPTS=1"), 1, "", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := harness.Run(t, t.TempDir(), c.env, harness.Patience, binary.Path, append([]string{"query"}, c.args...)...)
			if r.Code != c.code || r.Stdout != c.stdout || !strings.Contains(r.Stderr, c.error) || strings.Count(r.Stderr, "\n") > 3 {
				t.Errorf("exit code %d\n%q\n%s", r.Code, r.Stdout, r.Stderr)
			}
		})
	}
}
