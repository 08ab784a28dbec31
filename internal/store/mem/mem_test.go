package mem_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

func TestState(t *testing.T) {
	t.Parallel()
	storetest.RunState(t, storetest.Engine{Fresh: func(t *testing.T) func() store.State {
		var db *mem.DB
		return func() store.State {
			if db == nil {
				db = mem.New()
			} else {
				db = db.Reopen()
			}
			return db
		}
	}})
}
