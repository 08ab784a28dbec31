package trail_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail"
)

func plain(name string) *cloudtrail.CreateTrailInput {
	return &cloudtrail.CreateTrailInput{Name: name, S3BucketName: "audit"}
}

func TestCreateTrail_Defaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.want()
	a := call(w, w.s.CreateTrail, plain("main"))
	a.want(t, `{"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"LogFileValidationEnabled":false,"Name":"main","S3BucketName":"audit","TrailARN":"`+mainARN+`"}`)
	a.about(t, mainARN)
	w.want(base("main"))
	if want := []string{`bucket 111122223333 ` + mainARN + ` audit ""`}; !slices.Equal(w.checks.asked, want) {
		t.Errorf("targets checked: %q, want %q", w.checks.asked, want)
	}
	if want := []string{account + " " + east}; !slices.Equal(w.keys.made, want) {
		t.Errorf("signing keys made: %q, want %q", w.keys.made, want)
	}
	if n := w.generation(); n != 1 {
		t.Errorf("generation %d: delivery does not learn of the trail", n)
	}
}

func TestCreateTrail_Everything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := plain("main")
	in.S3KeyPrefix, in.SnsTopicName, in.KmsKeyId = new("/logs/x/"), new("news"), new("")
	in.IsMultiRegionTrail, in.EnableLogFileValidation, in.IncludeGlobalServiceEvents, in.IsOrganizationTrail = new(true), new(true), new(true), new(false)
	in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = new(group), new(role)
	in.TagsList = []cloudtrail.Tag{{Key: "team", Value: new("ops")}, {Key: "bare"}}
	a := call(w, w.s.CreateTrail, in)
	a.want(t, `{"CloudWatchLogsLogGroupArn":"`+group+`","CloudWatchLogsRoleArn":"`+role+`","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,`+
		`"LogFileValidationEnabled":true,"Name":"main","S3BucketName":"audit","S3KeyPrefix":"logs/x","SnsTopicARN":"`+topic+`","SnsTopicName":"`+topic+`","TrailARN":"`+mainARN+`"}`)
	a.about(t, mainARN)
	w.want(with(base("main"), func(r *trail.Row) {
		r.Prefix, r.Topic, r.MultiRegion, r.Validate, r.ValidateSince, r.LogGroup, r.LogRole, r.Tags = "logs/x", topic, true, true, start, group, role, in.TagsList
	}))
	want := []string{
		"bucket 111122223333 " + mainARN + ` audit "logs/x"`, "topic " + topic, "group 111122223333 us-east-1 " + group + " " + role,
	}
	if !slices.Equal(w.checks.asked, want) {
		t.Errorf("targets checked\n got %q\nwant %q", w.checks.asked, want)
	}
}

func TestCreateTrail_Refusals(t *testing.T) {
	t.Parallel()
	const chars = "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_)."
	const both = "You must specify a role ARN as well as a log group."
	named := func(name string) func(*cloudtrail.CreateTrailInput) {
		return func(in *cloudtrail.CreateTrailInput) { in.Name = name }
	}
	bucket := func(name string) func(*cloudtrail.CreateTrailInput) {
		return func(in *cloudtrail.CreateTrailInput) { in.S3BucketName = name }
	}
	logs := func(group, role *string) func(*cloudtrail.CreateTrailInput) {
		return func(in *cloudtrail.CreateTrailInput) {
			in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = group, role
		}
	}
	tags := func(list ...cloudtrail.Tag) func(*cloudtrail.CreateTrailInput) {
		return func(in *cloudtrail.CreateTrailInput) { in.TagsList = list }
	}
	for name, c := range map[string]struct {
		change        func(*cloudtrail.CreateTrailInput)
		code, message string
	}{
		"name is empty":            {named(""), "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 0 characters."},
		"name is short":            {named("ab"), "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters."},
		"name is long":             {named(strings.Repeat("a", 129)), "InvalidTrailNameException", "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters."},
		"length before first sign": {named("-"), "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters."},
		"first sign":               {named("-ab-"), "InvalidTrailNameException", "Trail name must starts with a letter or number."},
		"last sign":                {named("a b-"), "InvalidTrailNameException", "Trail name must ends with a letter or number."},
		"space":                    {named("my trail"), "InvalidTrailNameException", chars},
		"letter beyond ASCII":      {named("aéb"), "InvalidTrailNameException", chars},
		"adjacent signs":           {named("my-_trail"), "InvalidTrailNameException", "Trail name cannot have adjacent periods, hyphens or underscores."},
		"IP address":               {named("192.168.5.4"), "InvalidTrailNameException", "Trail name cannot be in IP address format."},
		"name taken":               {named("taken"), "TrailAlreadyExistsException", "Trail taken already exists for customer: 111122223333"},
		"name of a shadow trail":   {named("shadow"), "TrailAlreadyExistsException", "Trail shadow already exists for customer: 111122223333"},
		"no such bucket":           {bucket("gone"), "S3BucketDoesNotExistException", "S3 bucket gone does not exist!"},
		"bucket policy":            {bucket("closed"), "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: closed"},
		"long prefix":              {func(in *cloudtrail.CreateTrailInput) { in.S3KeyPrefix = new(strings.Repeat("p", 201)) }, "InvalidS3PrefixException", "S3 prefix is longer than maximum length 200."},
		"topic": {func(in *cloudtrail.CreateTrailInput) { in.SnsTopicName = new("gone") }, "InsufficientSnsTopicPolicyException",
			"SNS Topic does not exist or the topic policy is incorrect!"},
		"key": {func(in *cloudtrail.CreateTrailInput) { in.KmsKeyId = new("alias/k") }, "UnsupportedOperationException", "KmsKeyId is not supported by this server."},
		"organization": {func(in *cloudtrail.CreateTrailInput) { in.IsOrganizationTrail = new(true) }, "OrganizationsNotInUseException",
			"Your account is not a member of an organization."},
		"multi-Region without global events": {func(in *cloudtrail.CreateTrailInput) {
			in.IsMultiRegionTrail, in.IncludeGlobalServiceEvents = new(true), new(false)
		}, "InvalidParameterCombinationException", "Multi-Region trail must include global service events."},
		"log group without role": {logs(new(group), nil), "InvalidCloudWatchLogsRoleArnException", both},
		"role without log group": {logs(nil, new(role)), "InvalidCloudWatchLogsLogGroupArnException", both},
		"log group missing":      {logs(new("gone"), new(role)), "InvalidCloudWatchLogsLogGroupArnException", "Check the log group ARN: CloudTrail can't validate it."},
		"role's trust":           {logs(new("untrusting"), new(role)), "InvalidCloudWatchLogsRoleArnException", "Access denied. Check the trust relationships for your role."},
		"role's permission":      {logs(new("weak"), new(role)), "InvalidCloudWatchLogsLogGroupArnException", "Access denied. Check the permissions for your role."},
		"role that may not be passed": {logs(new(group), new(forbidden)), "AccessDeniedException", "User: arn:aws:iam::" + account + ":root" +
			" is not authorized to perform: iam:PassRole on resource: " + forbidden + " because no identity-based policy allows the iam:PassRole action"},
		"51 tags":      {tags(many(51)...), "TagsLimitExceededException", "The number of tags per trail has exceeded the permitted amount. Currently, the limit is 50."},
		"repeated tag": {tags(cloudtrail.Tag{Key: "a"}, cloudtrail.Tag{Key: "a"}), "InvalidTagParameterException", "The tag key a is not valid: it is repeated or reserved."},
		"reserved tag": {tags(cloudtrail.Tag{Key: "aws:a"}), "InvalidTagParameterException", "The tag key aws:a is not valid: it is repeated or reserved."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			must(w, w.s.CreateTrail, plain("taken"))
			w.region = west
			shadow := plain("shadow")
			shadow.IsMultiRegionTrail = new(true)
			must(w, w.s.CreateTrail, shadow)
			w.region = east
			before := w.rows()
			in := plain("main")
			c.change(in)
			a := call(w, w.s.CreateTrail, in)
			a.refused(t, c.code, c.message)
			a.about(t)
			w.want(before...)
		})
	}
}

func many(n int) []cloudtrail.Tag {
	out := make([]cloudtrail.Tag, n)
	for i := range out {
		out[i].Key = fmt.Sprintf("k%d", i)
	}
	return out
}

// The limits themselves are still allowed.
func TestCreateTrail_JustAllowed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*cloudtrail.CreateTrailInput){
		"3 characters":        func(in *cloudtrail.CreateTrailInput) { in.Name = "0a9" },
		"128 characters":      func(in *cloudtrail.CreateTrailInput) { in.Name = strings.Repeat("Z", 128) },
		"every sign":          func(in *cloudtrail.CreateTrailInput) { in.Name = "a.b-c_d" },
		"four numbers, no IP": func(in *cloudtrail.CreateTrailInput) { in.Name = "192.168.5.400" },
		"prefix of 200":       func(in *cloudtrail.CreateTrailInput) { in.S3KeyPrefix = new(strings.Repeat("p", 200)) },
		"50 tags":             func(in *cloudtrail.CreateTrailInput) { in.TagsList = many(50) },
		"no log group, no role": func(in *cloudtrail.CreateTrailInput) {
			in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = new(""), new("")
		},
		"no topic":               func(in *cloudtrail.CreateTrailInput) { in.SnsTopicName = new("") },
		"without global events":  func(in *cloudtrail.CreateTrailInput) { in.IncludeGlobalServiceEvents = new(false) },
		"name of another Region": func(in *cloudtrail.CreateTrailInput) { in.Name = "west" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.region = west
			must(w, w.s.CreateTrail, plain("west"))
			w.region = east
			in := plain("main")
			change(in)
			must(w, w.s.CreateTrail, in)
			if n := len(w.rows()); n != 2 {
				t.Errorf("%d trails, want 2", n)
			}
		})
	}
}

func TestCreateTrail_FivePerRegionShadowsIncluded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 2 {
		w.region = west
		in := plain(fmt.Sprintf("shadow-%d", i))
		in.IsMultiRegionTrail = new(true)
		must(w, w.s.CreateTrail, in)
	}
	must(w, w.s.CreateTrail, plain("west-only")) // does not count in the east
	w.region = east
	for i := range 3 {
		must(w, w.s.CreateTrail, plain(fmt.Sprintf("east-%d", i)))
	}
	a := call(w, w.s.CreateTrail, plain("sixth"))
	a.refused(t, "MaximumNumberOfTrailsExceededException", "User: 111122223333 already has 5 trails in us-east-1.")
	// Another account has its own five; a name that exists is told before the number.
	call(w, w.s.CreateTrail, plain("east-1")).refused(t, "TrailAlreadyExistsException", "Trail east-1 already exists for customer: 111122223333")
	w.account = foreign
	must(w, w.s.CreateTrail, plain("sixth"))
	w.account = account
	// What is deleted gives its place back.
	must(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: "east-0"})
	must(w, w.s.CreateTrail, plain("sixth"))
}

func TestCreateTrail_BrokenTargetsAndKeysAreInternalErrors(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world, *cloudtrail.CreateTrailInput){
		"bucket": func(_ *world, in *cloudtrail.CreateTrailInput) { in.S3BucketName = "broken" },
		"topic":  func(_ *world, in *cloudtrail.CreateTrailInput) { in.SnsTopicName = new("arn:broken") },
		"log group": func(_ *world, in *cloudtrail.CreateTrailInput) {
			in.CloudWatchLogsLogGroupArn, in.CloudWatchLogsRoleArn = new("broken"), new(role)
		},
		"keys": func(w *world, _ *cloudtrail.CreateTrailInput) { w.keys.err = errDisk },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			in := plain("main")
			change(w, in)
			if a := call(w, w.s.CreateTrail, in); !errors.Is(a.err, errDisk) || a.code != "" {
				t.Errorf("got %q: %v", a.code, a.err)
			}
			w.want()
		})
	}
}

func TestUpdateTrail(t *testing.T) {
	t.Parallel()
	later := start.Add(time.Hour)
	full := with(base("main"), func(r *trail.Row) {
		r.Prefix, r.Topic, r.LogGroup, r.LogRole, r.Validate, r.ValidateSince, r.MultiRegion = "logs", topic, group, role, true, start, true
	})
	const out = `"LogFileValidationEnabled":true,"Name":"main","S3BucketName":"audit"`
	for name, c := range map[string]struct {
		in    cloudtrail.UpdateTrailInput
		want  func(*trail.Row)
		out   string // part of the answer
		asked []string
	}{
		"nothing": {cloudtrail.UpdateTrailInput{}, func(*trail.Row) {}, out + `,"S3KeyPrefix":"logs","SnsTopicARN"`, nil},
		"bucket keeps the prefix": {cloudtrail.UpdateTrailInput{S3BucketName: new("other")}, func(r *trail.Row) { r.Bucket = "other" },
			`"S3BucketName":"other","S3KeyPrefix":"logs"`, []string{"bucket 111122223333 " + mainARN + ` other "logs"`}},
		"prefix alone is checked too": {cloudtrail.UpdateTrailInput{S3KeyPrefix: new("p/")}, func(r *trail.Row) { r.Prefix = "p" },
			`"S3KeyPrefix":"p"`, []string{"bucket 111122223333 " + mainARN + ` audit "p"`}},
		"empty prefix clears": {cloudtrail.UpdateTrailInput{S3KeyPrefix: new("")}, func(r *trail.Row) { r.Prefix = "" },
			out + `,"SnsTopicARN"`, []string{"bucket 111122223333 " + mainARN + ` audit ""`}},
		"empty topic clears": {cloudtrail.UpdateTrailInput{SnsTopicName: new("")}, func(r *trail.Row) { r.Topic = "" }, `"S3KeyPrefix":"logs","TrailARN"`, nil},
		"topic by ARN stays as given": {cloudtrail.UpdateTrailInput{SnsTopicName: new("arn:aws:sns:eu-west-1:999988887777:x")},
			func(r *trail.Row) { r.Topic = "arn:aws:sns:eu-west-1:999988887777:x" }, `"SnsTopicName":"arn:aws:sns:eu-west-1:999988887777:x"`,
			[]string{"topic arn:aws:sns:eu-west-1:999988887777:x"}},
		"empty log group and role clear": {cloudtrail.UpdateTrailInput{CloudWatchLogsLogGroupArn: new(""), CloudWatchLogsRoleArn: new("")},
			func(r *trail.Row) { r.LogGroup, r.LogRole = "", "" }, `{"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true`, nil},
		"log group alone goes with the stored role": {cloudtrail.UpdateTrailInput{CloudWatchLogsLogGroupArn: new("g2")}, func(r *trail.Row) { r.LogGroup = "g2" },
			`"CloudWatchLogsLogGroupArn":"g2"`, []string{"group 111122223333 us-east-1 g2 " + role}},
		"single Region keeps global events": {cloudtrail.UpdateTrailInput{IsMultiRegionTrail: new(false)}, func(r *trail.Row) { r.MultiRegion = false },
			`"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false`, nil},
		"single Region without global events": {cloudtrail.UpdateTrailInput{IsMultiRegionTrail: new(false), IncludeGlobalServiceEvents: new(false)},
			func(r *trail.Row) { r.MultiRegion, r.Global = false, false }, `"IncludeGlobalServiceEvents":false,"IsMultiRegionTrail":false`, nil},
		"validation off keeps its start": {cloudtrail.UpdateTrailInput{EnableLogFileValidation: new(false)}, func(r *trail.Row) { r.Validate = false }, `"LogFileValidationEnabled":false`, nil},
		"validation on again is no restart": {cloudtrail.UpdateTrailInput{EnableLogFileValidation: new(true)}, func(*trail.Row) {},
			`"LogFileValidationEnabled":true`, nil},
		"by ARN": {cloudtrail.UpdateTrailInput{Name: mainARN, S3BucketName: new("other")}, func(r *trail.Row) { r.Bucket = "other" },
			`"Name":"main","S3BucketName":"other"`, []string{"bucket 111122223333 " + mainARN + ` other "logs"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			must(w, w.s.CreateTrail, plain("main"))
			w.edit(func(r *trail.Row) { id := r.ID; *r = full; r.ID = id })
			w.want(full)
			w.now, w.checks.asked = later, nil
			n := w.generation()
			if c.in.Name == "" {
				c.in.Name = "main"
			}
			a := must(w, w.s.UpdateTrail, &c.in)
			if !strings.Contains(a.out, c.out) {
				t.Errorf("answer %s\nwant a part %s", a.out, c.out)
			}
			a.about(t, mainARN)
			w.want(with(full, c.want))
			if !slices.Equal(w.checks.asked, c.asked) {
				t.Errorf("targets checked\n got %q\nwant %q", w.checks.asked, c.asked)
			}
			if w.generation() <= n {
				t.Error("the generation stands still: delivery does not learn of the change")
			}
		})
	}
}

func TestUpdateTrail_ToMultiRegionBringsGlobalEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := plain("main")
	in.IncludeGlobalServiceEvents = new(false)
	must(w, w.s.CreateTrail, in)
	local := with(base("main"), func(r *trail.Row) { r.Global = false })
	w.want(local)
	call(w, w.s.UpdateTrail, &cloudtrail.UpdateTrailInput{Name: "main", IsMultiRegionTrail: new(true), IncludeGlobalServiceEvents: new(false)}).
		refused(t, "InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	w.want(local)
	must(w, w.s.UpdateTrail, &cloudtrail.UpdateTrailInput{Name: "main", IsMultiRegionTrail: new(true)})
	everywhere := with(base("main"), func(r *trail.Row) { r.MultiRegion = true })
	w.want(everywhere)
	call(w, w.s.UpdateTrail, &cloudtrail.UpdateTrailInput{Name: "main", IncludeGlobalServiceEvents: new(false)}).
		refused(t, "InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	w.want(everywhere)
}

func TestUpdateTrail_ValidationStartsWhenSwitchedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	for i, on := range []bool{true, false, true} {
		w.now = start.Add(time.Duration(i+1) * time.Hour)
		must(w, w.s.UpdateTrail, &cloudtrail.UpdateTrailInput{Name: "main", EnableLogFileValidation: &on})
	}
	w.want(with(base("main"), func(r *trail.Row) { r.Validate, r.ValidateSince = true, start.Add(3*time.Hour) }))
}

func TestUpdateTrail_RefusalsOfTargets(t *testing.T) {
	t.Parallel()
	const both = "You must specify a role ARN as well as a log group."
	for name, c := range map[string]struct {
		in            cloudtrail.UpdateTrailInput
		code, message string
	}{
		"no such bucket":         {cloudtrail.UpdateTrailInput{S3BucketName: new("gone")}, "S3BucketDoesNotExistException", "S3 bucket gone does not exist!"},
		"bucket policy":          {cloudtrail.UpdateTrailInput{S3BucketName: new("closed")}, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: closed"},
		"prefix":                 {cloudtrail.UpdateTrailInput{S3KeyPrefix: new(strings.Repeat("p", 201))}, "InvalidS3PrefixException", "S3 prefix is longer than maximum length 200."},
		"topic":                  {cloudtrail.UpdateTrailInput{SnsTopicName: new("gone")}, "InsufficientSnsTopicPolicyException", "SNS Topic does not exist or the topic policy is incorrect!"},
		"key":                    {cloudtrail.UpdateTrailInput{KmsKeyId: new("k")}, "UnsupportedOperationException", "KmsKeyId is not supported by this server."},
		"organization":           {cloudtrail.UpdateTrailInput{IsOrganizationTrail: new(true)}, "OrganizationsNotInUseException", "Your account is not a member of an organization."},
		"log group without role": {cloudtrail.UpdateTrailInput{CloudWatchLogsLogGroupArn: new(group)}, "InvalidCloudWatchLogsRoleArnException", both},
		"role without log group": {cloudtrail.UpdateTrailInput{CloudWatchLogsRoleArn: new(role)}, "InvalidCloudWatchLogsLogGroupArnException", both},
		"log group missing": {cloudtrail.UpdateTrailInput{CloudWatchLogsLogGroupArn: new("gone"), CloudWatchLogsRoleArn: new(role)},
			"InvalidCloudWatchLogsLogGroupArnException", "Check the log group ARN: CloudTrail can't validate it."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			must(w, w.s.CreateTrail, plain("main"))
			c.in.Name = "main"
			call(w, w.s.UpdateTrail, &c.in).refused(t, c.code, c.message)
			w.want(base("main"))
		})
	}
}
