package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/principal"
)

func endpointEvent(parameters map[string][]string) *audit.Event {
	b := &audit.Builder{}
	b.Subject("sub-1")
	return &audit.Event{
		Caller: principal.OfAccount("111122223333", ""), Time: time.Date(2026, 3, 2, 10, 20, 5, 0, time.UTC), Source: "cognito-idp.amazonaws.com",
		Name: "Confirm_With_Link_GET", Region: "eu-west-1", SourceIP: "198.51.100.7", UserAgent: "Mozilla/5.0", RequestID: "r", ID: "e",
		Type: audit.ServiceEvent, Category: "Management", Account: "111122223333", Builder: b,
		Endpoint: &audit.Endpoint{Domain: "shop.auth.eu-west-1.localhost", PoolID: "eu-west-1_AbCdEfGhI", Status: 200, Parameters: parameters, Takes: map[string]func(string) bool{
			"client_id": func(v string) bool { return v != "CANARY" }, "user_name": nil, "empty": nil,
		}},
	}
}

// The shape of AWS's samples: no type of identity, no parameters of the record's own, arrays of texts. What the endpoint does not know
// shows neither value nor name.
func TestEncoder_endpoint(t *testing.T) {
	t.Parallel()
	enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
	got := string(enc.Append(nil, endpointEvent(map[string][]string{"user_name": {"CANARY", "CANARY"}, "client_id": {"1h57", "CANARY"}, "CANARY": {"CANARY"}, "CANARY=1": {""}, "empty": {}})))
	want := `{"eventVersion":"1.11","userIdentity":{"accountId":"111122223333"},"eventTime":"2026-03-02T10:20:05Z","eventSource":"cognito-idp.amazonaws.com",` +
		`"eventName":"Confirm_With_Link_GET","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"Mozilla/5.0","requestParameters":null,"responseElements":null,` +
		`"additionalEventData":{"responseParameters":{"status":200},"requestParameters":{"client_id":["1h57","HIDDEN_FOR_SECURITY_REASONS"],"empty":[],` +
		`"user_name":["HIDDEN_FOR_SECURITY_REASONS","HIDDEN_FOR_SECURITY_REASONS"],"HIDDEN_FOR_SECURITY_REASONS":["HIDDEN_FOR_SECURITY_REASONS"]},"userPoolDomain":"shop.auth.eu-west-1.localhost","userPoolId":"eu-west-1_AbCdEfGhI","sub":"sub-1"},` +
		`"requestID":"r","eventID":"e","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"111122223333",` +
		`"serviceEventDetails":{"serviceAccountId":"999900001111"},"eventCategory":"Management"}`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// However much a client sends, the record says whose domain it was, and is one line of JSON.
func TestEncoder_endpointTooLarge(t *testing.T) {
	t.Parallel()
	enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
	many := make([]string, 100)
	for i := range many {
		many[i] = strings.Repeat("\n\"x", 2000+i)
	}
	got := string(enc.Append(nil, endpointEvent(map[string][]string{"client_id": many})))
	x := gjson.Parse(got).Get("additionalEventData")
	if !gjson.Valid(got) || strings.Contains(got, "\n") || len(got) > 2048 || !x.Get("omitted").Bool() || x.Get("userPoolId").Str != "eu-west-1_AbCdEfGhI" || x.Get("sub").Str != "sub-1" {
		t.Errorf("%d bytes: %.2000s", len(got), got)
	}
}
