package drain_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/drain"
	"github.com/cogtrail/cogtrail/internal/store/mem"
)

// A record that comes alone is visible at once; of many that follow one another
// each is visible within 20 ms, and at once for whoever waits.
func TestDrainer_pace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := mem.New()
		var d *drain.Drainer
		m := bubble(t, db, func(it *drain.Drainer) { d, it.SealEvery = it, time.Hour })
		synctest.Wait()
		put(t, db, record(1, drain.Management))
		synctest.Wait()
		m.want(t, 1, 0)
		put(t, db, record(2, drain.Management))
		time.Sleep(time.Millisecond)
		put(t, db, record(3, drain.Management))
		synctest.Wait()
		m.want(t, 1, 0)
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
		m.want(t, 3, 0)
		put(t, db, record(4, drain.Management))
		if err := d.WaitSettled(t.Context()); err != nil {
			t.Fatal(err)
		}
		m.want(t, 4, 0)
		time.Sleep(time.Second)
		put(t, db, record(5, drain.Management))
		synctest.Wait()
		m.want(t, 5, 0)
	})
}
