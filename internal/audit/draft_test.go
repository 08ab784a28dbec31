package audit_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// A draft that was stored is finished as the record that the event with that outcome has, to the byte.
func TestDraft(t *testing.T) {
	t.Parallel()
	shape := &schema.Shape{Kind: schema.Structure}
	shape.SetMembers([]*schema.Member{{Name: "A", Shape: &schema.Shape{Kind: schema.String}}})
	v := schema.NewStruct(shape)
	v.Set("A", "x")
	b := &audit.Builder{}
	b.Subject("sub")
	enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
	e := audit.Event{
		Caller: principal.Anonymous(), Time: time.Unix(1_790_000_000, 0), Source: "s", Name: "N", Region: "us-east-1", SourceIP: "192.0.2.1", UserAgent: "u",
		Request: v, Response: v, RequestID: "r", ID: "i", Type: audit.APICall, Category: "Management", Account: "123456789012", Builder: b,
	}
	raw, err := json.Marshal(enc.Draft(&e))
	if err != nil {
		t.Fatal(err)
	}
	var d audit.Draft
	if err := json.Unmarshal(raw, &d); err != nil || d.Account != e.Account || d.Region != e.Region || d.ID != e.ID {
		t.Fatalf("%+v, %v", d, err)
	}
	if got, want := string(d.Finish("", "", 200)), string(enc.Append(nil, &e)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	e.Response, e.ErrorCode, e.ErrorMessage = nil, "UserLambdaValidationException", "no \"group\""
	if got, want := string(d.Finish(e.ErrorCode, e.ErrorMessage, 400)), string(enc.Append(nil, &e)); got != want {
		t.Errorf("%s, want %s", got, want)
	}

	// A request to a pool's domain has its outcome in the status.
	e.ErrorCode, e.ErrorMessage, e.Endpoint = "", "", &audit.Endpoint{Domain: "x", PoolID: "p", Status: 200}
	end := enc.Draft(&e)
	for _, status := range []int{200, 400, 500} {
		e.Endpoint.Status = status
		code := map[int]string{400: "UserLambdaValidationException", 500: "InternalErrorException"}[status]
		if got, want := string(end.Finish(code, "no", status)), string(enc.Append(nil, &e)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
