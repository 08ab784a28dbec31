package selector_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		record string
		want   selector.Event
	}{
		"data event of an identity pool": {
			`{"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/ops"},"eventSource":"cognito-identity.amazonaws.com","eventName":"GetId","readOnly":false,` +
				`"resources":[{"accountId":"111122223333","type":"AWS::Cognito::IdentityPool","ARN":"` + poolARN + `"}],"eventType":"AwsApiCall","eventCategory":"Data"}`,
			getID(),
		},
		"read":                     {`{"eventCategory":"Management","eventSource":"iam.amazonaws.com","readOnly":true}`, management("iam.amazonaws.com", true)},
		"without readOnly a write": {`{"eventCategory":"Management","eventSource":"iam.amazonaws.com"}`, management("iam.amazonaws.com", false)},
		"console is a text":        {`{"sessionCredentialFromConsole":"true"}`, selector.Event{FromConsole: true}},
		"console not":              {`{"sessionCredentialFromConsole":"false"}`, selector.Event{}},
		"anonymous":                {`{"userIdentity":{"type":"Unknown"}}`, selector.Event{}},
		"prefix for many objects": {`{"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]}`,
			selector.Event{Resources: []selector.Resource{{Type: s3Object, ARN: "arn:aws:s3:::b/"}, {Type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::b"}}}},
		"no resources":       {`{"resources":[]}`, selector.Event{}},
		"escapes":            {`{"eventName":"a\"\u00e9"}`, selector.Event{Name: "a\"é"}},
		"names in the depth": {`{"requestParameters":{"eventName":"x","eventCategory":"Data","readOnly":true},"eventName":"y"}`, selector.Event{Name: "y"}},
		"empty":              {``, selector.Event{}},
		"no object":          {`[1]`, selector.Event{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := selector.Parse([]byte(c.record)); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// Any text is read without harm, and a good one as the standard library reads it.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"eventCategory":"Data","eventName":"GetId","readOnly":true,"resources":[{"type":"A","ARN":"b"}],"userIdentity":{"arn":"c"}}`))
	f.Add([]byte(`{"resources":[null,1,"x",{"type":{},"ARNPrefix":[]}],"readOnly":"true","userIdentity":null}`))
	f.Add([]byte("\x00\xff{[\"\\u"))
	every, err := selector.Advanced(pools(field{Field: "resources.ARN", NotEquals: []string{"x"}}))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		e := selector.Parse(record)
		every.Match(&e)
		// Twice the same member is read in two ways; a reader of such texts is lost anyway.
		if !json.Valid(record) || !slices.Contains([]int{0, 1}, strings.Count(string(record), "eventName")) || strings.ContainsRune(string(record), '\\') {
			return
		}
		var tree any
		if err := json.Unmarshal(record, &tree); err != nil {
			return
		}
		m, _ := tree.(map[string]any)
		if name, ok := m["eventName"].(string); ok && name != e.Name && !strings.ContainsRune(name, '\ufffd') {
			t.Errorf("eventName is %q, want %q", e.Name, name)
		}
	})
}

// oracle says what the words of the API reference say, one by one.
func oracle(s cloudtrail.AdvancedEventSelector, values func(string) []string) bool {
	for _, f := range s.FieldSelectors {
		v := values(f.Field)
		has := func(list []string, test func(string, string) bool) bool {
			return slices.ContainsFunc(list, func(want string) bool {
				return slices.ContainsFunc(v, func(got string) bool { return test(got, want) })
			})
		}
		same := func(a, b string) bool { return a == b }
		selecting := len(f.Equals) > 0 || len(f.StartsWith) > 0 || len(f.EndsWith) > 0
		selected := has(f.Equals, same) || has(f.StartsWith, strings.HasPrefix) || has(f.EndsWith, strings.HasSuffix)
		deselected := has(f.NotEquals, same) || has(f.NotStartsWith, strings.HasPrefix) || has(f.NotEndsWith, strings.HasSuffix)
		if selecting && !selected || deselected {
			return false
		}
	}
	return true
}

// A document of advanced selectors is refused with a text, or decides each event
// as the words of the API reference do, whatever the order of its fields.
func FuzzAdvanced(f *testing.F) {
	f.Add(`[{"Name":"","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]`, "iam.amazonaws.com", "GetUser", true)
	f.Add(`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::Cognito::IdentityPool"]},{"Field":"eventName","NotEquals":["GetId"],"StartsWith":["Get"]}]}]`, "x", "GetId", false)
	f.Add(`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["NetworkActivity"]},{"Field":"eventSource","Equals":["x"]},{"Field":"errorCode","Equals":["VpceAccessDenied"]}]}]`, "x", "", false)
	f.Add(`[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":[""]},{"Field":"resources.ARN","EndsWith":[""]}]}]`, "", "", false)
	f.Add(`[{"FieldSelectors":[{"Field":"eventCategory","Equals":[]}]},{}]`, "", "", true)
	f.Fuzz(func(t *testing.T, document, source, name string, readOnly bool) {
		var list []cloudtrail.AdvancedEventSelector
		if json.Unmarshal([]byte(document), &list) != nil {
			return
		}
		set, err := selector.Advanced(list)
		if err != nil {
			if _, ok := err.(selector.Error); !ok || err.Error() == "" {
				t.Fatalf("refused without a text: %v", err)
			}
			return
		}
		for i := range list {
			slices.Reverse(list[i].FieldSelectors)
		}
		slices.Reverse(list)
		mirrored, err := selector.Advanced(list)
		if err != nil {
			t.Fatalf("refused in another order: %v", err)
		}
		for _, category := range []string{"Management", "Data", "NetworkActivity"} {
			e := selector.Event{Category: category, Source: source, Name: name, ReadOnly: readOnly, Resources: []selector.Resource{{Type: pool, ARN: poolARN}, {Type: s3Object, ARN: source}}}
			want := slices.ContainsFunc(list, func(s cloudtrail.AdvancedEventSelector) bool {
				return oracle(s, func(path string) []string { return valuesOf(&e, s, path) })
			})
			if got, other := set.Match(&e), mirrored.Match(&e); got != want || other != want {
				t.Errorf("%s: match is %v, in another order %v, want %v", category, got, other, want)
			}
		}
	})
}

// valuesOf are the values of a path in an event, for the oracle.
func valuesOf(e *selector.Event, s cloudtrail.AdvancedEventSelector, path string) []string {
	kind := ""
	for _, f := range s.FieldSelectors {
		if f.Field == "resources.type" {
			kind = f.Equals[0]
		}
	}
	var out []string
	for _, r := range e.Resources {
		switch {
		case path == "resources.type":
			out = append(out, r.Type)
		case path == "resources.ARN" && r.Type == kind:
			out = append(out, r.ARN)
		}
	}
	single := map[string]string{
		"eventCategory": e.Category, "eventSource": e.Source, "eventName": e.Name,
		"readOnly": map[bool]string{true: "true", false: "false"}[e.ReadOnly], "sessionCredentialFromConsole": "false",
	}
	if v := single[path]; v != "" {
		out = append(out, v)
	}
	return out
}

// Basic selectors are refused with a text, or decide without harm, and never
// want an event of another category.
func FuzzBasic(f *testing.F) {
	f.Add(`[{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true,"ExcludeManagementEventSources":["kms.amazonaws.com"]}]`, "kms.amazonaws.com")
	f.Add(`[{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3:::b/"]},{"Type":"AWS::Lambda::Function","Values":["arn:aws:lambda"]}]}]`, "arn:aws:s3:::b/k")
	f.Add(`[{},{"DataResources":[{"Type":null,"Values":null}]}]`, "")
	f.Fuzz(func(t *testing.T, document, text string) {
		var list []cloudtrail.EventSelector
		if json.Unmarshal([]byte(document), &list) != nil {
			return
		}
		set, err := selector.Basic(list)
		if err != nil {
			if _, ok := err.(selector.Error); !ok || err.Error() == "" {
				t.Fatalf("refused without a text: %v", err)
			}
			return
		}
		wanted := false
		for _, s := range list {
			wanted = wanted || s.IncludeManagementEvents == nil || *s.IncludeManagementEvents
		}
		for _, readOnly := range []bool{false, true} {
			m, d := management(text, readOnly), data(s3Object, text, readOnly)
			if set.Match(&m) && !wanted {
				t.Error("a management event, though no selector includes them")
			}
			if set.Match(&d) && !strings.HasPrefix(text, "arn:aws:s3") && !strings.Contains(document, `"arn:aws:s3"`) && !strings.Contains(document, `\u`) {
				t.Errorf("an object named %q", text)
			}
			if set.Match(&selector.Event{Category: "NetworkActivity", Source: text, ReadOnly: readOnly}) {
				t.Error("network activity")
			}
		}
	})
}
