package ownapi

import (
	"net/http"
	"strconv"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// messages shows the mailbox. Its record tells which messages were shown; the address asked for is private.
func (a *API) messages(w http.ResponseWriter, r *http.Request) {
	if !a.admitted(w, r) {
		return
	}
	q, max := r.URL.Query(), 100
	u := &Use{Name: "ListMessages", ReadOnly: true}
	u.of(q.Get("account"), a.Account)
	if q.Get("to") != "" {
		u.Says("to", a.Encoder.Hidden)
	}
	if t := q.Get("max"); t != "" {
		n, err := strconv.Atoi(t)
		if err != nil || n < 1 || n > mailbox.Keep {
			u.refuse(http.StatusBadRequest, badInput, "max must be 1 to "+strconv.Itoa(mailbox.Keep))
		} else {
			max = n
			u.Says("max", t)
		}
	}
	var list []mailbox.Message
	if u.ErrorCode == "" {
		err := a.State.View(r.Context(), func(tx store.Tx) (err error) {
			list, err = a.Mailbox.List(tx, u.Account, q.Get("to"), max)
			return err
		})
		if err != nil {
			a.failed(w, "mailbox not read", err)
			return
		}
		u.Shown = shownMessages(list)
	}
	if a.recorded(w, r, u) {
		answer(w, http.StatusOK, map[string]any{"messages": list})
	}
}

// Shapes of what a record tells of messages.
var (
	text         = &schema.Shape{Name: "String", Kind: schema.String}
	shownMessage = structure("Message", &schema.Member{Name: "id", Shape: text}, &schema.Member{Name: "userPoolId", Shape: text})
	shownList    = structure("ListMessages", &schema.Member{
		Name: "messages", Shape: &schema.Shape{Name: "Messages", Kind: schema.List, Elem: &schema.Member{Shape: shownMessage}},
	})
)

func structure(name string, members ...*schema.Member) *schema.Shape {
	s := &schema.Shape{Name: name, Kind: schema.Structure}
	s.SetMembers(members)
	return s
}

// shownMessages names the messages, nil if there are none.
func shownMessages(list []mailbox.Message) *schema.Struct {
	if len(list) == 0 {
		return nil
	}
	named := make([]any, len(list))
	for i, m := range list {
		x := schema.NewStruct(shownMessage)
		x.Set("id", m.ID)
		if m.UserPoolID != "" {
			x.Set("userPoolId", m.UserPoolID)
		}
		named[i] = x
	}
	out := schema.NewStruct(shownList)
	out.Set("messages", named)
	return out
}
