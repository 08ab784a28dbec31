package segment

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// samples are messages of every kind the scanner must agree upon with the query language.
var samples = map[string]string{
	"record": `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA","arn":"arn:aws:iam::1:user/ops",` +
		`"sessionContext":{"attributes":{"type":"no"}},"accountId":"1","accessKeyId":"AKIA","userName":"ops"},"eventTime":"2026-03-02T10:15:30Z",` +
		`"eventName":"DescribeUserPool","readOnly":true,"requestParameters":{"userPoolId":"p","list":[1,{"clientId":"x"}]},"responseElements":null}`,
	"spaces":           " {\n \"eventName\" : \"A\" ,\t\"readOnly\":false , \"userIdentity\" : { } } ",
	"escapes":          `{"userAgent":"a\"b\\","errorMessage":"\u00e9\n","eventName":"x"}`,
	"escaped key":      `{"event\u004eame":"A"}`,
	"repeated key":     `{"eventName":"A","eventName":"B"}`,
	"repeated null":    `{"eventName":null,"eventName":"B"}`,
	"repeated object":  `{"userIdentity":{"type":"A"},"userIdentity":{"type":"B"}}`,
	"object then text": `{"userIdentity":"A","userIdentity":{"type":"B"}}`,
	"dotted key":       `{"userIdentity.type":"A"}`,
	"numbers":          `{"eventName":5,"errorCode":-1.50,"requestID":1e3,"eventID":01}`,
	"other kinds":      `{"eventName":["a"],"eventID":{"a":1},"readOnly":"true","userIdentity":[{"type":"x"}]}`,
	"empty text":       `{"eventName":"","userIdentity":{"userName":""}}`,
	"cut":              `{"eventName":"A","userIdentity":{"type":"B`,
	"cut at value":     `{"eventName":`,
	"broken":           `{"eventName" "A"}`,
	"no value":         `{"eventName":,"eventID":"x"}`,
	"trailing":         `{"eventName":"A"} tail {"eventName":"B"}`,
	"array":            `[{"eventName":"A"}]`,
	"empty":            ``,
	"text":             `START RequestId: 1`,
	"empty object":     `{}`,
	"trailing comma":   `{"eventName":"A",}`,
	"resources":        `{"resources":[{"type":"T","ARN":"a"}],"responseElements":{"userPool":{"id":"p","name":"n"},"clientId":1},"requestParameters":{"userPool":"x"}}`,
	"braces in text":   `{"x":"}{","eventName":"A"}`,
}

func checkPromote(t *testing.T, message string) {
	t.Helper()
	var f fields
	f.promote([]byte(message))
	if f.opaque || skipSpace([]byte(message), 0) == len(message) || message[skipSpace([]byte(message), 0)] != '{' {
		return
	}
	for i, name := range paths {
		want := value.NewPath(strings.Split(name, ".")).Leaf(message)
		got := f.at[i]
		if got.present == want.IsNull() {
			t.Fatalf("%s in %q: present %v, a query says %v", name, message, got.present, !want.IsNull())
		}
		if text, _ := want.Text(); got.present && (text != string(got.text) || got.isBool != (want.Kind() == value.Bool)) {
			t.Fatalf("%s in %q: %q, a query says %q", name, message, got.text, text)
		}
	}
}

func TestPromoteAgreesWithQueries(t *testing.T) {
	t.Parallel()
	for name, message := range samples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkPromote(t, message)
		})
	}
}

func TestPromoteOpaque(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]bool{`REPORT {"eventName":"A"}`: true, `plain text`: false, `{"a":1}`: false, `[{"a":1}]`: true} {
		var f fields
		if f.promote([]byte(message)); f.opaque != want {
			t.Errorf("%q: opaque %v", message, f.opaque)
		}
	}
}

func FuzzPromote(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkPromote(t, s) })
}
