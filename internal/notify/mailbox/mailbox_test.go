package mailbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

const (
	account = "111122223333"
	foreign = "999988887777"
)

var start = time.Date(2026, 3, 2, 10, 15, 30, 250e6, time.UTC)

// carrier is a way out that calls itself.
type carrier func(id string, m *mailbox.Message) error

func (c carrier) Carry(_ context.Context, id string, m *mailbox.Message) error { return c(id, m) }

var all = map[string]mailbox.Carrier{"EMAIL": carrier(nil), "SMS": carrier(nil)}

// world is a mailbox over the engine in memory.
type world struct {
	testing.TB
	db *mem.DB
	b  *mailbox.Mailbox
}

func newWorld(t testing.TB) *world {
	return &world{t, mem.New(), &mailbox.Mailbox{Vault: secret.NewVault(secret.GenerateMasterKey())}}
}

func (w *world) post(ms ...mailbox.Message) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx store.Tx) error {
		for _, m := range ms {
			if err := w.b.Post(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) list(account, destination string, max int) ([]mailbox.Message, error) {
	var out []mailbox.Message
	err := w.db.View(w.Context(), func(tx store.Tx) (err error) {
		out, err = w.b.List(tx, account, destination, max)
		return err
	})
	return out, err
}

// bodies are the listed bodies, with a blank between.
func (w *world) bodies(account, destination string, max int) string {
	w.Helper()
	list, err := w.list(account, destination, max)
	if err != nil {
		w.Fatal(err)
	}
	var out []string
	for _, m := range list {
		out = append(out, m.Body)
	}
	return strings.Join(out, " ")
}

// after is a message some time after the start.
func after(d time.Duration, to, body string) mailbox.Message {
	return mailbox.Message{Account: account, Medium: "EMAIL", Destination: to, Body: body, Time: start.Add(d)}
}

// rows is everything a space holds.
func (w *world) rows(space string) []store.KV {
	w.Helper()
	var out []store.KV
	err := w.db.View(w.Context(), func(tx store.Tx) error {
		for kv, err := range tx.Scan(space, nil, nil, false) {
			if err != nil {
				return err
			}
			out = append(out, store.KV{Key: bytes.Clone(kv.Key), Value: bytes.Clone(kv.Value)})
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func TestPost_wholeMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sent := mailbox.Message{
		ID: "chosen by the sender", Account: account, Region: "eu-west-1", UserPoolID: "eu-west-1_abc", Medium: "SMS", Trigger: "CustomMessage_SignUp",
		Destination: "+4912345", Subject: "Your code", Body: "Code 123456 & <b>\n\u2028é", Time: start,
	}
	w.post(sent)
	list, err := w.list(account, "", 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if list[0].ID == "" || list[0].ID == sent.ID {
		t.Errorf("id %q, want one of the mailbox's own", list[0].ID)
	}
	list[0].ID = sent.ID
	if list[0] != sent {
		t.Errorf("%+v, want %+v", list[0], sent)
	}
}

// Bodies hold codes: nothing of a message but its account and time is in clear.
func TestPost_sealed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.b.Carriers = all
	w.post(mailbox.Message{Account: account, Medium: "EMAIL", Destination: "alice@example.com", Subject: "Welcome", Body: "Code 123456", Time: start})
	n := 0
	for _, space := range []string{"mailbox", "jobs"} {
		for _, kv := range w.rows(space) {
			n++
			for _, text := range []string{"alice@example.com", "Welcome", "123456"} {
				if bytes.Contains(kv.Key, []byte(text)) || bytes.Contains(kv.Value, []byte(text)) {
					t.Errorf("%q stands in clear in %s: %s", text, space, kv.Value)
				}
			}
		}
	}
	if n < 2 {
		t.Errorf("%d rows, want a message and a job", n)
	}
}

// A message exists if and only if the change that sends it does.
func TestPost_undone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.b.Carriers = all
	refused := errors.New("refused")
	err := w.db.Update(t.Context(), func(tx store.Tx) error {
		if err := w.b.Post(tx, after(0, "a", "x")); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if got := w.bodies(account, "", 10); got != "" || len(w.rows("jobs")) != 0 {
		t.Errorf("messages %q, jobs %v", got, w.rows("jobs"))
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// Not in the order of their times: transactions overtake each other.
	w.post(after(2*time.Second, "bob", "three"), after(0, "alice", "one"))
	w.post(after(time.Second, "alice", "two"), after(2*time.Second+1, "alice", "four"))
	w.post(mailbox.Message{Account: foreign, Destination: "alice", Body: "theirs", Time: start.Add(time.Hour)})
	for name, tc := range map[string]struct {
		account, to string
		max         int
		want        string
	}{
		"newest first":             {account, "", 10, "four three two one"},
		"to one":                   {account, "alice", 10, "four two one"},
		"to nobody":                {account, "carol", 10, ""},
		"destination is exact":     {account, "ali", 10, ""},
		"and knows no case":        {account, "Alice", 10, ""},
		"newest of all":            {account, "", 1, "four"},
		"up to a number":           {account, "", 3, "four three two"},
		"number counts what is to": {account, "alice", 2, "four two"},
		"another account":          {foreign, "", 10, "theirs"},
		"account without messages": {"000000000000", "", 10, ""},
		"beginning of an account":  {account[:11], "", 10, ""},
		"no account":               {"", "", 10, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := w.bodies(tc.account, tc.to, tc.max); got != tc.want {
				t.Errorf("messages %q, want %q", got, tc.want)
			}
		})
	}
}

// An empty mailbox is [] in JSON, not null.
func TestList_empty(t *testing.T) {
	t.Parallel()
	list, err := newWorld(t).list(account, "", 10)
	raw, jerr := json.Marshal(list)
	if err != nil || jerr != nil || string(raw) != "[]" {
		t.Errorf("%s, %v, %v", raw, err, jerr)
	}
}

// Messages of the same instant are all kept.
func TestPost_sameTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 20 {
		w.post(after(0, "a", "x"), after(0, "a", "x"))
	}
	list, err := w.list(account, "", 100)
	if err != nil || len(list) != 40 {
		t.Errorf("%d messages, %v, want 40", len(list), err)
	}
	ids := make(map[string]bool)
	for _, m := range list {
		ids[m.ID] = true
	}
	if len(ids) != 40 {
		t.Errorf("%d different ids, want 40", len(ids))
	}
}

// The order holds across the years that a counter of 64 bits backwards has to tell.
func TestList_years(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, year := range []int{1970, 2262, 1969, 2026, 1700} {
		w.post(mailbox.Message{Account: account, Body: fmt.Sprint(year), Time: time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)})
	}
	if got := w.bodies(account, "", 10); got != "2262 2026 1970 1969 1700" {
		t.Errorf("messages %q", got)
	}
}

func TestPost_delivery(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		carriers map[string]mailbox.Carrier
		want     string // bodies of jobs
	}{
		"no way out":   {nil, ""},
		"all":          {all, "mail text"},
		"e-mails only": {map[string]mailbox.Carrier{"EMAIL": carrier(nil)}, "mail"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.b.Carriers = tc.carriers
			text := after(time.Second, "+49", "text")
			text.Medium = "SMS"
			other := after(2*time.Second, "a@example.com", "other")
			other.Stays = true // goes another way
			mail := after(0, "a@example.com", "mail")
			mail.Expires = start.Add(time.Hour)
			want := map[string]int64{"mail": mail.Expires.UnixMilli()} // 0 for never
			w.post(mail, text, other)
			if got := w.bodies(account, "", 10); got != "other text mail" {
				t.Errorf("kept %q", got)
			}
			var got []string
			for _, kv := range w.rows("jobs") {
				var j job.Job
				if err := json.Unmarshal(kv.Value, &j); err != nil {
					t.Fatal(err)
				}
				m, err := w.b.Opened(j)
				if err != nil {
					t.Fatal(err)
				}
				if j.Kind != mailbox.JobKind(m.Medium) || j.Expires != want[m.Body] || j.Account != account || m.ID == "" {
					t.Errorf("job %+v of %+v", j, m)
				}
				got = append(got, m.Body)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tc.want {
				t.Errorf("jobs send %q, want %q", got, tc.want)
			}
		})
	}
}

// A job carries its message by the medium's way out, under the job's id.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var got []string
	carried := errors.New("later")
	w.b.Carriers = map[string]mailbox.Carrier{"SMS": carrier(func(id string, m *mailbox.Message) error {
		got = append(got, id, m.Body, m.SMSRegion)
		return carried
	})}
	m := after(0, "+49", "text")
	m.Medium, m.SMSRegion = "SMS", "eu-west-1"
	w.post(m)
	var j job.Job
	if err := json.Unmarshal(w.rows("jobs")[0].Value, &j); err != nil {
		t.Fatal(err)
	}
	if err := w.b.Run(t.Context(), j); !errors.Is(err, carried) || !slices.Equal(got, []string{j.ID, "text", "eu-west-1"}) {
		t.Errorf("%v, carried %q", err, got)
	}
	w.b.Carriers = nil
	if err := w.b.Run(t.Context(), j); err == nil || err.Error() != "no way out for messages of medium SMS" {
		t.Errorf("without a way: %v", err)
	}
	j.Payload = nil
	if err := w.b.Run(t.Context(), j); err == nil {
		t.Error("a job of nothing is done")
	}
}

// A message to nobody makes as many rows and jobs, of the same size, as one to somebody, but nobody reads it and it goes nowhere.
func TestPost_nobody(t *testing.T) {
	t.Parallel()
	for _, carriers := range []map[string]mailbox.Carrier{nil, all} {
		w := newWorld(t)
		w.b.Carriers = carriers
		real, none := after(0, "a@example.com", "code 123456"), after(time.Second, "b@example.com", "code 654321")
		none.Nobody = true
		w.post(real, none)
		if got := w.bodies(account, "", 10); got != "code 123456" || len(w.rows("mailbox")) != 1 || len(w.rows("mailbox.nobody")) != 1 {
			t.Errorf("messages %q, %d and %d rows", got, len(w.rows("mailbox")), len(w.rows("mailbox.nobody")))
		}
		if a, b := len(w.rows("mailbox")[0].Value), len(w.rows("mailbox.nobody")[0].Value); b-a > 64 || a-b > 64 {
			t.Errorf("rows of %d and %d bytes", a, b)
		}
		if n := len(w.rows("jobs")); n != 2*min(1, len(carriers)) {
			t.Errorf("%d jobs", n)
		}
		sent := 0
		w.b.Carriers = map[string]mailbox.Carrier{"EMAIL": carrier(func(string, *mailbox.Message) error { sent++; return nil })}
		for _, kv := range w.rows("jobs") {
			var j job.Job
			if err := json.Unmarshal(kv.Value, &j); err != nil {
				t.Fatal(err)
			}
			if err := w.b.Run(t.Context(), j); err != nil {
				t.Error(err)
			}
		}
		if sent != min(1, len(carriers)) {
			t.Errorf("%d sent", sent)
		}
	}
	w := newWorld(t)
	for i := range 103 {
		m := after(time.Duration(i)*time.Second, "a", "x")
		m.Nobody = true
		w.post(m)
	}
	if err := w.b.Trim(t.Context(), w.db); err != nil || len(w.rows("mailbox.nobody")) != 100 {
		t.Errorf("%d rows left, %v", len(w.rows("mailbox.nobody")), err)
	}
}

// A message is sealed for its account: a row or job that was moved to another
// does not open, nor does one that was changed.
func TestOpened_refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.b.Carriers = all
	w.post(after(0, "a", "secret"))
	var good job.Job
	if err := json.Unmarshal(w.rows("jobs")[0].Value, &good); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ old, new, want string }{
		"another account": {account, foreign, "open message: "},
		"changed":         {`"Sealed":"`, `"Sealed":"AAAA`, "open message: "},
		"empty":           {`"Sealed":"`, `"Sealed":"","x":"`, "open message: "},
		"no JSON":         {`{`, ``, "decode message job: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := good
			j.Payload = []byte(strings.Replace(string(good.Payload), tc.old, tc.new, 1))
			if bytes.Equal(j.Payload, good.Payload) {
				t.Fatalf("payload is not changed: %s", j.Payload)
			}
			if m, err := w.b.Opened(j); err == nil || !strings.HasPrefix(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%+v, %v, want %s…", m, err, tc.want)
			}
		})
	}
	if m, err := w.b.Opened(good); err != nil || m.Body != "secret" {
		t.Errorf("the job itself: %+v, %v", m, err)
	}
}

// With another master key nothing opens, and the fault is told.
func TestList_otherKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post(after(0, "a", "x"))
	w.b = &mailbox.Mailbox{Vault: secret.NewVault(secret.GenerateMasterKey())}
	if list, err := w.list(account, "", 10); err == nil || !strings.HasPrefix(err.Error(), "open message: ") {
		t.Errorf("%+v, %v", list, err)
	}
}

// Each account keeps its newest messages; the rest goes.
func TestTrim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range mailbox.Keep + 3 {
		w.post(after(time.Duration(i)*time.Second, "a@example.com", fmt.Sprint(i)))
	}
	w.post(mailbox.Message{Account: foreign, Destination: "b@example.com", Body: "other", Time: start})
	for range 2 { // the second time there is nothing to do
		if err := w.b.Trim(t.Context(), w.db); err != nil {
			t.Fatal(err)
		}
		list, err := w.list(account, "", 2*mailbox.Keep)
		if err != nil || len(list) != mailbox.Keep {
			t.Fatalf("%d messages left, want %d (%v)", len(list), mailbox.Keep, err)
		}
		if first, last := list[0].Body, list[len(list)-1].Body; first != fmt.Sprint(mailbox.Keep+2) || last != "3" {
			t.Errorf("left are %s to %s, want the newest", first, last)
		}
	}
	if got := w.bodies(foreign, "", 10); got != "other" {
		t.Errorf("another account's messages: %q", got)
	}
}
