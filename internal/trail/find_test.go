package trail_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail"
)

// byName are all operations that take the name of one trail.
var byName = map[string]struct {
	run    func(w *world, name string) answer
	change bool // only in the home Region
}{
	"GetTrail": {func(w *world, n string) answer { return call(w, w.s.GetTrail, &cloudtrail.GetTrailInput{Name: n}) }, false},
	"UpdateTrail": {func(w *world, n string) answer {
		return call(w, w.s.UpdateTrail, &cloudtrail.UpdateTrailInput{Name: n})
	}, true},
	"DeleteTrail": {func(w *world, n string) answer {
		return call(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: n})
	}, true},
	"StartLogging": {func(w *world, n string) answer {
		return call(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: n})
	}, true},
	"StopLogging": {func(w *world, n string) answer {
		return call(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: n})
	}, true},
	"GetTrailStatus": {func(w *world, n string) answer {
		return call(w, w.s.GetTrailStatus, &cloudtrail.GetTrailStatusInput{Name: n})
	}, false},
	"GetEventSelectors": {func(w *world, n string) answer {
		return call(w, w.s.GetEventSelectors, &cloudtrail.GetEventSelectorsInput{TrailName: n})
	}, false},
	"PutEventSelectors": {func(w *world, n string) answer {
		return call(w, w.s.PutEventSelectors, &cloudtrail.PutEventSelectorsInput{TrailName: n, EventSelectors: []cloudtrail.EventSelector{{}}})
	}, true},
}

func TestEveryOperation_FindsItsTrail(t *testing.T) {
	t.Parallel()
	const other = "arn:aws:cloudtrail:us-east-1:999988887777:trail/main"
	for name, c := range map[string]struct {
		region        string
		multi         bool
		name          string
		code, message string // of a reading operation; empty if it succeeds
		change        string // code of a changing one, where it differs
	}{
		"name":                             {east, false, "main", "", "", ""},
		"ARN":                              {east, false, mainARN, "", "", ""},
		"unknown name":                     {east, false, "other", "TrailNotFoundException", "Unknown trail: other for the user: 111122223333", ""},
		"name in other case":               {east, false, "Main", "TrailNotFoundException", "Unknown trail: Main for the user: 111122223333", ""},
		"unknown ARN":                      {east, false, mainARN + "2", "TrailNotFoundException", "Unknown trail: " + mainARN + "2 for the user: 111122223333", ""},
		"name of another Region":           {west, true, "main", "TrailNotFoundException", "Unknown trail: main for the user: 111122223333", ""},
		"ARN of another Region":            {west, false, mainARN, "TrailNotFoundException", "Unknown trail: " + mainARN + " for the user: 111122223333", ""},
		"ARN of a shadow trail":            {west, true, mainARN, "", "", "InvalidHomeRegionException"},
		"ARN of another account":           {east, false, other, "TrailNotFoundException", "Unknown trail: " + other + " for the user: 111122223333", ""},
		"ARN of another service":           {east, false, "arn:aws:s3:us-east-1:111122223333:trail/main", "CloudTrailARNInvalidException", "The ARN arn:aws:s3:us-east-1:111122223333:trail/main is not valid.", ""},
		"ARN of another kind":              {east, false, "arn:aws:cloudtrail:us-east-1:111122223333:channel/main", "CloudTrailARNInvalidException", "The ARN arn:aws:cloudtrail:us-east-1:111122223333:channel/main is not valid.", ""},
		"ARN with too few parts":           {east, false, "arn:aws:cloudtrail", "CloudTrailARNInvalidException", "The ARN arn:aws:cloudtrail is not valid.", ""},
		"name that is none":                {east, false, "x", "InvalidTrailNameException", "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 1 characters.", ""},
		"name of a trail of other account": {east, false, "theirs", "TrailNotFoundException", "Unknown trail: theirs for the user: 111122223333", ""},
	} {
		for operation, o := range byName {
			t.Run(operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				w.account = foreign
				must(w, w.s.CreateTrail, plain("theirs"))
				w.account = account
				in := plain("main")
				in.IsMultiRegionTrail = &c.multi
				must(w, w.s.CreateTrail, in)
				w.region = c.region
				before := w.rows()
				a := o.run(w, c.name)
				switch {
				case o.change && c.change != "":
					a.refused(t, c.change, "The trail main was created in us-east-1; change it there.")
				case c.code != "":
					a.refused(t, c.code, c.message)
				case a.err != nil:
					t.Fatal(a.err)
				case o.change:
					a.about(t, mainARN)
					return
				}
				a.about(t)
				w.want(before...)
			})
		}
	}
}

func TestGetTrail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	call(w, w.s.GetTrail, &cloudtrail.GetTrailInput{Name: "main"}).want(t, `{"Trail":{"HasCustomEventSelectors":false,"HasInsightSelectors":false,"HomeRegion":"us-east-1",`+
		`"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"LogFileValidationEnabled":false,"Name":"main","S3BucketName":"audit","TrailARN":"`+mainARN+`"}}`)
	full := with(base("main"), func(r *trail.Row) {
		r.Prefix, r.Topic, r.LogGroup, r.LogRole, r.Validate, r.MultiRegion, r.Custom = "logs", topic, group, role, true, true, true
	})
	w.edit(func(r *trail.Row) { id := r.ID; *r = full; r.ID = id })
	w.region = west // a shadow trail shows its home Region
	a := call(w, w.s.GetTrail, &cloudtrail.GetTrailInput{Name: mainARN})
	a.want(t, `{"Trail":{"CloudWatchLogsLogGroupArn":"`+group+`","CloudWatchLogsRoleArn":"`+role+`","HasCustomEventSelectors":true,"HasInsightSelectors":false,"HomeRegion":"us-east-1",`+
		`"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,"LogFileValidationEnabled":true,"Name":"main","S3BucketName":"audit","S3KeyPrefix":"logs",`+
		`"SnsTopicARN":"`+topic+`","SnsTopicName":"`+topic+`","TrailARN":"`+mainARN+`"}}`)
	a.about(t)
	w.want(full)
}

// several is a world with a trail here, one elsewhere, one everywhere, one of somebody else and one that is being deleted.
func several(t *testing.T) *world {
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("here"))
	must(w, w.s.CreateTrail, plain("ending"))
	must(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "ending"})
	must(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: "ending"})
	w.account = foreign
	must(w, w.s.CreateTrail, plain("theirs"))
	w.account, w.region = account, west
	must(w, w.s.CreateTrail, plain("elsewhere"))
	in := plain("everywhere")
	in.IsMultiRegionTrail = new(true)
	must(w, w.s.CreateTrail, in)
	w.region = east
	return w
}

func TestDescribeTrails(t *testing.T) {
	t.Parallel()
	const (
		here       = "arn:aws:cloudtrail:us-east-1:111122223333:trail/here"
		elsewhere  = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/elsewhere"
		everywhere = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/everywhere"
	)
	for name, c := range map[string]struct {
		in     cloudtrail.DescribeTrailsInput
		region string
		want   []string
	}{
		"all":                     {cloudtrail.DescribeTrailsInput{}, east, []string{here, everywhere}},
		"with shadows":            {cloudtrail.DescribeTrailsInput{IncludeShadowTrails: new(true)}, east, []string{here, everywhere}},
		"without shadows":         {cloudtrail.DescribeTrailsInput{IncludeShadowTrails: new(false)}, east, []string{here}},
		"home Region, no shadows": {cloudtrail.DescribeTrailsInput{IncludeShadowTrails: new(false)}, west, []string{elsewhere, everywhere}},
		"Region without trails":   {cloudtrail.DescribeTrailsInput{}, "ap-south-1", []string{everywhere}},
		"empty list means all":    {cloudtrail.DescribeTrailsInput{TrailNameList: []string{}}, east, []string{here, everywhere}},
		"by name":                 {cloudtrail.DescribeTrailsInput{TrailNameList: []string{"here"}}, east, []string{here}},
		"by ARN, as asked":        {cloudtrail.DescribeTrailsInput{TrailNameList: []string{everywhere, here}}, east, []string{everywhere, here}},
		"unknown ones left out": {cloudtrail.DescribeTrailsInput{TrailNameList: []string{
			"nobody", "here", here + "2", elsewhere, "elsewhere", "everywhere", "ending", "theirs", "arn:aws:cloudtrail:us-east-1:999988887777:trail/theirs",
		}}, east, []string{here}},
		"deleted one alone": {cloudtrail.DescribeTrailsInput{TrailNameList: []string{"ending"}}, east, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := several(t)
			w.region = c.region
			before := w.rows()
			a := must(w, w.s.DescribeTrails, &c.in)
			got, want := listed(a.out, "TrailList"), c.want
			if len(c.in.TrailNameList) == 0 {
				got, want = sorted(got), sorted(want)
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("got %q, want %q", got, want)
			}
			a.about(t)
			w.want(before...)
		})
	}
	t.Run("bad names are refused", func(t *testing.T) {
		t.Parallel()
		w := several(t)
		call(w, w.s.DescribeTrails, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{"here", "a b c"}}).refused(t, "InvalidTrailNameException",
			"Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).")
		call(w, w.s.DescribeTrails, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{"arn:x"}}).refused(t, "CloudTrailARNInvalidException", "The ARN arn:x is not valid.")
	})
	t.Run("no trail at all is an empty list", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		call(w, w.s.DescribeTrails, &cloudtrail.DescribeTrailsInput{}).want(t, `{"TrailList":[]}`)
		call(w, w.s.ListTrails, &cloudtrail.ListTrailsInput{}).want(t, `{"Trails":[]}`)
	})
}

func TestListTrails_AllRegionsOfTheAccount(t *testing.T) {
	t.Parallel()
	w := several(t)
	before := w.rows()
	a := must(w, w.s.ListTrails, &cloudtrail.ListTrailsInput{})
	want := []string{"arn:aws:cloudtrail:eu-west-1:111122223333:trail/elsewhere", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/everywhere", "arn:aws:cloudtrail:us-east-1:111122223333:trail/here"}
	if got := sorted(listed(a.out, "Trails")); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", got, want)
	}
	a.about(t)
	w.want(before...)
	w.account = foreign
	call(w, w.s.ListTrails, &cloudtrail.ListTrailsInput{}).
		want(t, `{"Trails":[{"HomeRegion":"us-east-1","Name":"theirs","TrailARN":"arn:aws:cloudtrail:us-east-1:999988887777:trail/theirs"}]}`)
}

// The oracle is the rule in one expression; the length is told first.
var validName = regexp.MustCompile(`^[A-Za-z0-9]([._-]?[A-Za-z0-9])*$`)

func FuzzTrailName(f *testing.F) {
	for _, s := range []string{"main", "a", "a-_b", "-ab", "ab.", "127.0.0.1", "a b c", mainARN, "arn:", "arn:aws:cloudtrail:::trail/", "é-é", strings.Repeat("x", 129), "::1", "1.2.3.4.5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		w := newWorld(t)
		a := call(w, w.s.GetTrail, &cloudtrail.GetTrailInput{Name: name})
		_, notIP := netip.ParseAddr(name)
		valid := len(name) >= 3 && len(name) <= 128 && validName.MatchString(name) && notIP != nil
		switch {
		case strings.HasPrefix(name, "arn:"):
			if a.code != "CloudTrailARNInvalidException" && a.code != "TrailNotFoundException" {
				t.Fatalf("%q: %v", name, a.err)
			}
		case valid:
			a.refused(t, "TrailNotFoundException", fmt.Sprintf("Unknown trail: %s for the user: %s", name, account))
		case a.code != "InvalidTrailNameException":
			t.Fatalf("%q: %v", name, a.err)
		}
	})
}
