package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// again is a state whose transactions all lose once before they win, as those of a busy engine may.
type again struct{ store.State }

var errLost = errors.New("lost")

func (a again) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := a.State.Update(ctx, func(tx store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errLost
	})
	if !errors.Is(err, errLost) {
		return err
	}
	return a.State.Update(ctx, fn)
}

// function is something outside that counts how often it was called.
type function struct {
	calls int
	do    func(context.Context) (string, error)
}

func (f *function) ask(c *op.Call, key string) (string, error) {
	return op.Outside(c, key, func(ctx context.Context) (string, error) {
		f.calls++
		if f.do == nil {
			return fmt.Sprint("answer ", f.calls), nil
		}
		return f.do(ctx)
	})
}

// Whatever happens to the transaction, the outside call happens once, with no transaction open, and what commits is one run: its
// change, its record and what it keeps.
func TestReplay_once(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(store.State) store.State{
		"quiet":     nil,
		"contended": func(s store.State) store.State { return again{s} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wrap)
			var f function
			f.do = func(context.Context) (string, error) {
				// A function may itself call in and change what the operation has read.
				err := w.state.Update(t.Context(), func(tx store.Tx) error { return notes.Put(tx, &note{"one", "by the function"}) })
				return "answer", err
			}
			var ids []string
			w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
				c.Keep(func(tx store.Tx) error {
					n, err := notes.Get(tx, store.K("kept"))
					if errors.Is(err, store.ErrNotFound) {
						n, err = &note{ID: "kept"}, nil
					}
					if err != nil {
						return err
					}
					n.Text += "x"
					return notes.Put(tx, n)
				})
				before, err := notes.Get(c.Tx, store.K(in.Id))
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return nil, err
				}
				if err := notes.Put(c.Tx, &note{in.Id, "half done"}); err != nil {
					return nil, err
				}
				ids = append(ids, op.Once(c, "id", func() string { return fmt.Sprint("id ", len(ids)) }))
				text, err := f.ask(c, "f")
				if err != nil {
					return nil, err
				}
				c.Record.Subject(text)
				return &putOutput{Echo: &before.Text}, notes.Put(c.Tx, &note{in.Id, "done"})
			}
			status, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
			if status != 200 || body != `{"Echo":"by the function"}` {
				t.Fatalf("answer %d %s", status, body)
			}
			if f.calls != 1 || w.noteText("one") != "done" || w.noteText("kept") != "x" {
				t.Errorf("%d calls, row %q, kept %q", f.calls, w.noteText("one"), w.noteText("kept"))
			}
			if len(records) != 1 || gjson.Get(records[0], "additionalEventData.sub").String() != "answer" || gjson.Get(records[0], "errorCode").Exists() {
				t.Errorf("records %v", records)
			}
			for _, id := range ids {
				if id != "id 0" {
					t.Errorf("drawn %q", ids)
				}
			}
		})
	}
}

// Each question gets its own answer, the same question asked twice too, and a question that a run leaves out confuses no other.
func TestReplay_questions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var a, b function
	runs := 0
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		runs++
		keys := []string{"a", "b", "a"}
		if runs == 4 { // what made the operation ask "b" is gone
			keys = []string{"a", "a"}
		}
		var got []string
		for _, k := range keys {
			f := map[string]*function{"a": &a, "b": &b}[k]
			text, err := f.ask(c, k)
			if err != nil {
				return nil, err
			}
			got = append(got, k+" "+text)
		}
		all := strings.Join(got, ", ")
		return &putOutput{Echo: &all}, nil
	}
	_, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
	if body != `{"Echo":"a answer 1, a answer 2"}` || a.calls != 2 || b.calls != 1 || runs != 4 || len(records) != 1 {
		t.Errorf("%s after %d runs, %d and %d calls, %d records", body, runs, a.calls, b.calls, len(records))
	}
}

// What a function refuses is a refusal as any other; what breaks is an error of ours. Both are recorded, once, and undo the change.
func TestReplay_failures(t *testing.T) {
	t.Parallel()
	ask := func(f *function) func(*op.Call, *putInput) (*putOutput, error) {
		return func(c *op.Call, in *putInput) (*putOutput, error) {
			c.Keep(func(tx store.Tx) error { return notes.Put(tx, &note{"kept", "attempt"}) })
			if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
				return nil, err
			}
			_, err := f.ask(c, "f")
			return nil, err
		}
	}
	endless := func(f *function) func(*op.Call, *putInput) (*putOutput, error) {
		return func(c *op.Call, in *putInput) (*putOutput, error) {
			c.Keep(func(tx store.Tx) error { return notes.Put(tx, &note{"kept", "attempt"}) })
			if err := notes.Put(c.Tx, &note{in.Id, "written"}); err != nil {
				return nil, err
			}
			for i := 0; ; i++ {
				if _, err := f.ask(c, fmt.Sprint("f", i)); err != nil {
					return nil, err
				}
			}
		}
	}
	for name, c := range map[string]struct {
		do    func(context.Context) (string, error)
		run   func(*function) func(*op.Call, *putInput) (*putOutput, error)
		code  string
		calls int
	}{
		"refused": {func(context.Context) (string, error) {
			return "", &schema.Error{Code: "UserLambdaValidationException", Message: "no", Status: 400}
		}, ask, "UserLambdaValidationException", 1},
		"broken":  {func(context.Context) (string, error) { return "", errors.New("secret detail") }, ask, "InternalFailure", 1},
		"panic":   {func(context.Context) (string, error) { panic("secret detail") }, ask, "InternalFailure", 1},
		"endless": {nil, endless, "InternalFailure", op.MaxOutside},
		"too slow": {func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", &schema.Error{Code: "UnexpectedLambdaException", Message: "slow", Status: 400}
		}, ask, "UnexpectedLambdaException", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(s store.State) store.State { return again{s} })
			if name == "too slow" {
				w.g.Limits.OutsideTime = time.Millisecond
			}
			f := function{do: c.do}
			w.run = c.run(&f)
			_, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`))
			if gjson.Get(body, "__type").String() != c.code || strings.Contains(body, "detail") || f.calls != c.calls {
				t.Errorf("answer %s after %d calls", body, f.calls)
			}
			if w.noteText("one") != "" || w.noteText("kept") != "attempt" {
				t.Error("the refused change must go and what was kept must stay")
			}
			if len(records) != 1 || gjson.Get(records[0], "errorCode").String() != c.code || strings.Contains(records[0], "detail") {
				t.Errorf("records %v", records)
			}
		})
	}
}

// An operation that takes the suspension for another failure, or for none, is run again all the same.
func TestReplay_swallowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var f function
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		text, err := f.ask(c, "f")
		if err != nil {
			if _, second := f.ask(c, "g"); second == nil {
				t.Error("a suspended run was answered")
			}
			text = "went on"
		}
		return &putOutput{Echo: &text}, notes.Put(c.Tx, &note{in.Id, text})
	}
	if _, body, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`)); body != `{"Echo":"answer 1"}` || w.noteText("one") != "answer 1" || len(records) != 1 {
		t.Errorf("%s, row %q, %d records", body, w.noteText("one"), len(records))
	}
}

// A client that goes away while a function runs does not stop the request: its record is due.
func TestReplay_clientGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	f := function{do: func(ctx context.Context) (string, error) {
		cancel()
		return "answer", ctx.Err()
	}}
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		text, err := f.ask(c, "f")
		if err != nil {
			return nil, err
		}
		if c.Err() != nil {
			t.Error("the run after the call is cancelled")
		}
		return nil, notes.Put(c.Tx, &note{in.Id, text})
	}
	_, _, records := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`).WithContext(ctx))
	if w.noteText("one") != "answer" || len(records) != 1 {
		t.Errorf("row %q, records %v", w.noteText("one"), records)
	}
	// One that goes before gets nothing done.
	f.calls = 0
	if _, _, records = w.call(w.request("Put", "AKIAROOT", `{"Id":"two"}`).WithContext(ctx)); f.calls != 0 || len(records) != 0 || w.noteText("two") != "" {
		t.Errorf("%d calls, records %v", f.calls, records)
	}
}

// A caller whose rights end while a function runs is refused by the run that follows.
func TestReplay_authorisesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	f := function{do: func(context.Context) (string, error) {
		delete(w.g.Identities.(testIdentities), "AKIAROOT")
		return "answer", nil
	}}
	w.run = func(c *op.Call, in *putInput) (*putOutput, error) {
		if _, err := f.ask(c, "f"); err != nil {
			return nil, err
		}
		return nil, notes.Put(c.Tx, &note{in.Id, "written"})
	}
	if status, body, _ := w.call(w.request("Put", "AKIAROOT", `{"Id":"one"}`)); status != 400 || w.noteText("one") != "" {
		t.Errorf("answer %d %s, row %q", status, body, w.noteText("one"))
	}
}
