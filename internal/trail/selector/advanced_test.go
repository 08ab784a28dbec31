package selector_test

import (
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

type field = cloudtrail.AdvancedFieldSelector

func advanced(fields ...field) []cloudtrail.AdvancedEventSelector {
	return []cloudtrail.AdvancedEventSelector{{FieldSelectors: fields}}
}

func equal(name string, values ...string) field { return field{Field: name, Equals: values} }

// pools selects data events of identity pools that fit the further fields.
func pools(fields ...field) []cloudtrail.AdvancedEventSelector {
	return advanced(append([]field{equal("eventCategory", "Data"), equal("resources.type", pool)}, fields...)...)
}

func managing(fields ...field) []cloudtrail.AdvancedEventSelector {
	return advanced(append([]field{equal("eventCategory", "Management")}, fields...)...)
}

func network(fields ...field) []cloudtrail.AdvancedEventSelector {
	return advanced(append([]field{equal("eventCategory", "NetworkActivity"), equal("eventSource", "kms.amazonaws.com")}, fields...)...)
}

const poolARN = "arn:aws:cognito-identity:us-east-1:111122223333:identitypool/us-east-1:0aa0"

// getID is a data event with all fields.
func getID() selector.Event {
	return selector.Event{
		Category: "Data", Source: "cognito-identity.amazonaws.com", Name: "GetId", Type: "AwsApiCall",
		UserARN: "arn:aws:iam::111122223333:user/ops", Resources: []selector.Resource{{Type: pool, ARN: poolARN}},
	}
}

// Each operator does the same on each field that is free: the field's value, a
// beginning, an end, and what the value is not.
func TestAdvanced_Operators(t *testing.T) {
	t.Parallel()
	fields := map[string]string{
		"eventSource": "cognito-identity.amazonaws.com", "eventName": "GetId", "eventType": "AwsApiCall",
		"userIdentity.arn": "arn:aws:iam::111122223333:user/ops", "resources.ARN": poolARN,
	}
	type list = []string
	for name, c := range map[string]struct {
		f    func(v string) field
		want bool
	}{
		"Equals the value":            {func(v string) field { return field{Equals: list{v}} }, true},
		"Equals one of three":         {func(v string) field { return field{Equals: list{"x", v, "y"}} }, true},
		"Equals another":              {func(v string) field { return field{Equals: list{"x"}} }, false},
		"Equals a part":               {func(v string) field { return field{Equals: list{v[:3]}} }, false},
		"Equals in another case":      {func(v string) field { return field{Equals: list{flip(v)}} }, false},
		"star is a letter":            {func(v string) field { return field{Equals: list{"*", v[:2] + "*"}} }, false},
		"StartsWith the beginning":    {func(v string) field { return field{StartsWith: list{v[:3]}} }, true},
		"StartsWith the whole":        {func(v string) field { return field{StartsWith: list{v}} }, true},
		"StartsWith the end":          {func(v string) field { return field{StartsWith: list{v[len(v)-2:]}} }, false},
		"StartsWith in another case":  {func(v string) field { return field{StartsWith: list{flip(v[:3])}} }, false},
		"StartsWith more":             {func(v string) field { return field{StartsWith: list{v + "x"}} }, false},
		"EndsWith the end":            {func(v string) field { return field{EndsWith: list{v[len(v)-2:]}} }, true},
		"EndsWith the beginning":      {func(v string) field { return field{EndsWith: list{v[:2]}} }, false},
		"EndsWith one of two":         {func(v string) field { return field{EndsWith: list{"xx", v[1:]}} }, true},
		"NotEquals another":           {func(v string) field { return field{NotEquals: list{"x"}} }, true},
		"NotEquals the value":         {func(v string) field { return field{NotEquals: list{v}} }, false},
		"NotEquals one of two":        {func(v string) field { return field{NotEquals: list{"x", v}} }, false},
		"NotStartsWith another":       {func(v string) field { return field{NotStartsWith: list{"x"}} }, true},
		"NotStartsWith the beginning": {func(v string) field { return field{NotStartsWith: list{"x", v[:2]}} }, false},
		"NotEndsWith another":         {func(v string) field { return field{NotEndsWith: list{"xx"}} }, true},
		"NotEndsWith the end":         {func(v string) field { return field{NotEndsWith: list{"x", v[1:]}} }, false},
		"selecting: any":              {func(v string) field { return field{Equals: list{"x"}, StartsWith: list{"y"}, EndsWith: list{v[1:]}} }, true},
		"selecting: none":             {func(v string) field { return field{Equals: list{"x"}, StartsWith: list{"y"}, EndsWith: list{"zz"}} }, false},
		"deselecting: one is enough": {func(v string) field {
			return field{NotEquals: list{"x"}, NotStartsWith: list{"y"}, NotEndsWith: list{v[1:]}}
		}, false},
		"deselecting: none": {func(v string) field {
			return field{NotEquals: list{"x"}, NotStartsWith: list{"y"}, NotEndsWith: list{"zz"}}
		}, true},
		"deselecting beats selecting":  {func(v string) field { return field{StartsWith: list{v[:2]}, NotEquals: list{v}} }, false},
		"selected and not deselected":  {func(v string) field { return field{StartsWith: list{v[:2]}, NotEquals: list{"x"}} }, true},
		"neither selected nor refused": {func(v string) field { return field{StartsWith: list{"x"}, NotEquals: list{"x"}} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for path, value := range fields {
				f, e := c.f(value), getID()
				f.Field = path
				set, err := selector.Advanced(pools(f))
				if err != nil {
					t.Fatalf("%s: %v", path, err)
				}
				if got := set.Match(&e); got != c.want {
					t.Errorf("%s: match is %v", path, got)
				}
			}
		})
	}
}

// flip changes the case of every letter.
func flip(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c|0x20 && c|0x20 <= 'z' {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

// A field that the event does not have fails what selects and passes what deselects.
func TestAdvanced_AbsentField(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"eventSource", "eventName", "eventType", "userIdentity.arn", "resources.ARN"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			e := selector.Event{Category: "Data", Resources: []selector.Resource{{Type: pool}}}
			if path == "resources.ARN" {
				e = selector.Event{Category: "Data", Resources: []selector.Resource{{Type: pool, ARN: poolARN}}}
			}
			for name, c := range map[string]struct {
				f    field
				want bool
			}{
				"Equals": {field{Equals: []string{"x"}}, false}, "StartsWith": {field{StartsWith: []string{"x"}}, false}, "EndsWith": {field{EndsWith: []string{"x"}}, false},
				"NotEquals": {field{NotEquals: []string{"x"}}, true}, "NotStartsWith": {field{NotStartsWith: []string{"x"}}, true}, "NotEndsWith": {field{NotEndsWith: []string{"x"}}, true},
			} {
				c.f.Field = path
				set, err := selector.Advanced(pools(c.f))
				if err != nil {
					t.Fatal(err)
				}
				if got := set.Match(&e); got != c.want {
					t.Errorf("%s: match is %v", name, got)
				}
			}
		})
	}
}

func TestAdvanced_Match(t *testing.T) {
	t.Parallel()
	with := func(change func(*selector.Event)) selector.Event {
		e := getID()
		change(&e)
		return e
	}
	bucketAndObject := selector.Event{Category: "Data", Resources: []selector.Resource{
		{Type: s3Object, ARN: "arn:aws:s3:::b/k"}, {Type: "AWS::S3::Bucket", ARN: "arn:aws:s3:::b"},
	}}
	objects := func(f field) []cloudtrail.AdvancedEventSelector {
		return advanced(equal("eventCategory", "Data"), equal("resources.type", s3Object), f)
	}
	for name, c := range map[string]struct {
		selectors []cloudtrail.AdvancedEventSelector
		event     selector.Event
		want      bool
	}{
		"no selector wants nothing":     {nil, management("iam.amazonaws.com", false), false},
		"all management, a write":       {managing(), management("iam.amazonaws.com", false), true},
		"all management, a read":        {managing(), management("iam.amazonaws.com", true), true},
		"all management, a data event":  {managing(), getID(), false},
		"reads, a read":                 {managing(equal("readOnly", "true")), management("iam.amazonaws.com", true), true},
		"reads, a write":                {managing(equal("readOnly", "true")), management("iam.amazonaws.com", false), false},
		"writes, a read":                {managing(equal("readOnly", "false")), management("iam.amazonaws.com", true), false},
		"writes, a write":               {managing(equal("readOnly", "false")), management("iam.amazonaws.com", false), true},
		"reads and writes":              {managing(equal("readOnly", "true", "false")), management("iam.amazonaws.com", false), true},
		"reads AND writes is nothing":   {managing(equal("readOnly", "true"), equal("readOnly", "false")), management("iam.amazonaws.com", false), false},
		"excluded source":               {managing(field{Field: "eventSource", NotEquals: []string{"kms.amazonaws.com"}}), management("kms.amazonaws.com", false), false},
		"source beside excluded":        {managing(field{Field: "eventSource", NotEquals: []string{"kms.amazonaws.com"}}), management("iam.amazonaws.com", false), true},
		"two excluded sources":          {managing(field{Field: "eventSource", NotEquals: []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}}), management("rdsdata.amazonaws.com", false), false},
		"identity pools":                {pools(), getID(), true},
		"identity pools, an object":     {pools(), data(s3Object, "arn:aws:s3:::b/k", true), false},
		"identity pools, management":    {pools(), selector.Event{Category: "Management", Resources: getID().Resources}, false},
		"identity pools, no resource":   {pools(), selector.Event{Category: "Data"}, false},
		"fields are all needed":         {pools(equal("eventName", "GetId"), equal("eventType", "AwsServiceEvent")), getID(), false},
		"fields that all fit":           {pools(equal("eventName", "GetId"), equal("eventType", "AwsApiCall")), getID(), true},
		"the same field twice":          {pools(field{Field: "eventName", StartsWith: []string{"Get"}}, field{Field: "eventName", EndsWith: []string{"Token"}}), getID(), false},
		"reads of pools get nothing":    {pools(equal("readOnly", "true")), getID(), false},
		"writes of pools get all":       {pools(equal("readOnly", "false")), getID(), true},
		"console, from the console":     {pools(equal("sessionCredentialFromConsole", "true")), with(func(e *selector.Event) { e.FromConsole = true }), true},
		"console, not from there":       {pools(equal("sessionCredentialFromConsole", "true")), getID(), false},
		"not console, from the console": {pools(field{Field: "sessionCredentialFromConsole", NotEquals: []string{"true"}}), with(func(e *selector.Event) { e.FromConsole = true }), false},
		"not console, not from there":   {pools(field{Field: "sessionCredentialFromConsole", NotEquals: []string{"true"}}), getID(), true},
		"anonymous, ARN selected":       {pools(field{Field: "userIdentity.arn", StartsWith: []string{"arn:"}}), with(func(e *selector.Event) { e.UserARN = "" }), false},
		"anonymous, ARN deselected":     {pools(field{Field: "userIdentity.arn", NotStartsWith: []string{"arn:"}}), with(func(e *selector.Event) { e.UserARN = "" }), true},
		"second resource's ARN": {pools(equal("resources.ARN", poolARN+"/2")), with(func(e *selector.Event) {
			e.Resources = append(e.Resources, selector.Resource{Type: pool, ARN: poolARN + "/2"})
		}), true},
		"one resource of two deselected": {pools(field{Field: "resources.ARN", NotEquals: []string{poolARN + "/2"}}), with(func(e *selector.Event) {
			e.Resources = append(e.Resources, selector.Resource{Type: pool, ARN: poolARN + "/2"})
		}), false},
		"ARN of a resource of other kind":  {objects(equal("resources.ARN", "arn:aws:s3:::b")), bucketAndObject, false},
		"other kind's ARN is not refused":  {objects(field{Field: "resources.ARN", NotEquals: []string{"arn:aws:s3:::b"}}), bucketAndObject, true},
		"object beside its bucket":         {objects(field{Field: "resources.ARN", StartsWith: []string{"arn:aws:s3:::b/"}}), bucketAndObject, true},
		"network activity, a data event":   {network(), getID(), false},
		"network activity of its source":   {network(), selector.Event{Category: "NetworkActivity", Source: "kms.amazonaws.com"}, true},
		"network activity of other source": {network(), selector.Event{Category: "NetworkActivity", Source: "s3.amazonaws.com"}, false},
		"denied network activity only":     {network(equal("errorCode", "VpceAccessDenied")), selector.Event{Category: "NetworkActivity", Source: "kms.amazonaws.com"}, false},
		"second selector":                  {append(managing(), pools()...), getID(), true},
		"neither selector":                 {append(managing(), pools(equal("eventName", "GetOpenIdToken"))...), getID(), false},
		"excluded here, wanted there":      {append(pools(field{Field: "eventName", NotEquals: []string{"GetId"}}), pools()...), getID(), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := selector.Advanced(c.selectors)
			if err != nil {
				t.Fatal(err)
			}
			if got := set.Match(&c.event); got != c.want {
				t.Errorf("match is %v", got)
			}
		})
	}
}

// The document of the developer guide's page on identity pools, put right.
func TestAdvanced_DocumentedSelector(t *testing.T) {
	t.Parallel()
	set, err := selector.Advanced(append(managing(), pools(
		field{Field: "resources.ARN", StartsWith: []string{poolARN[:len(poolARN)-2]}},
		field{Field: "eventName", NotEquals: []string{"GetId"}},
	)...))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"GetId": false, "GetCredentialsForIdentity": true, "GetOpenIdToken": true, "UnlinkIdentity": true} {
		e := getID()
		e.Name = name
		if got := set.Match(&e); got != want {
			t.Errorf("%s: match is %v", name, got)
		}
	}
}

func TestAdvanced_Refusals(t *testing.T) {
	t.Parallel()
	const (
		noCategory  = "The advanced event selector has no eventCategory field."
		oneCategory = "Invalid value for field eventCategory: use Equals with exactly one value."
		oneType     = "Invalid value for field resources.type: use Equals with exactly one value."
		needsType   = "A selector for data events needs exactly one resources.type field."
		boolean     = "Invalid value for field readOnly: use Equals with true or false."
		sources     = "Invalid value for field eventSource: use NotEquals with kms.amazonaws.com or rdsdata.amazonaws.com."
		console     = "Invalid value for field sessionCredentialFromConsole: use Equals or NotEquals with true."
		oneSource   = "Invalid value for field eventSource: use Equals with exactly one value."
		denied      = "Invalid value for field errorCode: use Equals with VpceAccessDenied."
		tooMany     = "A trail can have at most 500 values for all conditions in all advanced event selectors."
	)
	not := func(name string, v ...string) field { return field{Field: name, NotEquals: v} }
	for name, c := range map[string]struct {
		selectors []cloudtrail.AdvancedEventSelector
		want      string
	}{
		"no field":                           {advanced(), noCategory},
		"no category":                        {advanced(equal("eventName", "GetId")), noCategory},
		"category of another time":           {advanced(equal("eventCategory", "Insight")), "Invalid value for field eventCategory: Insight"},
		"category in another case":           {advanced(equal("eventCategory", "management")), "Invalid value for field eventCategory: management"},
		"category of event data stores":      {advanced(equal("eventCategory", "ConfigurationItem")), "Invalid value for field eventCategory: ConfigurationItem"},
		"two categories":                     {advanced(equal("eventCategory", "Management", "Data")), oneCategory},
		"category by StartsWith":             {advanced(field{Field: "eventCategory", StartsWith: []string{"Management"}}), oneCategory},
		"category by NotEquals":              {advanced(not("eventCategory", "Data")), oneCategory},
		"category by Equals and NotEquals":   {advanced(field{Field: "eventCategory", Equals: []string{"Management"}, NotEquals: []string{"Data"}}), oneCategory},
		"two category fields":                {managing(equal("eventCategory", "Management")), "The advanced event selector has more than one eventCategory field."},
		"field without operator":             {managing(field{Field: "readOnly"}), "The field selector for readOnly has no operator."},
		"field with empty operator":          {managing(field{Field: "readOnly", Equals: []string{}, NotEquals: []string{}}), "The field selector for readOnly has no operator."},
		"name that looks like a format":      {managing(field{Field: "%s%d"}), "The field selector for %s%d has no operator."},
		"data without type":                  {advanced(equal("eventCategory", "Data")), needsType},
		"data with two type fields":          {pools(equal("resources.type", s3Object)), needsType},
		"two types":                          {advanced(equal("eventCategory", "Data"), equal("resources.type", pool, s3Object)), oneType},
		"type by NotEquals":                  {advanced(equal("eventCategory", "Data"), not("resources.type", pool)), oneType},
		"type by StartsWith":                 {advanced(equal("eventCategory", "Data"), field{Field: "resources.type", StartsWith: []string{"AWS::"}}), oneType},
		"type of management events":          {managing(equal("resources.type", pool)), "Invalid field resources.type for eventCategory Management."},
		"readOnly maybe":                     {managing(equal("readOnly", "maybe")), boolean},
		"readOnly 1":                         {managing(equal("readOnly", "1")), boolean},
		"readOnly TRUE":                      {managing(equal("readOnly", "TRUE")), boolean},
		"readOnly true and T":                {pools(equal("readOnly", "true", "T")), boolean},
		"readOnly NotEquals":                 {managing(not("readOnly", "true")), boolean},
		"readOnly StartsWith":                {pools(field{Field: "readOnly", StartsWith: []string{"t"}}), boolean},
		"source of management selected":      {managing(equal("eventSource", "iam.amazonaws.com")), sources},
		"another source deselected":          {managing(not("eventSource", "iam.amazonaws.com")), sources},
		"source deselected by its beginning": {managing(field{Field: "eventSource", NotStartsWith: []string{"kms.amazonaws.com"}}), sources},
		"console false":                      {pools(equal("sessionCredentialFromConsole", "false")), console},
		"console by its beginning":           {pools(field{Field: "sessionCredentialFromConsole", StartsWith: []string{"true"}}), console},
		"network without source":             {advanced(equal("eventCategory", "NetworkActivity")), "A selector for network activity events needs exactly one eventSource field."},
		"network with two source fields":     {network(equal("eventSource", "s3.amazonaws.com")), "A selector for network activity events needs exactly one eventSource field."},
		"network of two sources":             {advanced(equal("eventCategory", "NetworkActivity"), equal("eventSource", "a", "b")), oneSource},
		"network source deselected":          {advanced(equal("eventCategory", "NetworkActivity"), not("eventSource", "a")), oneSource},
		"network error of another code":      {network(equal("errorCode", "AccessDenied")), denied},
		"network error deselected":           {network(not("errorCode", "VpceAccessDenied")), denied},
		"network, all its fields":            {network(equal("errorCode", "VpceAccessDenied"), equal("eventName", "Decrypt"), field{Field: "vpcEndpointId", StartsWith: []string{"vpce-"}}), ""},
		"500 values":                         {pools(equal("eventName", many(498, "E%d")...)), ""},
		"501 values":                         {pools(equal("eventName", many(499, "E%d")...)), tooMany},
		"501 values in two selectors":        {append(pools(equal("eventName", many(300, "E%d")...)), pools(not("eventName", many(197, "E%d")...))...), tooMany},
		"500 values in all operators": {pools(field{Field: "eventName", Equals: many(83, "a%d"), StartsWith: many(83, "b%d"), EndsWith: many(83, "c%d"),
			NotEquals: many(83, "d%d"), NotStartsWith: many(83, "e%d"), NotEndsWith: many(83, "f%d")}), ""},
		"second selector": {append(managing(), advanced(equal("eventCategory", "Data"))...), needsType},
		"unknown type":    {advanced(equal("eventCategory", "Data"), equal("resources.type", "AWS::New::Thing")), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := selector.Advanced(c.selectors)
			refused(t, err, c.want)
			if err != nil && set != nil {
				t.Error("a refused list gave selectors")
			}
		})
	}
}

// Which field goes with which category; all others are refused by name.
func TestAdvanced_FieldsOfCategories(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"Management":      {"eventSource", "readOnly"},
		"Data":            {"eventName", "eventSource", "eventType", "readOnly", "resources.ARN", "sessionCredentialFromConsole", "userIdentity.arn"},
		"NetworkActivity": {"errorCode", "eventName", "vpcEndpointId"},
	}
	lists := map[string]func(...field) []cloudtrail.AdvancedEventSelector{"Management": managing, "Data": pools, "NetworkActivity": network}
	usable := map[string]field{ // how a field that is not free can be used
		"readOnly": {Equals: []string{"true"}}, "errorCode": {Equals: []string{"VpceAccessDenied"}}, "sessionCredentialFromConsole": {NotEquals: []string{"true"}},
	}
	all := []string{
		"eventName", "eventSource", "eventType", "readOnly", "resources.ARN", "sessionCredentialFromConsole", "userIdentity.arn", "errorCode", "vpcEndpointId",
		"resources.accountId", "userIdentity.type", "EventName", "eventname", "awsRegion", "",
	}
	for category, list := range lists {
		t.Run(category, func(t *testing.T) {
			t.Parallel()
			for _, name := range all {
				f, ok := usable[name]
				if !ok {
					f = field{NotEquals: []string{"kms.amazonaws.com"}}
				}
				f.Field = name
				want := "Invalid field " + name + " for eventCategory " + category + "."
				if slices.Contains(allowed[category], name) {
					want = ""
				}
				if category == "NetworkActivity" && name == "eventSource" {
					continue // given already; see the refusals
				}
				_, err := selector.Advanced(list(f))
				refused(t, err, want)
			}
		})
	}
}
