package trail_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

const defaultSelector = `[{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":true,"ReadWriteType":"All"}]`

func management(name *string) []cloudtrail.AdvancedEventSelector {
	return []cloudtrail.AdvancedEventSelector{{Name: name, FieldSelectors: []cloudtrail.AdvancedFieldSelector{{Field: "eventCategory", Equals: []string{"Management"}}}}}
}

// filled are the rows' selectors as they are kept: all members given.
func filled(rw string, management bool) []cloudtrail.EventSelector {
	return []cloudtrail.EventSelector{{ReadWriteType: &rw, IncludeManagementEvents: &management, DataResources: []cloudtrail.DataResource{}, ExcludeManagementEventSources: []string{}}}
}

// selectors asks for what is in force.
func (w *world) selectors(t *testing.T, want string) {
	t.Helper()
	a := call(w, w.s.GetEventSelectors, &cloudtrail.GetEventSelectorsInput{TrailName: "main"})
	a.want(t, want)
	a.about(t)
}

func TestEventSelectors_OneKindReplacesTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	state := base("main")
	w.selectors(t, `{"EventSelectors":`+defaultSelector+`,"TrailARN":"`+mainARN+`"}`)
	w.want(state)

	put := func(basic []cloudtrail.EventSelector, advanced []cloudtrail.AdvancedEventSelector, answer string) {
		t.Helper()
		n := w.generation()
		a := call(w, w.s.PutEventSelectors, &cloudtrail.PutEventSelectorsInput{TrailName: "main", EventSelectors: basic, AdvancedEventSelectors: advanced})
		a.want(t, answer)
		a.about(t, mainARN)
		w.want(state)
		w.selectors(t, answer)
		if w.generation() <= n {
			t.Error("delivery does not learn of the selectors")
		}
	}

	const writes = `{"EventSelectors":[{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":true,"ReadWriteType":"WriteOnly"}],"TrailARN":"` + mainARN + `"}`
	state.Basic, state.Custom = filled("WriteOnly", true), true
	put([]cloudtrail.EventSelector{{ReadWriteType: new("WriteOnly")}}, nil, writes)

	// An empty advanced list leaves basic selectors alone.
	put(nil, []cloudtrail.AdvancedEventSelector{}, writes)

	state.Basic, state.Advanced = nil, management(new(""))
	put(nil, management(new("")), `{"AdvancedEventSelectors":[{"FieldSelectors":[{"Equals":["Management"],"Field":"eventCategory"}],"Name":""}],"TrailARN":"`+mainARN+`"}`)

	state.Basic, state.Advanced = filled("ReadOnly", false), nil
	put([]cloudtrail.EventSelector{{ReadWriteType: new("ReadOnly"), IncludeManagementEvents: new(false)}}, nil,
		`{"EventSelectors":[{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":false,"ReadWriteType":"ReadOnly"}],"TrailARN":"`+mainARN+`"}`)

	// An empty advanced list drops advanced selectors: the default comes back.
	must(w, w.s.PutEventSelectors, &cloudtrail.PutEventSelectorsInput{TrailName: "main", AdvancedEventSelectors: management(nil)})
	state.Basic, state.Advanced, state.Custom = nil, nil, false
	put(nil, []cloudtrail.AdvancedEventSelector{}, `{"EventSelectors":`+defaultSelector+`,"TrailARN":"`+mainARN+`"}`)
}

func TestPutEventSelectors_Refusals(t *testing.T) {
	t.Parallel()
	field := func(f cloudtrail.AdvancedFieldSelector) cloudtrail.PutEventSelectorsInput {
		in := cloudtrail.PutEventSelectorsInput{AdvancedEventSelectors: management(nil)}
		in.AdvancedEventSelectors[0].FieldSelectors = append(in.AdvancedEventSelectors[0].FieldSelectors, f)
		return in
	}
	for name, c := range map[string]struct {
		in      cloudtrail.PutEventSelectorsInput
		message string
	}{
		"both kinds": {cloudtrail.PutEventSelectorsInput{EventSelectors: []cloudtrail.EventSelector{{}}, AdvancedEventSelectors: management(nil)},
			"You cannot use both EventSelectors and AdvancedEventSelectors in one request."},
		"neither kind":           {cloudtrail.PutEventSelectorsInput{}, "Specify EventSelectors or AdvancedEventSelectors."},
		"six basic selectors":    {cloudtrail.PutEventSelectorsInput{EventSelectors: make([]cloudtrail.EventSelector, 6)}, "A trail can have at most 5 event selectors."},
		"data resource of value": {cloudtrail.PutEventSelectorsInput{EventSelectors: []cloudtrail.EventSelector{{DataResources: []cloudtrail.DataResource{{Type: new("AWS::S3::Object"), Values: []string{"*"}}}}}}, "Value * for DataResources.Values is invalid."},
		"field of data events":   {field(cloudtrail.AdvancedFieldSelector{Field: "eventName", Equals: []string{"GetId"}}), "Invalid field eventName for eventCategory Management."},
		"field without operator": {field(cloudtrail.AdvancedFieldSelector{Field: "readOnly"}), "The field selector for readOnly has no operator."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			must(w, w.s.CreateTrail, plain("main"))
			c.in.TrailName = "main"
			call(w, w.s.PutEventSelectors, &c.in).refused(t, "InvalidEventSelectorsException", c.message)
			w.want(base("main"))
		})
	}
}

// What a row keeps is what delivery compiles.
func TestRow_Selectors(t *testing.T) {
	t.Parallel()
	read := &selector.Event{Category: "Management", ReadOnly: true}
	write := &selector.Event{Category: "Management"}
	data := &selector.Event{Category: "Data", Resources: []selector.Resource{{Type: "AWS::Cognito::IdentityPool", ARN: "arn"}}}
	for name, c := range map[string]struct {
		row               trail.Row
		read, write, data bool
	}{
		"default":      {base("main"), true, true, false},
		"reads":        {with(base("main"), func(r *trail.Row) { r.Basic = filled("ReadOnly", true) }), true, false, false},
		"no events":    {with(base("main"), func(r *trail.Row) { r.Basic = filled("All", false) }), false, false, false},
		"advanced all": {with(base("main"), func(r *trail.Row) { r.Advanced = management(nil) }), true, true, false},
		"data only": {with(base("main"), func(r *trail.Row) {
			r.Advanced = []cloudtrail.AdvancedEventSelector{{FieldSelectors: []cloudtrail.AdvancedFieldSelector{
				{Field: "eventCategory", Equals: []string{"Data"}}, {Field: "resources.type", Equals: []string{"AWS::Cognito::IdentityPool"}},
			}}}
		}), false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := c.row.Selectors()
			if err != nil {
				t.Fatal(err)
			}
			if r, w, d := set.Match(read), set.Match(write), set.Match(data); r != c.read || w != c.write || d != c.data {
				t.Errorf("read %v, write %v, data %v", r, w, d)
			}
		})
	}
}
