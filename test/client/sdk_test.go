package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	idptypes "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// sdkConfig is all that a program of the SDK for Go needs: address and key.
func sdkConfig(s *harness.Server) aws.Config {
	return aws.Config{
		Region: s.Region, BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider(s.Key, s.Secret, ""), RetryMaxAttempts: 1,
	}
}

// want fails the test at once on an error.
func want[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// is wants an error of a modelled type with a message.
func is[E interface {
	error
	ErrorMessage() string
}](t *testing.T, err error, message string) {
	t.Helper()
	var e E
	switch {
	case !errors.As(err, &e):
		t.Errorf("got %v, want a %T", err, e)
	case e.ErrorMessage() != message:
		t.Errorf("message %q, want %q", e.ErrorMessage(), message)
	}
}

func TestSDKUserPoolAndHistory(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	ctx, cfg := t.Context(), sdkConfig(s)
	pools, trails := idp.NewFromConfig(cfg), cloudtrail.NewFromConfig(cfg)
	pool := want[*idp.CreateUserPoolOutput](t)(pools.CreateUserPool(ctx, &idp.CreateUserPoolInput{PoolName: aws.String("go"), AutoVerifiedAttributes: []idptypes.VerifiedAttributeType{idptypes.VerifiedAttributeTypeEmail}}))
	app := want[*idp.CreateUserPoolClientOutput](t)(pools.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: aws.String("app"), ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{idptypes.ExplicitAuthFlowsTypeAllowUserPasswordAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	}))
	const name, mail, password = "go.user", "go.user@example.org", "Piccolo-Orbit-61!"
	signed := want[*idp.SignUpOutput](t)(pools.SignUp(ctx, &idp.SignUpInput{
		ClientId: app.UserPoolClient.ClientId, Username: aws.String(name), Password: aws.String(password),
		UserAttributes: []idptypes.AttributeType{{Name: aws.String("email"), Value: aws.String(mail)}},
	}))
	_, err := pools.SignUp(ctx, &idp.SignUpInput{ClientId: app.UserPoolClient.ClientId, Username: aws.String(name), Password: aws.String(password)})
	is[*idptypes.UsernameExistsException](t, err, "User already exists")
	want[*idp.ConfirmSignUpOutput](t)(pools.ConfirmSignUp(ctx, &idp.ConfirmSignUpInput{ClientId: app.UserPoolClient.ClientId, Username: aws.String(name), ConfirmationCode: aws.String(s.Code(t, mail))}))
	auth := func(password string) (*idp.InitiateAuthOutput, error) {
		return pools.InitiateAuth(ctx, &idp.InitiateAuthInput{
			ClientId: app.UserPoolClient.ClientId, AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": name, "PASSWORD": password},
		})
	}
	_, err = auth("Wrong-Guess-1!")
	is[*idptypes.NotAuthorizedException](t, err, "Incorrect username or password.")
	in := want[*idp.InitiateAuthOutput](t)(auth(password))
	me := want[*idp.GetUserOutput](t)(pools.GetUser(ctx, &idp.GetUserInput{AccessToken: in.AuthenticationResult.AccessToken}))
	if *me.Username != name {
		t.Errorf("GetUser: %s", *me.Username)
	}
	users := idp.NewListUsersPaginator(pools, &idp.ListUsersInput{UserPoolId: pool.UserPool.Id})
	for users.HasMorePages() {
		page := want[*idp.ListUsersOutput](t)(users.NextPage(ctx))
		if len(page.Users) != 1 {
			t.Errorf("%d users", len(page.Users))
		}
	}
	var event trailtypes.Event
	harness.Eventually(t, "the failed sign-in is in the history", func() bool {
		out := want[*cloudtrail.LookupEventsOutput](t)(trails.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyEventName, AttributeValue: aws.String("InitiateAuth")}},
		}))
		for _, e := range out.Events {
			if strings.Contains(*e.CloudTrailEvent, `"errorCode":"NotAuthorizedException"`) {
				event = e
			}
		}
		return event.EventId != nil
	})
	if !strings.Contains(*event.CloudTrailEvent, `"additionalEventData":{"sub":"`+*signed.UserSub+`"}`) {
		t.Errorf("no sub in %s", *event.CloudTrailEvent)
	}
	_, err = trails.GetTrail(ctx, &cloudtrail.GetTrailInput{Name: aws.String("ghost")})
	is[*trailtypes.TrailNotFoundException](t, err, "Unknown trail: ghost for the user: 123456789012")
}

func TestSDKObservability(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	ctx, cfg := t.Context(), sdkConfig(s)
	logs, watch, topics := cloudwatchlogs.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg), sns.NewFromConfig(cfg)
	group, stream := aws.String("go/app"), aws.String("one")
	want[*cloudwatchlogs.CreateLogGroupOutput](t)(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}))
	_, err := logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group})
	is[*logstypes.ResourceAlreadyExistsException](t, err, "The specified log group already exists")
	want[*cloudwatchlogs.CreateLogStreamOutput](t)(logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: stream}))
	want[*cloudwatchlogs.PutMetricFilterOutput](t)(logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: group, FilterName: aws.String("errors"), FilterPattern: aws.String("ERROR"),
		MetricTransformations: []logstypes.MetricTransformation{{MetricName: aws.String("Errors"), MetricNamespace: aws.String("Go"), MetricValue: aws.String("1")}},
	}))
	now := time.Now()
	want[*cloudwatchlogs.PutLogEventsOutput](t)(logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: group, LogStreamName: stream, LogEvents: []logstypes.InputLogEvent{{Message: aws.String("ERROR one"), Timestamp: aws.Int64(now.UnixMilli())}},
	}))
	harness.Eventually(t, "the filter counts the line", func() bool {
		out := want[*cloudwatch.GetMetricStatisticsOutput](t)(watch.GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
			Namespace: aws.String("Go"), MetricName: aws.String("Errors"), Period: aws.Int32(60), Statistics: []cwtypes.Statistic{cwtypes.StatisticSum},
			StartTime: aws.Time(now.Add(-time.Hour)), EndTime: aws.Time(now.Add(time.Hour)),
		}))
		return len(out.Datapoints) == 1 && *out.Datapoints[0].Sum == 1
	})
	topic := want[*sns.CreateTopicOutput](t)(topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("go")}))
	want[*cloudwatch.PutMetricAlarmOutput](t)(watch.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("errors"), Namespace: aws.String("Go"), MetricName: aws.String("Errors"), Statistic: cwtypes.StatisticSum, Period: aws.Int32(60),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(100), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanThreshold, AlarmActions: []string{*topic.TopicArn},
	}))
	alarms := want[*cloudwatch.DescribeAlarmsOutput](t)(watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"errors"}}))
	if len(alarms.MetricAlarms) != 1 || alarms.MetricAlarms[0].AlarmActions[0] != *topic.TopicArn {
		t.Errorf("alarms: %+v", alarms.MetricAlarms)
	}
	_, err = watch.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("ghost"), StateValue: cwtypes.StateValueOk, StateReason: aws.String("x")})
	var none *cwtypes.ResourceNotFound
	if !errors.As(err, &none) {
		t.Errorf("SetAlarmState: %v", err)
	}
	want[*sns.PublishOutput](t)(topics.Publish(ctx, &sns.PublishInput{TopicArn: topic.TopicArn, Message: aws.String("hello")}))
	_, err = topics.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(*topic.TopicArn + "x"), Message: aws.String("hello")})
	is[*snstypes.NotFoundException](t, err, "Topic does not exist")
	who := want[*sts.GetCallerIdentityOutput](t)(sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
	if *who.Arn != "arn:aws:iam::123456789012:root" {
		t.Errorf("caller %s", *who.Arn)
	}
}

// TestSDKObjects drives S3 in both ways of addressing a bucket.
func TestSDKObjects(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	address := strings.TrimPrefix(s.URL, "http://")
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	// Names below localhost reach loopback in browsers; here the dialer sees to it.
	local := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}}}
	t.Cleanup(local.CloseIdleConnections)
	for name, set := range map[string]func(*s3.Options){
		"path style": func(o *s3.Options) { o.UsePathStyle = true },
		"virtual host": func(o *s3.Options) {
			o.BaseEndpoint, o.HTTPClient = aws.String("http://s3."+s.Region+".localhost:"+port), local
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, store := t.Context(), s3.NewFromConfig(sdkConfig(s), set)
			bucket, key := aws.String("go-"+strings.ReplaceAll(name, " ", "-")), aws.String("dir/ä key+&=?.bin")
			want[*s3.CreateBucketOutput](t)(store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: bucket}))
			body := random(300_000)
			// A body that cannot be rewound is sent in signed or checksummed chunks.
			put := want[*s3.PutObjectOutput](t)(store.PutObject(ctx, &s3.PutObjectInput{
				Bucket: bucket, Key: key, Body: bytes.NewReader(body), ChecksumAlgorithm: s3types.ChecksumAlgorithmSha256, Metadata: map[string]string{"colour": "blue"},
			}))
			got := want[*s3.GetObjectOutput](t)(store.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key, ChecksumMode: s3types.ChecksumModeEnabled}))
			back, err := io.ReadAll(got.Body)
			if err != nil || !bytes.Equal(back, body) || *got.ETag != *put.ETag || got.Metadata["colour"] != "blue" {
				t.Errorf("%d bytes, ETag %s, metadata %v, %v", len(back), *got.ETag, got.Metadata, err)
			}
			_, err = store.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: aws.String("none")})
			is[*s3types.NoSuchKey](t, err, "The specified key does not exist.")
			signed, err := s3.NewPresignClient(store).PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: aws.String("by-url")})
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL, strings.NewReader("by url"))
			if err != nil {
				t.Fatal("presigned URL does not parse")
			}
			resp, err := local.Do(req)
			if err != nil {
				t.Fatal("presigned PUT failed")
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("presigned PUT: status %d", resp.StatusCode)
			}
			var keys []string
			pages := s3.NewListObjectsV2Paginator(store, &s3.ListObjectsV2Input{Bucket: bucket, MaxKeys: aws.Int32(1)})
			for pages.HasMorePages() {
				for _, o := range want[*s3.ListObjectsV2Output](t)(pages.NextPage(ctx)).Contents {
					keys = append(keys, *o.Key)
					want[*s3.DeleteObjectOutput](t)(store.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: o.Key}))
				}
			}
			if len(keys) != 2 || keys[0] != "by-url" || keys[1] != *key {
				t.Errorf("keys %q", keys)
			}
			want[*s3.DeleteBucketOutput](t)(store.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: bucket}))
		})
	}
}
