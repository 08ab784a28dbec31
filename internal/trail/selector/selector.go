// Package selector decides which events a trail wants: basic and advanced event
// selectors, checked and compiled once, then matched against each event.
//
// [CloudTrail: filtering management and data events]
package selector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
)

// Event is what selectors look at. Parse fills it from a record.
type Event struct {
	Category, Source, Name, Type string
	UserARN                      string
	ReadOnly                     bool
	FromConsole                  bool
	Resources                    []Resource
}

// Resource is one entry of a record's resources.
type Resource struct{ Type, ARN string }

// Parse reads an Event from the text of a record.
func Parse(record []byte) Event {
	f := gjson.GetManyBytes(record, "eventCategory", "eventSource", "eventName", "eventType", "userIdentity.arn", "readOnly",
		"sessionCredentialFromConsole", "resources")
	e := Event{
		Category: f[0].String(), Source: f[1].String(), Name: f[2].String(), Type: f[3].String(), UserARN: f[4].String(),
		ReadOnly: f[5].Bool(), FromConsole: f[6].String() == "true",
	}
	for _, r := range f[7].Array() {
		name := r.Get("ARN")
		if !name.Exists() {
			name = r.Get("ARNPrefix") // of all objects in a bucket
		}
		e.Resources = append(e.Resources, Resource{r.Get("type").String(), name.String()})
	}
	return e
}

// Set is a compiled list of selectors: an event matches if any selector does.
type Set struct{ any []func(*Event) bool }

// Match tells whether the trail wants the event.
func (s *Set) Match(e *Event) bool {
	for _, m := range s.any {
		if m(e) {
			return true
		}
	}
	return false
}

// Error is a text for InvalidEventSelectorsException.
type Error string

// Error returns the text.
func (e Error) Error() string { return string(e) }

func refuse(format string, args ...any) error { return Error(fmt.Sprintf(format, args...)) }

// Limits. [CloudTrail quotas]
const (
	maxBasic  = 5
	maxValues = 250
	maxConds  = 500
)

// Basic compiles basic selectors. Its errors are texts for InvalidEventSelectorsException.
func Basic(list []cloudtrail.EventSelector) (*Set, error) {
	if len(list) > maxBasic {
		return nil, refuse("A trail can have at most %d event selectors.", maxBasic) // (inferred)
	}
	set, values := &Set{}, 0
	for _, sel := range list {
		m, n, err := basic(sel)
		if err != nil {
			return nil, err
		}
		if values += n; values > maxValues {
			return nil, refuse("A trail can have at most %d data resources.", maxValues) // (inferred)
		}
		set.any = append(set.any, m)
	}
	return set, nil
}

// dataTypes are the resource types of basic selectors with their "all" value.
var dataTypes = map[string]string{
	"AWS::S3::Object": "arn:aws:s3", "AWS::Lambda::Function": "arn:aws:lambda", "AWS::DynamoDB::Table": "arn:aws:dynamodb",
}

func basic(s cloudtrail.EventSelector) (match func(*Event) bool, values int, err error) {
	rw := "All"
	if s.ReadWriteType != nil {
		rw = *s.ReadWriteType
	}
	management := s.IncludeManagementEvents == nil || *s.IncludeManagementEvents
	for _, x := range s.ExcludeManagementEventSources {
		if x != "kms.amazonaws.com" && x != "rdsdata.amazonaws.com" {
			return nil, 0, Error("Value " + x + " for ExcludeManagementEventSources is invalid.")
		}
	}
	if len(s.ExcludeManagementEventSources) > 0 && !management {
		return nil, 0, refuse("ExcludeManagementEventSources needs IncludeManagementEvents.")
	}
	for _, d := range s.DataResources {
		all, ok := dataTypes[deref(d.Type)]
		if !ok {
			return nil, 0, Error("Value " + deref(d.Type) + " for DataResources.Type is invalid.")
		}
		for _, v := range d.Values {
			if v != all && !strings.HasPrefix(v, all+":") {
				return nil, 0, Error("Value " + v + " for DataResources.Values is invalid.")
			}
			if v != all && v != all+":::" {
				values++
			}
		}
	}
	return func(e *Event) bool {
		if rw == "ReadOnly" && !e.ReadOnly || rw == "WriteOnly" && e.ReadOnly {
			return false
		}
		if e.Category == "Management" {
			return management && !slices.Contains(s.ExcludeManagementEventSources, e.Source)
		}
		return e.Category == "Data" && slices.ContainsFunc(s.DataResources, func(d cloudtrail.DataResource) bool { return resourceFits(d, e) })
	}, values, nil
}

func resourceFits(d cloudtrail.DataResource, e *Event) bool {
	kind := deref(d.Type)
	for _, r := range e.Resources {
		if r.Type != kind {
			continue
		}
		for _, v := range d.Values {
			// Values name a bucket's objects by prefix, but one function or table exactly.
			if v == dataTypes[kind] || r.ARN == v || kind == "AWS::S3::Object" && strings.HasPrefix(r.ARN, v) {
				return true
			}
		}
	}
	return false
}

// Advanced compiles advanced selectors. Its errors are texts for InvalidEventSelectorsException.
func Advanced(list []cloudtrail.AdvancedEventSelector) (*Set, error) {
	set, conds := &Set{}, 0
	for _, sel := range list {
		m, n, err := advanced(sel)
		if err != nil {
			return nil, err
		}
		if conds += n; conds > maxConds {
			return nil, refuse("A trail can have at most %d values for all conditions in all advanced event selectors.", maxConds) // (inferred)
		}
		set.any = append(set.any, m)
	}
	return set, nil
}

// The operators that some fields are restricted to.
const (
	equals    = "Equals"
	notEquals = "NotEquals"
)

// rule says how a selector may use a field; the zero rule leaves it free.
type rule struct {
	operators []string // empty allows all
	values    []string // empty allows all
	one       bool     // exactly one value
}

var (
	category = rule{operators: []string{equals}, one: true}
	truth    = rule{operators: []string{equals}, values: []string{"true", "false"}}
)

// fieldRules says per category which fields a selector may name, and how.
// [CloudTrail: AdvancedFieldSelector]
var fieldRules = map[string]map[string]rule{
	"Management": {
		"eventCategory": category, "readOnly": truth,
		"eventSource": {operators: []string{notEquals}, values: []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}},
	},
	"Data": {
		"eventCategory": category, "readOnly": truth, "resources.type": {operators: []string{equals}, one: true},
		"eventSource": {}, "eventName": {}, "eventType": {}, "resources.ARN": {}, "userIdentity.arn": {},
		"sessionCredentialFromConsole": {operators: []string{equals, notEquals}, values: []string{"true"}},
	},
	"NetworkActivity": {
		"eventCategory": category, "eventSource": {operators: []string{equals}, one: true}, "eventName": {}, "vpcEndpointId": {},
		"errorCode": {operators: []string{equals}, values: []string{"VpceAccessDenied"}},
	},
}

// check refuses what the rule does not allow. Its texts are inferred.
func (r rule) check(f *cloudtrail.AdvancedFieldSelector) error {
	n := 0
	for _, o := range []struct {
		name   string
		values []string
	}{
		{equals, f.Equals}, {"StartsWith", f.StartsWith}, {"EndsWith", f.EndsWith},
		{notEquals, f.NotEquals}, {"NotStartsWith", f.NotStartsWith}, {"NotEndsWith", f.NotEndsWith},
	} {
		n += len(o.values)
		if len(o.values) > 0 && len(r.operators) > 0 && !slices.Contains(r.operators, o.name) || r.one && n > 1 {
			return Error("Invalid value for field " + f.Field + ": use " + r.use() + ".")
		}
		for _, v := range o.values {
			if len(r.values) > 0 && !slices.Contains(r.values, v) {
				return Error("Invalid value for field " + f.Field + ": use " + r.use() + ".")
			}
		}
	}
	return nil
}

// use puts the rule into words.
func (r rule) use() string {
	if r.one {
		return r.operators[0] + " with exactly one value"
	}
	return strings.Join(r.operators, " or ") + " with " + strings.Join(r.values, " or ")
}

func advanced(s cloudtrail.AdvancedEventSelector) (match func(*Event) bool, conds int, err error) {
	chosen, given := "", make(map[string]int)
	for i := range s.FieldSelectors {
		f := &s.FieldSelectors[i]
		n := len(f.Equals) + len(f.StartsWith) + len(f.EndsWith) + len(f.NotEquals) + len(f.NotStartsWith) + len(f.NotEndsWith)
		if n == 0 {
			return nil, 0, Error("The field selector for " + f.Field + " has no operator.")
		}
		conds += n
		given[f.Field]++
		if f.Field == "eventCategory" {
			if err := category.check(f); err != nil {
				return nil, 0, err
			}
			chosen = f.Equals[0]
		}
	}
	allowed, ok := fieldRules[chosen]
	switch {
	case chosen == "":
		return nil, 0, refuse("The advanced event selector has no eventCategory field.")
	case !ok:
		return nil, 0, Error("Invalid value for field eventCategory: " + chosen)
	case given["eventCategory"] > 1:
		return nil, 0, refuse("The advanced event selector has more than one eventCategory field.")
	case chosen == "Data" && given["resources.type"] != 1:
		return nil, 0, refuse("A selector for data events needs exactly one resources.type field.")
	case chosen == "NetworkActivity" && given["eventSource"] != 1:
		return nil, 0, refuse("A selector for network activity events needs exactly one eventSource field.")
	}
	kind := ""
	for i := range s.FieldSelectors {
		f := &s.FieldSelectors[i]
		r, ok := allowed[f.Field]
		if !ok {
			return nil, 0, Error("Invalid field " + f.Field + " for eventCategory " + chosen + ".")
		}
		if err := r.check(f); err != nil {
			return nil, 0, err
		}
		if f.Field == "resources.type" {
			kind = f.Equals[0]
		}
	}
	return func(e *Event) bool {
		for i := range s.FieldSelectors {
			if !fieldFits(&s.FieldSelectors[i], e, kind) {
				return false
			}
		}
		return true
	}, conds, nil
}

// fieldFits: any of the selecting conditions, and none of the deselecting ones.
// A field the event does not have fails the former and passes the latter.
func fieldFits(f *cloudtrail.AdvancedFieldSelector, e *Event, kind string) bool {
	values := fieldValues(f.Field, e, kind)
	hit := func(list []string, test func(v, want string) bool) bool {
		for _, v := range values {
			for _, want := range list {
				if test(v, want) {
					return true
				}
			}
		}
		return false
	}
	equal := func(v, want string) bool { return v == want }
	if len(f.Equals)+len(f.StartsWith)+len(f.EndsWith) > 0 &&
		!hit(f.Equals, equal) && !hit(f.StartsWith, strings.HasPrefix) && !hit(f.EndsWith, strings.HasSuffix) {
		return false
	}
	return !hit(f.NotEquals, equal) && !hit(f.NotStartsWith, strings.HasPrefix) && !hit(f.NotEndsWith, strings.HasSuffix)
}

// fieldValues are a field's values in an event. resources.ARN is that of the
// resources of the selector's kind: a bucket named beside its object is not it. (inferred)
func fieldValues(field string, e *Event, kind string) []string {
	one := func(s string) []string {
		if s == "" {
			return nil
		}
		return []string{s}
	}
	switch field {
	case "eventCategory":
		return one(e.Category)
	case "eventSource":
		return one(e.Source)
	case "eventName":
		return one(e.Name)
	case "eventType":
		return one(e.Type)
	case "readOnly":
		return []string{strconv.FormatBool(e.ReadOnly)}
	case "userIdentity.arn":
		return one(e.UserARN)
	case "sessionCredentialFromConsole":
		return []string{strconv.FormatBool(e.FromConsole)}
	case "resources.type", "resources.ARN":
		var out []string
		for _, r := range e.Resources {
			switch {
			case field == "resources.type":
				out = append(out, r.Type)
			case r.Type == kind:
				out = append(out, r.ARN)
			}
		}
		return out
	}
	return nil
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}
