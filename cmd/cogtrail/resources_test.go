package main

import (
	"slices"
	"strings"
	"testing"

	apiiam "github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const testAccount = "111122223333"

// members are an operation's input.
type members map[string]any

func list(texts ...string) []any {
	var out []any
	for _, t := range texts {
		out = append(out, t)
	}
	return out
}

// inRegion is the text of a call's ARN.
func inRegion(service, resource string) string {
	return "arn:aws:" + service + ":us-east-1:" + testAccount + ":" + resource
}

// naming is IAM with the user Alice and the role Admin, both of /ops/.
func naming(t testing.TB) (resources, *mem.DB) {
	t.Helper()
	db := mem.New()
	s := &iam.Service{Vault: secret.NewVault(secret.GenerateMasterKey())}
	err := db.Update(t.Context(), func(tx store.Tx) error {
		c := &op.Call{Context: t.Context(), Caller: principal.RootOf(testAccount, ""), Account: testAccount, Tx: tx, Record: &audit.Builder{}}
		if _, err := s.CreateUser(c, &apiiam.CreateUserInput{UserName: "Alice", Path: new("/ops/")}); err != nil {
			return err
		}
		const trust = `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`
		_, err := s.CreateRole(c, &apiiam.CreateRoleInput{RoleName: "Admin", Path: new("/ops/"), AssumeRolePolicyDocument: trust})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return resources{s}, db
}

// of asks for the names of one call.
func of(t testing.TB, r resources, db *mem.DB, region, service, operation string, in members) ([]string, error) {
	t.Helper()
	all, err := services()
	if err != nil {
		t.Fatal(err)
	}
	o, ok := all[service].Operation(operation)
	if !ok {
		t.Fatalf("%s has no operation %s", service, operation)
	}
	input := schema.NewStruct(o.Input)
	for name, value := range in {
		if _, ok := o.Input.Member(name); !ok {
			t.Fatalf("%s has no member %s", operation, name)
		}
		input.Set(name, value)
	}
	var names []string
	err = db.View(t.Context(), func(tx store.Tx) (err error) {
		c := &op.Call{Context: t.Context(), Caller: principal.RootOf(testAccount, ""), Account: testAccount, Region: region, Tx: tx}
		names, err = r.Of(c, all[service], o, input)
		return err
	})
	return names, err
}

func TestResources_Of(t *testing.T) {
	t.Parallel()
	r, db := naming(t)
	group := inRegion("logs", "log-group:/app/web")
	for name, tc := range map[string]struct {
		call string // service operation
		in   members
		want string
	}{
		"user with its path":        {"iam GetUser", members{"UserName": "alice"}, "arn:aws:iam::111122223333:user/ops/Alice"},
		"user to be made":           {"iam CreateUser", members{"UserName": "bob", "Path": "/dev/"}, "arn:aws:iam::111122223333:user/dev/bob"},
		"role with its path":        {"iam PutRolePolicy", members{"RoleName": "ADMIN", "PolicyName": "p"}, "arn:aws:iam::111122223333:role/ops/Admin"},
		"roles of a path":           {"iam ListRoles", members{"PathPrefix": "/dev/"}, "arn:aws:iam::111122223333:role/dev/"},
		"root himself is no user":   {"iam GetUser", nil, ""},
		"trail by name":             {"cloudtrail StopLogging", members{"Name": "main"}, inRegion("cloudtrail", "trail/main")},
		"trail by ARN":              {"cloudtrail DeleteTrail", members{"Name": inRegion("cloudtrail", "trail/main")}, inRegion("cloudtrail", "trail/main")},
		"trail to be made":          {"cloudtrail CreateTrail", members{"Name": "new", "S3BucketName": "b"}, inRegion("cloudtrail", "trail/new")},
		"trail of selectors":        {"cloudtrail PutEventSelectors", members{"TrailName": "main"}, inRegion("cloudtrail", "trail/main")},
		"trail elsewhere":           {"cloudtrail GetTrail", members{"Name": "arn:aws:cloudtrail:eu-west-1:999988887777:trail/main"}, "arn:aws:cloudtrail:eu-west-1:999988887777:trail/main"},
		"trail in a false China":    {"cloudtrail StopLogging", members{"Name": "arn:aws-cn:cloudtrail:us-east-1:111122223333:trail/main"}, inRegion("cloudtrail", "trail/main")},
		"trail with tags":           {"cloudtrail AddTags", members{"ResourceId": inRegion("cloudtrail", "trail/main")}, inRegion("cloudtrail", "trail/main")},
		"trails with tags":          {"cloudtrail ListTags", members{"ResourceIdList": list(inRegion("cloudtrail", "trail/a"), "b")}, inRegion("cloudtrail", "trail/a") + " " + inRegion("cloudtrail", "trail/b")},
		"events are of no trail":    {"cloudtrail LookupEvents", nil, ""},
		"all trails":                {"cloudtrail ListTrails", nil, ""},
		"trails by name":            {"cloudtrail DescribeTrails", members{"trailNameList": list("main")}, ""},
		"keys are of no trail":      {"cloudtrail ListPublicKeys", nil, ""},
		"alarm":                     {"cloudwatch PutMetricAlarm", members{"AlarmName": "high"}, inRegion("cloudwatch", "alarm:high")},
		"alarm that looks like ARN": {"cloudwatch PutMetricAlarm", members{"AlarmName": "arn:aws:s3:::x"}, inRegion("cloudwatch", "alarm:arn:aws:s3:::x")},
		"stream by its group's ARN": {"logs GetLogEvents", members{"logGroupIdentifier": group, "logStreamName": "i-1"}, group + ":log-stream:i-1"},
		"alarm with blanks":         {"cloudwatch SetAlarmState", members{"AlarmName": "too many: 5xx"}, inRegion("cloudwatch", "alarm:too many: 5xx")},
		"alarms":                    {"cloudwatch DeleteAlarms", members{"AlarmNames": list("a", "b")}, inRegion("cloudwatch", "alarm:a") + " " + inRegion("cloudwatch", "alarm:b")},
		"alarms switched on":        {"cloudwatch EnableAlarmActions", members{"AlarmNames": list("a")}, inRegion("cloudwatch", "alarm:a")},
		"alarm's history":           {"cloudwatch DescribeAlarmHistory", members{"AlarmName": "a"}, inRegion("cloudwatch", "alarm:a")},
		"all alarms' history":       {"cloudwatch DescribeAlarmHistory", nil, ""},
		"alarm with tags":           {"cloudwatch TagResource", members{"ResourceARN": inRegion("cloudwatch", "alarm:a")}, inRegion("cloudwatch", "alarm:a")},
		"description of alarms":     {"cloudwatch DescribeAlarms", members{"AlarmNames": list("a")}, inRegion("cloudwatch", "alarm:*")},
		"metrics are of no alarm":   {"cloudwatch PutMetricData", members{"Namespace": "n"}, ""},
		"log group":                 {"logs PutRetentionPolicy", members{"logGroupName": "/app/web"}, group},
		"log group to be made":      {"logs CreateLogGroup", members{"logGroupName": "/app/web"}, group},
		"log stream":                {"logs PutLogEvents", members{"logGroupName": "/app/web", "logStreamName": "i-1"}, group + ":log-stream:i-1"},
		"log group by identifier":   {"logs FilterLogEvents", members{"logGroupIdentifier": "/app/web"}, group},
		"log group by ARN":          {"logs FilterLogEvents", members{"logGroupIdentifier": group}, group},
		"log group by ARN with :*":  {"logs DescribeLogStreams", members{"logGroupIdentifier": group + ":*"}, group},
		"log group in false China":  {"logs FilterLogEvents", members{"logGroupIdentifier": strings.Replace(group, "aws", "aws-cn", 1)}, group},
		"query of one":              {"logs StartQuery", members{"logGroupName": "/app/web"}, group},
		"query of several":          {"logs StartQuery", members{"logGroupNames": list("/app/web", "b")}, group + " " + inRegion("logs", "log-group:b")},
		"query of identifiers":      {"logs StartQuery", members{"logGroupIdentifiers": list(group+":*", "b")}, group + " " + inRegion("logs", "log-group:b")},
		"log groups by identifier":  {"logs DescribeLogGroups", members{"logGroupIdentifiers": list("/app/web")}, group},
		"log groups by prefix":      {"logs DescribeLogGroups", members{"logGroupNamePrefix": "/app"}, ""},
		"log group with tags":       {"logs TagResource", members{"resourceArn": group}, group},
		"query's answer":            {"logs GetQueryResults", members{"queryId": "q"}, ""},
		"topic":                     {"sns Publish", members{"TopicArn": inRegion("sns", "news")}, inRegion("sns", "news")},
		"topic as a target":         {"sns Publish", members{"TargetArn": inRegion("sns", "news")}, inRegion("sns", "news")},
		"topic with tags":           {"sns ListTagsForResource", members{"ResourceArn": inRegion("sns", "news")}, inRegion("sns", "news")},
		"topic of a subscription":   {"sns Unsubscribe", members{"SubscriptionArn": inRegion("sns", "news:1b2c")}, inRegion("sns", "news")},
		"subscription of no topic":  {"sns Unsubscribe", members{"SubscriptionArn": "pending confirmation"}, "pending confirmation"},
		"all topics":                {"sns ListTopics", nil, ""},
		"user pools have templates": {"cognito-idp DescribeUserPool", members{"UserPoolId": "us-east-1_abc"}, ""},
		"buckets have templates":    {"s3 ListObjectsV2", members{"Bucket": "b"}, ""},
		"empty name":                {"cloudtrail GetTrail", members{"Name": ""}, ""},
		"empty names":               {"cloudwatch DeleteAlarms", members{"AlarmNames": list("", "a")}, inRegion("cloudwatch", "alarm:a")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service, operation, _ := strings.Cut(tc.call, " ")
			got, err := of(t, r, db, "us-east-1", service, operation, tc.in)
			if joined := strings.Join(got, " "); err != nil || joined != tc.want {
				t.Errorf("%q, %v, want %q", joined, err, tc.want)
			}
		})
	}
}

// ARNs are in the partition of the call's Region.
func TestResources_Of_partition(t *testing.T) {
	t.Parallel()
	r, db := naming(t)
	for name, want := range map[string]string{
		"main": "arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main",
		"arn:aws:cloudtrail:cn-north-1:111122223333:trail/main": "arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/main",
	} {
		got, err := of(t, r, db, "cn-north-1", "cloudtrail", "GetTrail", members{"Name": name})
		if err != nil || !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, %v, want %s", name, got, err, want)
		}
	}
}

// A call without input is about nothing.
func TestResources_Of_noInput(t *testing.T) {
	t.Parallel()
	if got, err := (resources{}).Of(&op.Call{}, &schema.Service{Name: "iam"}, &schema.Operation{Name: "GetAccountSummary"}, nil); got != nil || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// Whatever names a trail, an alarm or a log group in a served operation reaches
// authorisation: a denial of all of them must meet every such call.
func TestResources_Of_everyMember(t *testing.T) {
	t.Parallel()
	r, db := naming(t)
	all, err := services()
	if err != nil {
		t.Fatal(err)
	}
	naming := map[string][]string{
		"cloudtrail": {"Name", "TrailName", "ResourceId", "ResourceIdList"},
		"cloudwatch": {"AlarmName", "AlarmNames", "ResourceARN"},
		"logs":       {"logGroupName", "logGroupNames", "logGroupIdentifier", "logGroupIdentifiers", "resourceArn"},
		"iam":        {"UserName", "RoleName"},
	}
	n := 0
	for service, names := range naming {
		for _, o := range all[service].Operations {
			if o.Area == "" || o.Input == nil {
				continue
			}
			for _, m := range o.Input.Members {
				if !slices.Contains(names, m.Name) {
					continue
				}
				var value any = "x"
				if m.Shape.Kind == schema.List {
					value = list("x")
				}
				got, err := of(t, r, db, "us-east-1", service, o.Name, members{m.Name: value})
				if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "arn:aws:") {
					t.Errorf("%s by %s is about %q, %v", o.Name, m.Name, got, err)
				}
				n++
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d members were looked at", n)
	}
}
