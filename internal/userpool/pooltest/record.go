package pooltest

import (
	"encoding/json"
	"sync"

	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/model"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// operations are those of cognito-idp by name, read once for all tests of a program.
var operations = sync.OnceValue(func() map[string]*schema.Operation {
	all, err := model.Load()
	if err != nil {
		panic("BUG: load models: " + err.Error())
	}
	out := map[string]*schema.Operation{}
	for _, s := range all {
		if s.Name != "cognito-idp" {
			continue
		}
		for _, o := range s.Operations {
			out[o.Name] = o
		}
	}
	return out
})

// Recorded is what the record of a call shows of its input and output: requestParameters and responseElements as JSON texts, the
// latter "null" for operations that only read and if out is nil.
func (w *World) Recorded(operation string, in, out any) (request, response string) {
	w.T.Helper()
	o := operations()[operation]
	if o == nil {
		w.T.Fatalf("there is no operation %s", operation)
	}
	e := &audit.Event{
		Caller: principal.User(Account, "/", "admin", "AIDAEXAMPLE", "AKIAEXAMPLE"), Time: w.Now(), Name: operation, Type: audit.APICall,
		Category: "Management", ReadOnly: o.ReadOnly, Builder: &audit.Builder{},
	}
	var err error
	if e.Request, err = schema.Unbind(in, o.Input); err != nil {
		w.T.Fatal(err)
	}
	if out != nil && !o.ReadOnly {
		if e.Response, err = schema.Unbind(out, o.Output); err != nil {
			w.T.Fatal(err)
		}
	}
	enc := audit.Encoder{Hidden: audit.HiddenForSecurity}
	var r struct{ RequestParameters, ResponseElements json.RawMessage }
	if err := json.Unmarshal(enc.Append(nil, e), &r); err != nil {
		w.T.Fatal(err)
	}
	return string(r.RequestParameters), string(r.ResponseElements)
}
