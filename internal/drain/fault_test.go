package drain_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
)

// TestEveryFault makes each operation of the engine fail in turn while the
// drainer lives on: in the end every record is there once.
func TestEveryFault(t *testing.T) {
	t.Parallel()
	for _, op := range []storetest.Op{storetest.Take, storetest.View, storetest.Get, storetest.Put, storetest.Scan, storetest.Commit, storetest.CommitUnknown} {
		for n := 1; n <= 4; n++ {
			t.Run(fmt.Sprintf("%s %d", op, n), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					db := mem.New()
					plan := storetest.FailOnce(op, n)
					m := bubble(t, storetest.Faulty(db, plan), func(d *drain.Drainer) {
						d.SealRows = 20
						d.Router = &copier{}
					})
					for i := range 90 {
						put(t, db, record(i, drain.Management))
						if i%10 == 0 {
							time.Sleep(time.Second)
						}
					}
					time.Sleep(time.Minute)
					synctest.Wait()
					m.want(t, 0, 180)
					seen := make(map[string]bool)
					for _, r := range m.sealed {
						key := fmt.Sprint(r.Group, " ", r.Seq)
						if seen[key] || r.Seq < 1 || r.Seq > 90 {
							t.Errorf("number %s again, or out of range", key)
						}
						seen[key] = true
					}
				})
			})
		}
	}
}
