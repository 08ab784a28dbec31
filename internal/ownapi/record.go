package ownapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Source is the eventSource of this package's records. AWS's all end in .amazonaws.com, and names below .internal belong to nobody.
const Source = "cogtrail.internal"

// Use is one use of an endpoint that shows something private or changes something, as its record tells it. Nothing in it may be private.
type Use struct {
	Name       string // eventName
	ReadOnly   bool
	Account    string // whose data it is about, empty for the root user's
	Region     string // empty for the server's own
	Parameters []schema.Parameter
	Shown      *schema.Struct // responseElements
	Builder    audit.Builder  // resources and additionalEventData
	// ErrorCode and ErrorMessage tell of a refusal.
	ErrorCode, ErrorMessage string

	status int // of a refusal's answer
}

// Says adds a member to requestParameters, unless it is empty.
func (u *Use) Says(name, value string) {
	if value != "" {
		u.Parameters = append(u.Parameters, schema.Parameter{Name: name, Value: value})
	}
}

// badInput and notFound are the errorCodes of refusals.
const (
	badInput = "InvalidParameterException"
	notFound = "ResourceNotFoundException"
)

func (u *Use) refuse(status int, code, message string) {
	u.status, u.ErrorCode, u.ErrorMessage = status, code, message
}

// of takes the account that the caller asks about, his own unless he names one.
func (u *Use) of(account, own string) {
	if u.Account = own; account == "" {
		return
	}
	if !arn.IsAccount(account) {
		u.refuse(http.StatusBadRequest, badInput, "account must be 12 digits")
		return
	}
	u.Account = account
	u.Says("account", account)
}

// recorded makes the record of u durable and tells whether it is: if not, the caller was told so and must be told nothing else. A
// refusal is answered too.
func (a *API) recorded(w http.ResponseWriter, r *http.Request, u *Use) bool {
	err := a.State.Update(r.Context(), func(tx store.Tx) error {
		a.Record(tx, r, u)
		return nil
	})
	switch {
	case err != nil:
		a.failed(w, u.Name+" not recorded", err)
		return false
	case u.ErrorCode != "":
		fail(w, u.status, u.ErrorMessage)
		return false
	}
	return true
}

// Record appends the record of u, and a copy for the owner of the data if that is not the caller's account.
func (a *API) Record(tx store.Tx, r *http.Request, u *Use) {
	e := audit.Event{
		Caller: a.caller(), Time: a.Clock.Now(), Source: Source, Name: u.Name, Region: a.Region, SourceIP: gateway.SourceIP(r, a.TrustedProxies),
		UserAgent: r.UserAgent(), Parameters: u.Parameters, ErrorCode: u.ErrorCode, ErrorMessage: u.ErrorMessage, RequestID: uuid.NewString(), ID: uuid.NewString(),
		ReadOnly: u.ReadOnly, Type: audit.APICall, Category: "Management", Account: a.Account, TLS: gateway.TLSDetails(r), Builder: &u.Builder,
	}
	if u.Region != "" {
		e.Region = u.Region
	}
	if u.Shown != nil && u.ErrorCode == "" {
		e.Response = u.Shown
	}
	var owners []string
	if u.Account != "" && u.Account != a.Account {
		owners = append(owners, u.Account)
	}
	for _, c := range e.Shared(owners...) {
		tx.Append(store.Record{Kind: store.AuditRecord, Account: c.Account, Region: c.Region, ID: c.ID, Data: a.Encoder.Append(nil, &c)})
	}
}

// caller is who an admitted request comes from: the root user, whose key let it in. In dev mode nobody proves a key.
func (a *API) caller() principal.Principal {
	if a.Dev {
		return principal.RootOf(a.Account, "")
	}
	return principal.RootOf(a.Account, a.RootKeyID)
}

// failed answers what went wrong inside, and tells the log why.
func (a *API) failed(w http.ResponseWriter, what string, err error) {
	if !errors.Is(err, context.Canceled) { // the client went away
		a.Log.Error(what, "error", err)
	}
	fail(w, http.StatusInternalServerError, "the request could not be served; try again")
}
