package audit

import "net/http"

// Draft is the record of a call whose change is durable before its outcome is known: all of it but the outcome, redacted as a record is.
// It can be stored.
type Draft struct {
	Account, Region string // of the record
	ID              string // eventID
	Head            []byte
	// What follows the outcome, by what it is. Broken is that of a failure with status 500, where that shows.
	Done, Refused, Broken []byte
	// ByStatus tells that the outcome shows in a status alone (Endpoint).
	ByStatus bool `json:",omitempty"`
}

// Draft drafts the record of e, which tells of success.
func (enc *Encoder) Draft(e *Event) Draft {
	d := Draft{Account: e.Account, Region: e.Region, ID: e.ID, Head: enc.head(nil, e), Done: enc.tail(nil, e, e.Response), ByStatus: e.Endpoint != nil}
	if !d.ByStatus {
		d.Refused = enc.tail(nil, e, nil)
		d.Broken = d.Refused
		return d
	}
	failed, end := *e, *e.Endpoint
	failed.Endpoint = &end
	end.Status = http.StatusBadRequest
	d.Refused = enc.tail(nil, &failed, nil)
	end.Status = http.StatusInternalServerError
	d.Broken = enc.tail(nil, &failed, nil)
	return d
}

// Finish is the record with its outcome: success if the code is empty, else the failure that was answered with status 400, or 500.
func (d *Draft) Finish(code, message string, status int) []byte {
	tail := d.Done
	switch {
	case code == "":
	case status >= http.StatusInternalServerError:
		tail = d.Broken
	default:
		tail = d.Refused
	}
	out := append(make([]byte, 0, len(d.Head)+len(tail)+len(code)+len(message)+64), d.Head...)
	if !d.ByStatus {
		out = outcome(out, code, message)
	}
	return append(out, tail...)
}
