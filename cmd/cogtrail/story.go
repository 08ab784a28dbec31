package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
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
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

// story is the demo's cast: one SDK client per service, and what happened so far.
type story struct {
	t       *teller
	s       *server
	cfg     aws.Config
	trail   *cloudtrail.Client
	watch   *cloudwatch.Client
	logs    *cloudwatchlogs.Client
	idp     *idp.Client
	iam     *iam.Client
	s3      *s3.Client
	sns     *sns.Client
	account string

	trailARN, pool, client string
	alarms                 chan string // texts of notifications
}

// Names of the demo's resources.
const (
	demoBucket = "demo-audit"
	demoGroup  = "cloudtrail/demo"
	demoTrail  = "demo"
	demoAlarm  = "failed-sign-ins"
	demoEmail  = "ana@example.com"
)

// newStory makes the SDK clients: an endpoint URL and credentials, nothing else.
func newStory(_ context.Context, s *server, t *teller) *story {
	cfg := aws.Config{
		Region: s.config.Region, BaseEndpoint: aws.String(s.config.PublicURL),
		Credentials: credentials.NewStaticCredentialsProvider(s.root.ID, s.root.Secret, ""),
	}
	return &story{
		t: t, s: s, cfg: cfg, account: s.config.Account, alarms: make(chan string, 16),
		trail: cloudtrail.NewFromConfig(cfg), watch: cloudwatch.NewFromConfig(cfg), logs: cloudwatchlogs.NewFromConfig(cfg),
		idp: idp.NewFromConfig(cfg), iam: iam.NewFromConfig(cfg), sns: sns.NewFromConfig(cfg),
		s3: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
	}
}

// tell runs all chapters.
func (y *story) tell(ctx context.Context) error {
	for _, chapter := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"An audit trail: bucket, log group, trail with signed digests", y.makeTrail},
		{"A detection: failed sign-ins, counted from the records, raise an alarm", y.makeAlarm},
		{"A user pool, and a user who signs up", y.signUp},
		{"She signs in with SRP: her password never leaves her device", y.signIn},
		{"Somebody guesses passwords", y.guess},
		{"What was recorded: Event history", y.showHistory},
		{"The same records, asked with Logs Insights", y.showInsights},
		{"The alarm", y.showAlarm},
		{"The file in the bucket, and its proof", y.showFiles},
	} {
		y.t.step(chapter.title)
		if err := chapter.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", strings.ToLower(chapter.title), err)
		}
	}
	y.t.step("Done")
	y.t.say("Every call above, allowed or refused, left its record before it was answered.")
	return nil
}

func (y *story) makeTrail(ctx context.Context) error {
	if _, err := y.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(demoBucket)}); err != nil {
		return err
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
{"Sid":"AclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::%[1]s"},
{"Sid":"Write","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::%[1]s/AWSLogs/%[2]s/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}}]}`, demoBucket, y.account)
	if _, err := y.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String(demoBucket), Policy: &policy}); err != nil {
		return err
	}
	if _, err := y.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(demoGroup)}); err != nil {
		return err
	}
	role, err := y.iam.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 aws.String("CloudTrail_CloudWatchLogs_Role"),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	if err != nil {
		return err
	}
	if _, err := y.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: role.Role.RoleName, PolicyName: aws.String("deliver"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`),
	}); err != nil {
		return err
	}
	group := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s:*", y.cfg.Region, y.account, demoGroup)
	trail, err := y.trail.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String(demoTrail), S3BucketName: aws.String(demoBucket), EnableLogFileValidation: aws.Bool(true),
		CloudWatchLogsLogGroupArn: &group, CloudWatchLogsRoleArn: role.Role.Arn,
	})
	if err != nil {
		return err
	}
	y.trailARN = *trail.TrailARN
	if _, err := y.trail.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String(demoTrail)}); err != nil {
		return err
	}
	y.t.say("trail %s writes to s3://%s and to the log group %s", y.trailARN, demoBucket, demoGroup)
	return nil
}

func (y *story) makeAlarm(ctx context.Context) error {
	pattern := `{ ($.eventSource = "cognito-idp.amazonaws.com") && ($.errorCode = "NotAuthorizedException") }`
	if _, err := y.logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: aws.String(demoGroup), FilterName: aws.String(demoAlarm), FilterPattern: &pattern,
		MetricTransformations: []logstypes.MetricTransformation{{MetricName: aws.String("FailedSignIns"), MetricNamespace: aws.String("Demo"), MetricValue: aws.String("1")}},
	}); err != nil {
		return err
	}
	topic, err := y.sns.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("security")})
	if err != nil {
		return err
	}
	url, err := y.receive(ctx)
	if err != nil {
		return err
	}
	if _, err := y.sns.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("http"), Endpoint: &url}); err != nil {
		return err
	}
	if _, err := y.watch.PutMetricAlarm(ctx, &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(demoAlarm), Namespace: aws.String("Demo"), MetricName: aws.String("FailedSignIns"), Statistic: cwtypes.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(5), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold,
		TreatMissingData: aws.String("notBreaching"), AlarmActions: []string{*topic.TopicArn},
	}); err != nil {
		return err
	}
	y.t.say("metric filter  %s", pattern)
	y.t.say("alarm          5 or more within a minute, to topic security, to %s", url)
	return nil
}

// receive is the other end of the topic's HTTP subscription: it confirms the
// subscription as any receiver does, and keeps what arrives.
func (y *story) receive(ctx context.Context) (string, error) {
	l, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct{ Type, TopicArn, Token, Subject, Message string }
		if json.NewDecoder(http.MaxBytesReader(w, r.Body, 256<<10)).Decode(&m) != nil {
			http.Error(w, "not JSON", http.StatusBadRequest)
			return
		}
		switch m.Type {
		case "SubscriptionConfirmation":
			// After answering: the topic counts this delivery first.
			go func() {
				_, _ = y.sns.ConfirmSubscription(context.WithoutCancel(ctx), &sns.ConfirmSubscriptionInput{TopicArn: &m.TopicArn, Token: &m.Token})
			}()
		case "Notification":
			select {
			case y.alarms <- m.Subject:
			default: // nobody waits any more
			}
		}
	})}
	go func() { _ = srv.Serve(l) }() // ends with the process
	return "http://" + l.Addr().String() + "/", nil
}

var codePattern = regexp.MustCompile(`\b\d{6}\b`)

func (y *story) signUp(ctx context.Context) error {
	pool, err := y.idp.CreateUserPool(ctx, &idp.CreateUserPoolInput{
		PoolName: aws.String("customers"), AutoVerifiedAttributes: []idptypes.VerifiedAttributeType{idptypes.VerifiedAttributeTypeEmail},
	})
	if err != nil {
		return err
	}
	y.pool = *pool.UserPool.Id
	client, err := y.idp.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: &y.pool, ClientName: aws.String("web"),
		ExplicitAuthFlows: []idptypes.ExplicitAuthFlowsType{
			idptypes.ExplicitAuthFlowsTypeAllowUserSrpAuth, idptypes.ExplicitAuthFlowsTypeAllowUserPasswordAuth, idptypes.ExplicitAuthFlowsTypeAllowRefreshTokenAuth,
		},
	})
	if err != nil {
		return err
	}
	y.client = *client.UserPoolClient.ClientId
	signed, err := y.idp.SignUp(ctx, &idp.SignUpInput{
		ClientId: &y.client, Username: aws.String("ana"), Password: aws.String(demoPassword),
		UserAttributes: []idptypes.AttributeType{{Name: aws.String("email"), Value: aws.String(demoEmail)}},
	})
	if err != nil {
		return err
	}
	y.t.say("pool %s, client %s", y.pool, y.client)
	y.t.say("ana signs up as %s; a code goes to %s", *signed.UserSub, *signed.CodeDeliveryDetails.Destination)
	code, err := y.code(ctx)
	if err != nil {
		return err
	}
	if _, err := y.idp.ConfirmSignUp(ctx, &idp.ConfirmSignUpInput{ClientId: &y.client, Username: aws.String("ana"), ConfirmationCode: &code}); err != nil {
		return err
	}
	y.t.say("the mailbox at /_cogtrail/messages holds the code %s; confirmed", code)
	return nil
}

// demoPassword is ana's.
const demoPassword = "Correct-Horse-42"

// code reads the newest code from the embedded mailbox.
func (y *story) code(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, y.s.config.PublicURL+"/_cogtrail/messages?max=1", nil)
	if err != nil {
		return "", err
	}
	req.SetBasicAuth(y.s.root.ID, y.s.root.Secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var box struct{ Messages []struct{ Body string } }
	if err := json.NewDecoder(resp.Body).Decode(&box); err != nil {
		return "", fmt.Errorf("read mailbox: %w", err)
	}
	if len(box.Messages) == 0 {
		return "", errors.New("the mailbox is empty")
	}
	code := codePattern.FindString(box.Messages[0].Body)
	if code == "" {
		return "", errors.New("the message holds no code")
	}
	return code, nil
}

func (y *story) signIn(ctx context.Context) error {
	c := srp.New().NewClient()
	first, err := y.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{
		ClientId: &y.client, AuthFlow: idptypes.AuthFlowTypeUserSrpAuth, AuthParameters: map[string]string{"USERNAME": "ana", "SRP_A": c.A()},
	})
	if err != nil {
		return err
	}
	answer, err := answerSRP(c, y.pool, demoPassword, first.ChallengeParameters)
	if err != nil {
		return err
	}
	second, err := y.idp.RespondToAuthChallenge(ctx, &idp.RespondToAuthChallengeInput{
		ClientId: &y.client, ChallengeName: first.ChallengeName, ChallengeResponses: answer, Session: first.Session,
	})
	if err != nil {
		return err
	}
	token := *second.AuthenticationResult.AccessToken
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		return err
	}
	var shown struct {
		Issuer string `json:"iss"`
		Sub    string `json:"sub"`
	}
	if err := json.Unmarshal(claims, &shown); err != nil {
		return err
	}
	user, err := y.idp.GetUser(ctx, &idp.GetUserInput{AccessToken: &token})
	if err != nil {
		return err
	}
	y.t.say("challenge %s answered; RS256 tokens from %s", first.ChallengeName, shown.Issuer)
	y.t.say("GetUser with the access token: %s, sub %s", *user.Username, shown.Sub)
	return nil
}

func (y *story) guess(ctx context.Context) error {
	refused := map[string]int{}
	for i := range 8 {
		_, err := y.idp.InitiateAuth(ctx, &idp.InitiateAuthInput{
			ClientId: &y.client, AuthFlow: idptypes.AuthFlowTypeUserPasswordAuth,
			AuthParameters: map[string]string{"USERNAME": "ana", "PASSWORD": fmt.Sprintf("Wrong-Guess-%d", i)},
		}, func(o *idp.Options) { o.RetryMaxAttempts = 1 })
		var no *idptypes.NotAuthorizedException
		if !errors.As(err, &no) {
			return fmt.Errorf("guess %d was not refused: %w", i, err)
		}
		refused[*no.Message]++
	}
	for _, m := range slices.Sorted(maps.Keys(refused)) {
		y.t.say("%d × NotAuthorizedException: %s", refused[m], m)
	}
	return nil
}

func (y *story) showHistory(ctx context.Context) error {
	var events []trailtypes.Event
	err := eventually(ctx, func() (bool, error) {
		out, err := y.trail.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
			LookupAttributes: []trailtypes.LookupAttribute{{AttributeKey: trailtypes.LookupAttributeKeyEventSource, AttributeValue: aws.String("cognito-idp.amazonaws.com")}},
		})
		if err != nil {
			return false, err
		}
		events = out.Events
		return len(events) >= 15, nil
	})
	if err != nil {
		return err
	}
	rows := [][]string{{"eventTime", "eventName", "who", "errorCode", "sub"}}
	slices.Reverse(events)
	for _, e := range events {
		var r struct {
			UserIdentity        struct{ Type string }
			ErrorCode           string
			AdditionalEventData struct{ Sub string }
		}
		if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &r); err != nil {
			return err
		}
		rows = append(rows, []string{e.EventTime.UTC().Format(time.TimeOnly), *e.EventName, r.UserIdentity.Type, r.ErrorCode, r.AdditionalEventData.Sub})
	}
	y.t.table(rows)
	y.t.say("one record in full:")
	y.t.say("%s", *events[len(events)-1].CloudTrailEvent)
	return nil
}

func (y *story) showInsights(ctx context.Context) error {
	for _, q := range []string{
		`filter eventSource = "cognito-idp.amazonaws.com" | stats count(*) by sourceIPAddress, eventName`,
		`filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
		`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 3 | filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException"`,
	} {
		rows, err := y.insights(ctx, q)
		if err != nil {
			return err
		}
		y.t.say("%s", q)
		y.t.table(rows)
		y.t.say("")
	}
	return nil
}

// insights runs a query until it has rows.
func (y *story) insights(ctx context.Context, text string) ([][]string, error) {
	var rows [][]string
	err := eventually(ctx, func() (bool, error) {
		now := time.Now()
		started, err := y.logs.StartQuery(ctx, &cloudwatchlogs.StartQueryInput{
			LogGroupName: aws.String(demoGroup), QueryString: &text, StartTime: aws.Int64(now.Add(-time.Hour).Unix()), EndTime: aws.Int64(now.Add(time.Minute).Unix()),
		})
		if err != nil {
			return false, err
		}
		var out *cloudwatchlogs.GetQueryResultsOutput
		err = eventually(ctx, func() (bool, error) {
			out, err = y.logs.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
			if err != nil {
				return false, err
			}
			if out.Status == logstypes.QueryStatusFailed {
				return false, errors.New("query failed")
			}
			return out.Status == logstypes.QueryStatusComplete, nil
		})
		if err != nil {
			return false, err
		}
		rows = tableOf(out.Results)
		return len(rows) > 1, nil
	})
	return rows, err
}

func tableOf(results [][]logstypes.ResultField) [][]string {
	var head []string
	for _, r := range results {
		for _, f := range r {
			if *f.Field != "@ptr" && !slices.Contains(head, *f.Field) {
				head = append(head, *f.Field)
			}
		}
	}
	rows := [][]string{head}
	for _, r := range results {
		row := make([]string, len(head))
		for _, f := range r {
			if i := slices.Index(head, *f.Field); i >= 0 {
				row[i] = aws.ToString(f.Value)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (y *story) showAlarm(ctx context.Context) error {
	var alarm cwtypes.MetricAlarm
	err := eventually(ctx, func() (bool, error) {
		out, err := y.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{demoAlarm}})
		if err != nil {
			return false, err
		}
		if len(out.MetricAlarms) != 1 {
			return false, errors.New("the alarm is gone")
		}
		alarm = out.MetricAlarms[0]
		return alarm.StateValue == cwtypes.StateValueAlarm, nil
	})
	if err != nil {
		return err
	}
	y.t.say("state %s: %s", alarm.StateValue, *alarm.StateReason)
	select {
	case subject := <-y.alarms:
		y.t.say("received by the subscriber: %s", subject)
		return nil
	case <-time.After(patience):
		return errors.New("no notification came")
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (y *story) showFiles(ctx context.Context) error {
	if _, err := y.trail.StopLogging(ctx, &cloudtrail.StopLoggingInput{Name: aws.String(demoTrail)}); err != nil {
		return err
	}
	src := &bucketSource{y: y}
	err := eventually(ctx, func() (bool, error) {
		keys, err := src.Digests(ctx)
		return len(keys) > 0, err
	})
	if err != nil {
		return err
	}
	return y.prove(ctx, src)
}

// patience bounds every wait of the demo.
const patience = 25 * time.Second

// eventually asks again until ok, an error, or patience runs out.
func eventually(ctx context.Context, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waited too long: %w", ctx.Err())
		case <-tick.C:
		}
	}
}
