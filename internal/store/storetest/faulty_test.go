package storetest_test

import (
	"errors"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

func TestFaulty(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		plan *storetest.Plan
		want []bool // which of four updates fails
	}{
		{"once", storetest.FailOnce(storetest.Put, 2), []bool{false, true, false, false}},
		{"for ever", storetest.FailFrom(storetest.Put, 2), []bool{false, true, true, true}},
		{"the commit", storetest.FailOnce(storetest.Commit, 3), []bool{false, false, true, false}},
		{"another operation", storetest.FailOnce(storetest.Delete, 1), []bool{false, false, false, false}},
		{"nothing", new(storetest.Plan), []bool{false, false, false, false}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inner := mem.New()
			db := storetest.Faulty(inner, c.plan)
			fired := 0
			for i, want := range c.want {
				key := []byte{byte(i)}
				err := db.Update(t.Context(), func(tx store.Tx) error { return tx.Put("s", key, nil) })
				if errors.Is(err, storetest.ErrInjected) != want {
					t.Errorf("update %d: %v", i, err)
				}
				kept := inner.View(t.Context(), func(tx store.Tx) error { _, err := tx.Get("s", key); return err }) == nil
				if kept == want {
					t.Errorf("update %d: kept %v", i, kept)
				}
				if want {
					fired++
				}
			}
			if c.plan.Fired() != fired || c.plan.Calls(storetest.Put) != 4 {
				t.Errorf("plan counts %d faults and %d calls", c.plan.Fired(), c.plan.Calls(storetest.Put))
			}
		})
	}
}

func TestFaultySet(t *testing.T) {
	t.Parallel()
	plan := new(storetest.Plan)
	db := storetest.Faulty(mem.New(), plan)
	take := func() error { _, err := db.Take(t.Context(), 1); return err }
	if err := take(); err != nil {
		t.Fatal(err)
	}
	plan.Set(storetest.Take, 1, true)
	if err := take(); !errors.Is(err, storetest.ErrInjected) {
		t.Fatal(err)
	}
	plan.Set(storetest.View, 1, false)
	if err := take(); err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), func(store.Tx) error { return nil }); !errors.Is(err, storetest.ErrInjected) {
		t.Fatal(err)
	}
}
