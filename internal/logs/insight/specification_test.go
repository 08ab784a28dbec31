package insight_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
)

// record is a CloudTrail record as Cognito's calls leave it.
func record(name, code, ip, sub string) string {
	s := fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"Unknown","principalId":"Anonymous"},"eventSource":"cognito-idp.amazonaws.com","eventName":%q,"awsRegion":"eu-west-1","sourceIPAddress":%q`, name, ip)
	if code != "" {
		s += fmt.Sprintf(`,"errorCode":%q`, code)
	}
	if sub != "" {
		s += fmt.Sprintf(`,"additionalEventData":{"sub":%q}`, sub)
	}
	return s + `}`
}

func (w *world) fixture() {
	w.store("trail",
		record("InitiateAuth", "", "198.51.100.7", "sub-a"),
		record("RespondToAuthChallenge", "NotAuthorizedException", "198.51.100.7", "sub-a"),
		record("InitiateAuth", "NotAuthorizedException", "203.0.113.9", ""),
		record("InitiateAuth", "NotAuthorizedException", "203.0.113.9", "sub-b"),
		record("ForgotPassword", "", "203.0.113.9", "sub-b"),
		record("ForgotPassword", "LimitExceededException", "203.0.113.9", "sub-b"),
		record("ForgotPassword", "", "198.51.100.7", "sub-a"),
		`{"eventSource":"s3.amazonaws.com","eventName":"PutObject","sourceIPAddress":"198.51.100.7","errorCode":"NotAuthorizedException"}`,
	)
}

// The queries of Cognito's guide, from StartQuery to the rows.
func TestSpecificationQueries(t *testing.T) {
	const source = `eventSource = "cognito-idp.amazonaws.com"`
	for name, c := range map[string]struct {
		query string
		want  []string
		check func(t *testing.T, out *api.GetQueryResultsOutput)
	}{
		"1 newest events": {`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter ` + source, nil,
			func(t *testing.T, out *api.GetQueryResultsOutput) {
				if n := len(out.Results); n != 7 {
					t.Errorf("%d rows", n)
				}
				first := out.Results[0]
				if len(first) != 3 || *first[0].Value != "2026-03-01 12:00:06.000" || *first[2].Field != "@ptr" || !strings.Contains(*first[1].Value, "ForgotPassword") {
					t.Errorf("first row %s", rows(out)[0])
				}
				if s := out.Statistics; *s.RecordsMatched != 7 || *s.RecordsScanned != 8 || *s.LogGroupsScanned != 1 || *s.BytesScanned == 0 {
					t.Errorf("statistics matched %g scanned %g groups %g", *s.RecordsMatched, *s.RecordsScanned, *s.LogGroupsScanned)
				}
			}},
		"2 with an exception": {`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter ` + source + ` and @message like /Exception/`, nil,
			func(t *testing.T, out *api.GetQueryResultsOutput) {
				if n := len(out.Results); n != 4 {
					t.Errorf("%d rows", n)
				}
			}},
		"3 refused users": {`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter ` + source + ` and errorCode= "NotAuthorizedException"`,
			[]string{"@timestamp=2026-03-01 12:00:03.000 user=sub-b", "@timestamp=2026-03-01 12:00:02.000", "@timestamp=2026-03-01 12:00:01.000 user=sub-a"}, nil},
		"4 by address and name": {`filter ` + source + ` | stats count(*) by sourceIPAddress, eventName`, []string{
			"sourceIPAddress=198.51.100.7 eventName=ForgotPassword count(*)=1",
			"sourceIPAddress=198.51.100.7 eventName=InitiateAuth count(*)=1",
			"sourceIPAddress=198.51.100.7 eventName=RespondToAuthChallenge count(*)=1",
			"sourceIPAddress=203.0.113.9 eventName=ForgotPassword count(*)=2",
			"sourceIPAddress=203.0.113.9 eventName=InitiateAuth count(*)=2",
		}, nil},
		"5 most refused": {`filter ` + source + ` and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
			[]string{"sourceIPAddress=203.0.113.9 eventName=InitiateAuth count=2", "sourceIPAddress=198.51.100.7 eventName=RespondToAuthChallenge count=1"}, nil},
		"6 forgotten passwords": {`filter ` + source + ` and eventName = 'ForgotPassword' | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
			[]string{"sourceIPAddress=203.0.113.9 count=2", "sourceIPAddress=198.51.100.7 count=1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				w.fixture()
				w.serve(t)
				out := w.ask(t, w.query(c.query))
				if *out.Status != insight.Complete {
					t.Fatalf("status %s", *out.Status)
				}
				if c.want != nil && !slices.Equal(rows(out), c.want) {
					t.Errorf("rows\n%s\nwant\n%s", strings.Join(rows(out), "\n"), strings.Join(c.want, "\n"))
				}
				if c.check != nil {
					c.check(t, out)
				}
			})
		})
	}
}
