package sqlite

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

func TestState(t *testing.T) {
	t.Parallel()
	storetest.RunState(t, storetest.Engine{Concurrent: true, Fresh: func(t *testing.T) func() store.State {
		dir := t.TempDir()
		return func() store.State {
			db, err := Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
	}})
}
