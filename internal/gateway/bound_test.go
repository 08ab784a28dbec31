package gateway

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

// stored tells whether a note is there.
func (w *world) stored(id string) bool {
	w.Helper()
	found := false
	err := w.db.View(w.Context(), func(tx store.Tx) (err error) {
		found, err = notes.Has(tx, store.K(id))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return found
}

// A call whose owner cannot be read must not go on as nobody's: what it changes
// would have no record.
func TestOwn_unreadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s store.State) store.State { return storetest.Faulty(s, storetest.FailOnce(storetest.Get, 1)) })
	for o, x := range w.g.served {
		if o.Name == "Open" {
			x.Owner = func(tx store.Tx, _ any) (string, string, bool) {
				if _, err := tx.Get("owners", []byte("o")); err != nil && !errors.Is(err, store.ErrNotFound) {
					return "", "", false
				}
				return testAccount, "eu-west-1", true
			}
		}
	}
	status, body, records := w.call(w.request("Open", "", `{"Id":"one"}`))
	if status != 500 || len(records) != 0 || w.stored("one") {
		t.Errorf("answer %d %s, %d records, stored: %t", status, body, len(records), w.stored("one"))
	}
	if status, body, records = w.call(w.request("Open", "", `{"Id":"one"}`)); status != 200 || len(records) != 1 {
		t.Errorf("afterwards: %d %s, %d records", status, body, len(records))
	}
}

// If what must outlive a refusal cannot be kept, a success is undone too.
func TestRun_keptFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		c.Keep(func(store.Tx) error { return errors.New("disk is gone") })
		return &putOutput{Echo: &in.Id}, notes.Put(c.Tx, &note{in.Id, "text"})
	}
	status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if status != 500 || w.stored("one") {
		t.Errorf("answer %d %s, stored: %t", status, body, w.stored("one"))
	}
	if len(records) != 1 || !strings.Contains(records[0], `"errorCode":`) {
		t.Errorf("records %v", records)
	}
}

// A client that sends its body slowly loses its slot, and the connection.
func TestRead_slowBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.g.Limits.BodyTime = 50 * time.Millisecond
	srv := httptest.NewServer(w.g)
	defer srv.Close()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Notes.Open\r\nContent-Length: 100\r\n\r\n{")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 400 || !resp.Close {
		t.Errorf("answer %d %s, close %t, %v", resp.StatusCode, body, resp.Close, err)
	}
	if n := len(w.g.slots); n != 0 {
		t.Errorf("%d slots are held", n)
	}
}
