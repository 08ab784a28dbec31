package selector_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

// refused compares an error with the text of a refusal; "" wants none.
func refused(t *testing.T, err error, want string) {
	t.Helper()
	var text selector.Error
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && !errors.As(err, &text):
		t.Errorf("got %v, want the refusal %q", err, want)
	case want != "" && err.Error() != want:
		t.Errorf("refused with\n     %s\nwant %s", err, want)
	}
}

const (
	s3Object = "AWS::S3::Object"
	function = "AWS::Lambda::Function"
	table    = "AWS::DynamoDB::Table"
	pool     = "AWS::Cognito::IdentityPool"
)

func management(source string, readOnly bool) selector.Event {
	return selector.Event{Category: "Management", Source: source, ReadOnly: readOnly}
}

func data(kind, arn string, readOnly bool) selector.Event {
	return selector.Event{Category: "Data", ReadOnly: readOnly, Resources: []selector.Resource{{Type: kind, ARN: arn}}}
}

func resources(kind string, values ...string) []cloudtrail.DataResource {
	return []cloudtrail.DataResource{{Type: &kind, Values: values}}
}

func many(n int, format string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return out
}

func TestBasic_Match(t *testing.T) {
	t.Parallel()
	const fn = "arn:aws:lambda:us-east-1:111122223333:function:hello"
	type list = []cloudtrail.EventSelector
	read, write := management("iam.amazonaws.com", true), management("iam.amazonaws.com", false)
	objects := func(values ...string) list { return list{{DataResources: resources(s3Object, values...)}} }
	for name, c := range map[string]struct {
		selectors list
		event     selector.Event
		want      bool
	}{
		"no selector wants nothing": {nil, write, false},

		"default wants reads":                   {list{{}}, read, true},
		"default wants writes":                  {list{{}}, write, true},
		"default wants no data":                 {list{{}}, data(s3Object, "arn:aws:s3:::b/k", false), false},
		"default wants no network activity":     {list{{}}, selector.Event{Category: "NetworkActivity"}, false},
		"default wants no Insights":             {list{{}}, selector.Event{Category: "Insight"}, false},
		"an event without category is no match": {list{{}}, selector.Event{}, false},

		"All wants reads":        {list{{ReadWriteType: new("All")}}, read, true},
		"All wants writes":       {list{{ReadWriteType: new("All")}}, write, true},
		"ReadOnly wants reads":   {list{{ReadWriteType: new("ReadOnly")}}, read, true},
		"ReadOnly spares writes": {list{{ReadWriteType: new("ReadOnly")}}, write, false},
		"WriteOnly spares reads": {list{{ReadWriteType: new("WriteOnly")}}, read, false},
		"WriteOnly wants writes": {list{{ReadWriteType: new("WriteOnly")}}, write, true},

		"management events left out": {list{{IncludeManagementEvents: new(false)}}, write, false},
		"management events asked":    {list{{IncludeManagementEvents: new(true)}}, write, true},

		"excluded source":         {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com"}}}, management("kms.amazonaws.com", true), false},
		"source beside excluded":  {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com"}}}, management("rdsdata.amazonaws.com", true), true},
		"second excluded source":  {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}}}, management("rdsdata.amazonaws.com", true), false},
		"excluded only when data": {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com"}, DataResources: resources(s3Object, "arn:aws:s3")}}, data(s3Object, "arn:aws:s3:::b/k", true), true},

		"all objects":                   {objects("arn:aws:s3"), data(s3Object, "arn:aws:s3:::b/k", true), true},
		"all objects in the long form":  {objects("arn:aws:s3:::"), data(s3Object, "arn:aws:s3:::b/k", true), true},
		"objects of a bucket":           {objects("arn:aws:s3:::b/"), data(s3Object, "arn:aws:s3:::b/k", true), true},
		"objects of a prefix":           {objects("arn:aws:s3:::b/in/"), data(s3Object, "arn:aws:s3:::b/in/k", true), true},
		"object outside the prefix":     {objects("arn:aws:s3:::b/in/"), data(s3Object, "arn:aws:s3:::b/out/k", true), false},
		"object of a longer bucket":     {objects("arn:aws:s3:::b/"), data(s3Object, "arn:aws:s3:::bb/k", true), false},
		"object in another case":        {objects("arn:aws:s3:::b/K"), data(s3Object, "arn:aws:s3:::b/k", true), false},
		"second value":                  {objects("arn:aws:s3:::a/", "arn:aws:s3:::b/"), data(s3Object, "arn:aws:s3:::b/k", true), true},
		"no value":                      {objects(), data(s3Object, "arn:aws:s3:::b/k", true), false},
		"bucket beside the object":      {objects("arn:aws:s3:::b/"), data("AWS::S3::Bucket", "arn:aws:s3:::b/", true), false},
		"data event without resources":  {objects("arn:aws:s3"), selector.Event{Category: "Data"}, false},
		"management event on an object": {list{{IncludeManagementEvents: new(false), DataResources: resources(s3Object, "arn:aws:s3")}}, selector.Event{Category: "Management", Resources: []selector.Resource{{Type: s3Object, ARN: "arn:aws:s3:::b/k"}}}, false},
		"network activity on an object": {objects("arn:aws:s3"), selector.Event{Category: "NetworkActivity", Resources: []selector.Resource{{Type: s3Object, ARN: "arn:aws:s3:::b/k"}}}, false},
		"second resource of the event": {objects("arn:aws:s3:::b/"), selector.Event{Category: "Data", Resources: []selector.Resource{
			{Type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::b"}, {Type: s3Object, ARN: "arn:aws:s3:::b/k"},
		}}, true},
		"reads of objects, a read":            {list{{ReadWriteType: new("ReadOnly"), DataResources: resources(s3Object, "arn:aws:s3")}}, data(s3Object, "arn:aws:s3:::b/k", true), true},
		"reads of objects, a write":           {list{{ReadWriteType: new("ReadOnly"), DataResources: resources(s3Object, "arn:aws:s3")}}, data(s3Object, "arn:aws:s3:::b/k", false), false},
		"writes of objects, a read":           {list{{ReadWriteType: new("WriteOnly"), DataResources: resources(s3Object, "arn:aws:s3")}}, data(s3Object, "arn:aws:s3:::b/k", true), false},
		"data without management":             {list{{IncludeManagementEvents: new(false), DataResources: resources(s3Object, "arn:aws:s3")}}, data(s3Object, "arn:aws:s3:::b/k", true), true},
		"identity pools need advanced":        {list{{DataResources: resources(s3Object, "arn:aws:s3")}}, data(pool, "arn:aws:cognito-identity:us-east-1:1:identitypool/p", false), false},
		"all functions":                       {list{{DataResources: resources(function, "arn:aws:lambda")}}, data(function, fn, false), true},
		"one function":                        {list{{DataResources: resources(function, fn)}}, data(function, fn, false), true},
		"function whose name begins so":       {list{{DataResources: resources(function, fn)}}, data(function, fn+"-2", false), false},
		"all tables":                          {list{{DataResources: resources(table, "arn:aws:dynamodb")}}, data(table, "arn:aws:dynamodb:us-east-1:1:table/t", false), true},
		"table whose name begins so":          {list{{DataResources: resources(table, "arn:aws:dynamodb:us-east-1:1:table/t")}}, data(table, "arn:aws:dynamodb:us-east-1:1:table/t2", false), false},
		"second data resource":                {list{{DataResources: append(resources(function, "arn:aws:lambda"), resources(s3Object, "arn:aws:s3")...)}}, data(s3Object, "arn:aws:s3:::b/k", true), true},
		"second selector":                     {list{{ReadWriteType: new("ReadOnly")}, {ReadWriteType: new("WriteOnly")}}, write, true},
		"excluded by one, wanted by another":  {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com"}}, {ReadWriteType: new("WriteOnly")}}, management("kms.amazonaws.com", false), true},
		"conditions of two selectors are two": {list{{ReadWriteType: new("ReadOnly")}, {IncludeManagementEvents: new(false)}}, write, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := selector.Basic(c.selectors)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Match(&c.event); got != c.want {
				t.Errorf("match is %v", got)
			}
		})
	}
}

func TestBasic_Refusals(t *testing.T) {
	t.Parallel()
	type list = []cloudtrail.EventSelector
	values := func(kind string, v ...string) list { return list{{DataResources: resources(kind, v...)}} }
	const tooMany = "A trail can have at most 250 data resources."
	for name, c := range map[string]struct {
		selectors list
		want      string
	}{
		"five selectors":                {make(list, 5), ""},
		"six selectors":                 {make(list, 6), "A trail can have at most 5 event selectors."},
		"250 values":                    {values(s3Object, many(250, "arn:aws:s3:::b%d/")...), ""},
		"251 values":                    {values(s3Object, many(251, "arn:aws:s3:::b%d/")...), tooMany},
		"251 values in two selectors":   {append(values(s3Object, many(125, "arn:aws:s3:::b%d/")...), values(function, many(126, "arn:aws:lambda:r:1:function:f%d")...)...), tooMany},
		"values for all do not count":   {values(s3Object, append(many(250, "arn:aws:s3:::b%d/"), "arn:aws:s3", "arn:aws:s3:::")...), ""},
		"both sources excluded":         {list{{ExcludeManagementEventSources: []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}}}, ""},
		"another source excluded":       {list{{ExcludeManagementEventSources: []string{"iam.amazonaws.com"}}}, "Value iam.amazonaws.com for ExcludeManagementEventSources is invalid."},
		"excluded source in vain":       {list{{IncludeManagementEvents: new(false), ExcludeManagementEventSources: []string{"kms.amazonaws.com"}}}, "ExcludeManagementEventSources needs IncludeManagementEvents."},
		"empty list excluded in vain":   {list{{IncludeManagementEvents: new(false), ExcludeManagementEventSources: []string{}}}, ""},
		"type of advanced selectors":    {values(pool, "arn:aws:cognito-identity"), "Value AWS::Cognito::IdentityPool for DataResources.Type is invalid."},
		"type absent":                   {list{{DataResources: []cloudtrail.DataResource{{Values: []string{"arn:aws:s3"}}}}}, "Value  for DataResources.Type is invalid."},
		"type in another case":          {values("AWS::s3::Object", "arn:aws:s3"), "Value AWS::s3::Object for DataResources.Type is invalid."},
		"star":                          {values(s3Object, "*"), "Value * for DataResources.Values is invalid."},
		"text that looks like a format": {values(s3Object, "%s%d"), "Value %s%d for DataResources.Values is invalid."},
		"bucket without ARN":            {values(s3Object, "bucket/"), "Value bucket/ for DataResources.Values is invalid."},
		"ARN of another service":        {values(s3Object, "arn:aws:lambda"), "Value arn:aws:lambda for DataResources.Values is invalid."},
		"ARN whose service begins so":   {values(s3Object, "arn:aws:s3tables:r:1:x"), "Value arn:aws:s3tables:r:1:x for DataResources.Values is invalid."},
		"second value":                  {values(table, "arn:aws:dynamodb", ""), "Value  for DataResources.Values is invalid."},
		"second selector":               {append(list{{}}, values(function, "x")...), "Value x for DataResources.Values is invalid."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := selector.Basic(c.selectors)
			refused(t, err, c.want)
			if err != nil && set != nil {
				t.Error("a refused list gave selectors")
			}
		})
	}
}
