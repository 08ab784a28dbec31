package mask_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/logstest"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

// document is a policy for some identifiers; a name with a blank is "name regex" of a custom one.
func document(identifiers ...string) string {
	var ids, custom []string
	for _, id := range identifiers {
		if name, regex, ok := strings.Cut(id, " "); ok {
			custom = append(custom, fmt.Sprintf(`{"Name":%q,"Regex":%q}`, name, regex))
			ids = append(ids, fmt.Sprintf("%q", name))
			continue
		}
		ids = append(ids, `"arn:aws:dataprotection::aws:data-identifier/`+id+`"`)
	}
	list := strings.Join(ids, ",")
	return `{"Name":"p","Description":"","Version":"2021-06-01","Configuration":{"CustomDataIdentifier":[` + strings.Join(custom, ",") + `]},` +
		`"Statement":[{"Sid":"audit","DataIdentifier":[` + list + `],"Operation":{"Audit":{"FindingsDestination":{}}}},` +
		`{"Sid":"redact","DataIdentifier":[` + list + `],"Operation":{"Deidentify":{"MaskConfig":{}}}}]}`
}

// rules are those of a group with one policy.
func rules(t testing.TB, text string) *mask.Rules {
	t.Helper()
	w := logstest.New(t)
	var r *mask.Rules
	err := w.State.Update(t.Context(), func(tx store.Tx) (err error) {
		if err := logs.Protections.Put(tx, &logs.Protection{Account: logstest.Account, Region: logstest.Region, Group: "g", Document: text}); err != nil {
			return err
		}
		r, err = new(mask.Masker).For(tx, logstest.Account, logstest.Region, "g")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRules_Apply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, message, hidden string }{
		{"EmailAddress", `{"a":"ann.b+c@mail.example.com"}`, "ann.b+c@mail.example.com"},
		{"EmailAddress", "to jürgen@müller.example.", "jürgen@müller.example"},
		{"EmailAddress", "user@host is local, a@b.c too short, @x.example, x@.example", ""},
		{"EmailAddress", "a@b.example,c@d.example", "a@b.example|c@d.example"},
		{"IpAddress", `{"ip":"203.0.113.9"} from 10.0.0.1.`, "203.0.113.9|10.0.0.1"},
		{"IpAddress", "2001:db8::1 and [2001:db8:0:1::]:443 and ::ffff:192.0.2.1", "2001:db8::1|2001:db8:0:1::|::ffff:192.0.2.1"},
		{"IpAddress", "at 12:30:45 v1.2.3 256.1.1.1 1.2.3.4.5 a1.2.3.4 ::", ""},
		{"CreditCardNumber", "4111111111111111 5500-0000-0000-0004 3782 822463 10005", "4111111111111111|5500-0000-0000-0004|3782 822463 10005"},
		{"CreditCardNumber", "4111111111111112 1234567812345670 41111111111111110 x4111111111111111", ""},
		{"AwsSecretKey", "key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1"},
		{"AwsSecretKey", "da39a3ee5e6b4b0d3255bfef95601890afd80709 AKIAIOSFODNN7EXAMPLE", ""},
		{"Ssn-US", "ssn 078-05-1120, not 000-05-1120 or 1078-05-1120 or 078-05-11201", "078-05-1120"},
		{"PkcsPrivateKey", `-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----`, `\nMIIB\n`},
		{"OpenSshPrivateKey", "x -----BEGIN OPENSSH PRIVATE KEY-----cut off", "cut off"},
		{"Order [A-Z]{2}-[0-9]+", "order AB-12 and AB-x", "AB-12"},
		{"Nothing x*", "no match of nothing", ""},
	} {
		t.Run(c.id+" "+c.message, func(t *testing.T) {
			t.Parallel()
			want := c.message
			for _, part := range strings.Split(c.hidden, "|") {
				want = strings.Replace(want, part, strings.Repeat("*", utf8.RuneCountInString(part)), 1)
			}
			message := []byte(c.message)
			if got := string(rules(t, document(c.id)).Apply(message)); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if string(message) != c.message {
				t.Error("the message itself was changed")
			}
		})
	}
	if got := (*mask.Rules)(nil).Apply([]byte("a@b.example")); string(got) != "a@b.example" {
		t.Errorf("no rules: %s", got)
	}
}

func TestParse_refuses(t *testing.T) {
	t.Parallel()
	good := document("EmailAddress")
	if _, err := mask.Parse(good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":     {"{", "The policy document is not valid JSON of a data protection policy"},
		"two":         {good + good, "The policy document is not valid JSON of a data protection policy"},
		"version":     {strings.Replace(good, "2021-06-01", "2012-10-17", 1), "The policy document must have a Name and the Version 2021-06-01"},
		"unknown":     {document("Name"), "The data identifier arn:aws:dataprotection::aws:data-identifier/Name is not supported by this server"},
		"none":        {document(), "Both statements must have the same DataIdentifier list"},
		"bad regex":   {document("Order ["), "The regular expression of the custom data identifier Order is not valid"},
		"same names":  {document("Order a", "Order b"), "The name of a custom data identifier must be unique, of letters, digits, _ and -, 128 at most"},
		"destination": {strings.Replace(good, `"FindingsDestination":{}`, `"FindingsDestination":{"S3":{"Bucket":"b"}}`, 1), "A FindingsDestination is not supported by this server"},
		"mask":        {strings.Replace(good, `"MaskConfig":{}`, `"MaskConfig":{"a":1}`, 1), "Deidentify must have an empty MaskConfig"},
		"one statement": {good[:strings.Index(good, `,{"Sid":"redact"`)] + "]}",
			"The policy document must have two statements: one with the operation Audit, then one with Deidentify"},
		"differing": {strings.Replace(good, "EmailAddress", "IpAddress", 1), "Both statements must have the same DataIdentifier list"},
		"too long":  {good + strings.Repeat(" ", mask.MaxDocument), "The policy document must not be longer than 30720 characters"},
	} {
		if _, err := mask.Parse(c.text); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestMasker_Before(t *testing.T) {
	t.Parallel()
	w := logstest.New(t)
	counted := 0.0
	emit := func(_ store.Tx, _, _, namespace, name string, dims map[string]string, _ string, _ time.Time, s series.Summary) error {
		if namespace != "AWS/Logs" || name != "LogEventsWithFindings" || dims["LogGroupName"] != "g" {
			t.Errorf("emitted %s %s %v", namespace, name, dims)
		}
		counted += s.Sum
		return nil
	}
	var got []string
	follow := new(mask.Masker).Before(emit, func(_ store.Tx, _ int64, events []logs.Event) error {
		for _, e := range events {
			got = append(got, string(e.Message))
		}
		return nil
	})
	events := []logs.Event{
		{Account: logstest.Account, Region: logstest.Region, Group: "g", Message: []byte("to a@b.example")},
		{Account: logstest.Account, Region: logstest.Region, Group: "g", Message: []byte("fine")},
		{Account: logstest.Account, Region: logstest.Region, Group: "h", Message: []byte("to a@b.example")},
	}
	w.Settle(nil, nil, func(tx store.Tx, _ int64, _ []logs.Event) error {
		return logs.Protections.Put(tx, &logs.Protection{Account: logstest.Account, Region: logstest.Region, Group: "g", Document: document("EmailAddress")})
	})
	w.Settle(events, nil, follow)
	if strings.Join(got, "|") != "to ***********|fine|to a@b.example" || counted != 1 || string(events[0].Message) != "to a@b.example" {
		t.Errorf("followed %q, counted %v, kept %s", got, counted, events[0].Message)
	}
}

func FuzzApply(f *testing.F) {
	for _, s := range []string{"a@b.example", "1.2.3.4 ::1", "4111 1111 1111 1111", "-----BEGIN PRIVATE KEY-----", "\xff@\xff.\xff"} {
		f.Add([]byte(s))
	}
	r := rules(f, document("EmailAddress", "IpAddress", "CreditCardNumber", "AwsSecretKey", "Ssn-US", "PkcsPrivateKey", "Any a.b"))
	f.Fuzz(func(t *testing.T, message []byte) {
		if got := r.Apply(message); utf8.RuneCount(got) != utf8.RuneCount(message) {
			t.Errorf("%q became %q", message, got)
		}
	})
}
