package pattern_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/eventbus/pattern"
)

func event(t testing.TB, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

const sample = `{"source":"aws.cognito-idp","detail-type":"AWS API Call via CloudTrail","resources":[],"account":"111122223333",` +
	`"detail":{"eventName":"ForgotPassword","eventSource":"cognito-idp.amazonaws.com","sourceIPAddress":"203.0.113.9","count":3,"ratio":0.5,"neg":-1.5e1,"readOnly":false,` +
	`"error":null,"list":["a","b"],"deep":[{"x":1,"y":"p"},{"x":2,"y":"q"}],"path":"/a/b*c/d.txt","empty":""}}`

// TestPattern_Match has every operator of EventBridge, in its yes and its no.
func TestPattern_Match(t *testing.T) {
	t.Parallel()
	e := event(t, sample)
	for text, want := range map[string]bool{
		`{"source":["aws.cognito-idp"],"detail-type":["AWS API Call via CloudTrail"],"detail":{"eventSource":["cognito-idp.amazonaws.com"],"eventName":["ForgotPassword"]}}`: true,
		`{"source":["aws.cognito-idp","aws.iam"]}`:                                            true,
		`{"source":["aws.iam"]}`:                                                              false,
		`{"source":["AWS.cognito-idp"]}`:                                                      false,
		`{"nothing":["x"]}`:                                                                   false,
		`{"detail":{"count":[3]}}`:                                                            true,
		`{"detail":{"count":["3"]}}`:                                                          false,
		`{"detail":{"count":[3.0]}}`:                                                          false,
		`{"detail":{"readOnly":[false]}}`:                                                     true,
		`{"detail":{"readOnly":[true]}}`:                                                      false,
		`{"detail":{"error":[null]}}`:                                                         true,
		`{"detail":{"empty":[""]}}`:                                                           true,
		`{"detail":{"list":["b"]}}`:                                                           true,
		`{"detail":{"list":["c"]}}`:                                                           false,
		`{"detail":{"deep":{"x":[2],"y":["q"]}}}`:                                             true,
		`{"detail":{"deep":{"x":[2],"y":["p"]}}}`:                                             false,
		`{"detail":{"eventName":[{"prefix":"Forgot"}]}}`:                                      true,
		`{"detail":{"eventName":[{"prefix":"forgot"}]}}`:                                      false,
		`{"detail":{"eventName":[{"prefix":{"equals-ignore-case":"forgot"}}]}}`:               true,
		`{"detail":{"eventName":[{"suffix":"Password"}]}}`:                                    true,
		`{"detail":{"eventName":[{"suffix":"Word"}]}}`:                                        false,
		`{"detail":{"eventName":[{"suffix":{"equals-ignore-case":"PASSWORD"}}]}}`:             true,
		`{"detail":{"eventName":[{"equals-ignore-case":"FORGOTPASSWORD"}]}}`:                  true,
		`{"detail":{"eventName":[{"equals-ignore-case":"FORGOT"}]}}`:                          false,
		`{"detail":{"eventName":[{"anything-but":"SignUp"}]}}`:                                true,
		`{"detail":{"eventName":[{"anything-but":["SignUp","ForgotPassword"]}]}}`:             false,
		`{"detail":{"eventName":[{"anything-but":{"prefix":"Forgot"}}]}}`:                     false,
		`{"detail":{"eventName":[{"anything-but":{"suffix":["x","y"]}}]}}`:                    true,
		`{"detail":{"eventName":[{"anything-but":{"wildcard":"*Pass*"}}]}}`:                   false,
		`{"detail":{"eventName":[{"anything-but":{"equals-ignore-case":"forgotpassword"}}]}}`: false,
		`{"detail":{"count":[{"anything-but":[4,5]}]}}`:                                       true,
		`{"detail":{"ghost":[{"anything-but":"x"}]}}`:                                         false,
		`{"detail":{"count":[{"numeric":["=",3]}]}}`:                                          true,
		`{"detail":{"count":[{"numeric":["=",3.0]}]}}`:                                        true,
		`{"detail":{"count":[{"numeric":[">",3]}]}}`:                                          false,
		`{"detail":{"count":[{"numeric":[">=",3]}]}}`:                                         true,
		`{"detail":{"count":[{"numeric":[">",0,"<",3]}]}}`:                                    false,
		`{"detail":{"count":[{"numeric":[">",0,"<=",3]}]}}`:                                   true,
		`{"detail":{"neg":[{"numeric":["<",-10]}]}}`:                                          true,
		`{"detail":{"eventName":[{"numeric":["=",3]}]}}`:                                      false,
		`{"detail":{"sourceIPAddress":[{"cidr":"203.0.113.0/24"}]}}`:                          true,
		`{"detail":{"sourceIPAddress":[{"cidr":"203.0.112.0/24"}]}}`:                          false,
		`{"detail":{"eventName":[{"cidr":"203.0.112.0/24"}]}}`:                                false,
		`{"detail":{"sourceIPAddress":[{"cidr":"2001:db8::/32"}]}}`:                           false,
		`{"detail":{"eventName":[{"exists":true}]}}`:                                          true,
		`{"detail":{"ghost":[{"exists":true}]}}`:                                              false,
		`{"detail":{"ghost":[{"exists":false}]}}`:                                             true,
		`{"detail":{"eventName":[{"exists":false}]}}`:                                         false,
		`{"detail":{"deep":[{"exists":true}]}}`:                                               true,
		`{"detail":[{"exists":true}]}`:                                                        false,
		`{"ghost":{"of":[{"exists":false}]}}`:                                                 true,
		`{"resources":[{"exists":false}]}`:                                                    true,
		`{"detail":{"path":[{"wildcard":"/a/*/d.txt"}]}}`:                                     true,
		`{"detail":{"path":[{"wildcard":"*b\\*c*"}]}}`:                                        true,
		`{"detail":{"path":[{"wildcard":"/a/*/e.txt"}]}}`:                                     false,
		`{"detail":{"path":[{"wildcard":"/a"}]}}`:                                             false,
		`{"detail":{"path":[{"wildcard":"*"}]}}`:                                              true,
		`{"detail":{"eventName":["SignUp",{"prefix":"For"}]}}`:                                true,
		`{"$or":[{"source":["x"]},{"account":["111122223333"]}]}`:                             true,
		`{"$or":[{"source":["x"]},{"account":["x"]}]}`:                                        false,
		`{"source":["x"],"$or":[{"source":["x"]},{"account":["111122223333"]}]}`:              false,
		`{"detail":{"$or":[{"count":[{"numeric":[">",5]}]},{"list":["a"]}]}}`:                 true,
	} {
		p, err := pattern.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := p.Match(e); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestParse_refusals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                      "the pattern is not JSON",
		"{} {}":                                 "the pattern is not one JSON value",
		"[]":                                    "the pattern is not a JSON object",
		"{}":                                    "an object of the pattern is empty",
		`{"a":"b"}`:                             `"a" must be an object or an array`,
		`{"a":[]}`:                              `the list of "a" is empty`,
		`{"a":{}}`:                              "an object of the pattern is empty",
		`{"a":[[1]]}`:                           `"a": a list must not hold lists`,
		`{"a":[{}]}`:                            `"a": a matcher has exactly one operator`,
		`{"a":[{"x":1}]}`:                       `"a": the operator "x" is not known`,
		`{"a":[{"prefix":1}]}`:                  `"a": prefix takes a string`,
		`{"a":[{"prefix":{"x":"y"}}]}`:          `"a": prefix takes a string or equals-ignore-case`,
		`{"a":[{"exists":"yes"}]}`:              `"a": exists takes true or false`,
		`{"a":[{"numeric":["="]}]}`:             `"a": numeric takes one comparison or two`,
		`{"a":[{"numeric":["=","1"]}]}`:         `"a": numeric takes numbers`,
		`{"a":[{"numeric":["!",1]}]}`:           `"a": numeric does not take "!" here`,
		`{"a":[{"numeric":[">",1,">",2]}]}`:     `"a": numeric has two lower bounds`,
		`{"a":[{"numeric":[">",3,"<",2]}]}`:     `"a": numeric has its bounds the wrong way round`,
		`{"a":[{"cidr":"10.0.0.0"}]}`:           `"a": cidr takes a range of addresses, like 10.0.0.0/24`,
		`{"a":[{"wildcard":"a**b"}]}`:           `"a": wildcard has ** in it`,
		`{"a":[{"wildcard":"a\\b"}]}`:           `"a": wildcard has a \ that escapes nothing`,
		`{"a":[{"anything-but":[]}]}`:           `"a": anything-but takes at least one value`,
		`{"a":[{"anything-but":{"cidr":"x"}}]}`: `"a": anything-but does not take "cidr"`,
		strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 60): "the pattern is nested too deeply",
		`{"a":["` + strings.Repeat("x", 4100) + `"]}`:               "the pattern is longer than 4096 characters",
	} {
		if _, err := pattern.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%.60s: got %v, want %s", text, err, want)
		}
	}
}

// FuzzPattern looks for panics in both, pattern and event.
func FuzzPattern(f *testing.F) {
	f.Add(`{"detail":{"eventName":[{"anything-but":{"wildcard":"a*b"}},null,1.5]},"$or":[{"a":[{"exists":false}]},{"b":[{"numeric":[">",1,"<",2]}]}]}`, sample)
	f.Add(`{"a":[{"cidr":"::/0"},{"prefix":{"equals-ignore-case":"É"}}]}`, `{"a":["x",{"b":[]}]}`)
	f.Fuzz(func(t *testing.T, text, e string) {
		p, err := pattern.Parse(text)
		if err != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(e))
		d.UseNumber()
		var v map[string]any
		if d.Decode(&v) == nil {
			p.Match(v)
		}
	})
}
