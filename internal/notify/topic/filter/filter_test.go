package filter_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/notify/topic/filter"
)

// TestParse has SNS's words for what is wrong with a policy.
func TestParse(t *testing.T) {
	t.Parallel()
	many, err := json.Marshal(map[string][]string{"store": strings.Split(strings.Repeat("x,", 150)+"x", ",")})
	if err != nil {
		t.Fatal(err)
	}
	const nested = "Filter policy scope MessageAttributes does not support nested filter policy"
	for text, want := range map[string]string{
		`x`:                                   "FilterPolicy: failed to parse JSON.",
		`[]`:                                  "FilterPolicy: failed to parse JSON.",
		`{} {}`:                               "FilterPolicy: failed to parse JSON.",
		`null`:                                "FilterPolicy: failed to parse JSON.",
		`{"a":1}`:                             `FilterPolicy: "a" must be an object or an array`,
		`{"a":[]}`:                            "FilterPolicy: Empty arrays are not allowed",
		`{"a":{"b":["c"]}}`:                   nested,
		`{"a":[["b"]]}`:                       "FilterPolicy: Match value must be String, number, true, false, or null",
		`{"a":[1000000000]}`:                  "FilterPolicy: Match value 1000000000 must be smaller than 1E9",
		`{"a":[{"exists":null}]}`:             "FilterPolicy: exists match pattern must be either true or false.",
		`{"a":[{"error":true}]}`:              "FilterPolicy: Unrecognized match type error",
		`{"a":[{"prefix":1}]}`:                "FilterPolicy: prefix match pattern must be a string",
		`{"a":[{"prefix":"x","suffix":"y"}]}`: "FilterPolicy: Only one key allowed in match expression",
		`{"a":[{"numeric":["<"]}]}`:           `FilterPolicy: "a": numeric takes one comparison or two`,
		`{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}`:       "FilterPolicy: Filter policy can not have more than 5 keys",
		`{"$or":[{"a":[1]},{"b":{"c":[1]}}]}`:                     nested,
		string(many):                                              "FilterPolicy: Filter policy is too complex",
		`{"a":["` + strings.Repeat("x", filter.MaxLength) + `"]}`: "FilterPolicy: failed to parse JSON.",
	} {
		if _, err := filter.Parse(text, ""); err == nil || err.Error() != want {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"", "{}"} {
		if p, err := filter.Parse(text, filter.ByAttributes); p != nil || err != nil {
			t.Errorf("%q: %v, %v", text, p, err)
		}
	}
	if _, err := filter.Parse(`{"a":{"b":{"c":["d"]}}}`, filter.ByBody); err != nil {
		t.Error(err)
	}
}

func TestMatch_attributes(t *testing.T) {
	t.Parallel()
	m := func() *filter.Message {
		return &filter.Message{Body: `{"store":"other"}`, Attributes: map[string]filter.Attribute{
			"store": {"String", "example_corp"}, "price": {"Number.int", "100.0"}, "sports": {"String.Array", `["soccer","rugby",5]`},
			"blob": {"Binary", "AA=="}, "bad": {"String.Array", "x"},
		}}
	}
	for text, want := range map[string]bool{
		`{"store":["example_corp"]}`:                                      true,
		`{"store":["other"]}`:                                             false,
		`{"store":[{"anything-but":"other"}],"price":[100]}`:              true,
		`{"price":[1e2]}`:                                                 true,
		`{"price":["100.0"]}`:                                             false,
		`{"price":[{"numeric":[">",99,"<=",100]}]}`:                       true,
		`{"sports":["rugby"]}`:                                            true,
		`{"sports":[5.0]}`:                                                true,
		`{"sports":["tennis"]}`:                                           false,
		`{"blob":[{"exists":true}]}`:                                      false,
		`{"blob":[{"exists":false}]}`:                                     true,
		`{"bad":[{"exists":true}]}`:                                       false,
		`{"ghost":[{"exists":false}]}`:                                    true,
		`{"$or":[{"store":["other"]},{"price":[{"numeric":["=",100]}]}]}`: true,
		`{"store":[{"prefix":"example"}],"ghost":["x"]}`:                  false,
	} {
		p, err := filter.Parse(text, "")
		if err != nil || p.Match(m()) != want {
			t.Errorf("%s: want %v, %v", text, want, err)
		}
	}
}

func TestMatch_body(t *testing.T) {
	t.Parallel()
	for i, tc := range []struct {
		policy, body string
		want         bool
	}{
		{`{"detail":{"state":["ALARM"],"n":[7]}}`, `{"detail":{"state":"ALARM","n":7.0}}`, true},
		{`{"detail":{"state":["ALARM"]}}`, `{"detail":{"state":"OK"}}`, false},
		{`{"list":{"a":["b"]}}`, `{"list":[{"a":"x"},{"a":"b"}]}`, true},
		{`{"a":[{"exists":false}]}`, `{}`, true},
		{`{"a":[{"exists":false}]}`, `no JSON`, false},
		{`{"a":[{"exists":false}]}`, `[1]`, false},
		{`{"a":[null]}`, `{"a":null}`, true},
	} {
		p, err := filter.Parse(tc.policy, filter.ByBody)
		if err != nil || p.Match(&filter.Message{Body: tc.body}) != tc.want {
			t.Errorf("%d: want %v, %v", i, tc.want, err)
		}
	}
	var none *filter.Policy
	if !none.Match(&filter.Message{}) {
		t.Error("no policy lets nothing pass")
	}
}

// FuzzParse: whatever is taken can be asked, and answers the same twice.
func FuzzParse(f *testing.F) {
	f.Add(`{"a":["b"]}`, `{"a":"b"}`, true)
	f.Add(`{"$or":[{"a":[1]},{"b":[{"numeric":["<",5]}]}]}`, `{"b":4}`, false)
	f.Fuzz(func(t *testing.T, policy, body string, byBody bool) {
		scope := filter.ByAttributes
		if byBody {
			scope = filter.ByBody
		}
		p, err := filter.Parse(policy, scope)
		if err != nil {
			return
		}
		m := &filter.Message{Body: body, Attributes: map[string]filter.Attribute{"a": {"String", body}, "b": {"Number", body}, "c": {"String.Array", body}}}
		if first := p.Match(m); first != p.Match(m) {
			t.Error(fmt.Sprint(policy, body))
		}
	})
}
