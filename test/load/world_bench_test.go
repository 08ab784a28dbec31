//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/segment/segmenttest"
)

// TestWorld holds the benchmarks' world together: both flows sign in, and every
// call comes to history.
func TestWorld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, true)
	before := w.held()
	w.must("InitiateAuth", passwordSignIn(w, 0), false)
	c, r, body := w.startSRP("user1")
	raw, err := w.serve(r, body)
	must(t, err)
	r, body = w.answerSRP(c, raw)
	if _, err := w.serve(r, body); err != nil {
		t.Fatal(err)
	}
	must(t, w.drainer.Flush(t.Context()))
	if n := w.held() - before; n < 3 {
		t.Errorf("%d records of three calls", n)
	}
}

// held is the number of records in tail and segments.
func (w *world) held() int64 {
	s := w.segments.Stats()
	return s.SegmentRows + int64(s.TailRows)
}

func passwordSignIn(w *world, user int) map[string]any {
	return map[string]any{
		"ClientId": w.pool.client, "AuthFlow": "USER_PASSWORD_AUTH",
		"AuthParameters": map[string]string{"USERNAME": fmt.Sprintf("user%d", user), "PASSWORD": userPassword},
	}
}

// clients of every benchmark: enough that commits share their fsync.
const clients = 64

// together runs do from 64 goroutines, b.N times in all, and reports CPU time
// per call without what prepare used; prepare makes the calls of a round and is
// not timed.
func together(b *testing.B, prepare func(n int) []call, w *world) {
	const round = 512
	var used time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for left := b.N; left > 0; left -= round {
		b.StopTimer()
		calls := prepare(min(left, round))
		b.StartTimer()
		begin := ownCPU()
		var next atomic.Int64
		var wg sync.WaitGroup
		for range clients {
			wg.Go(func() {
				for {
					i := next.Add(1) - 1
					if i >= int64(len(calls)) {
						return
					}
					if _, err := w.serve(calls[i].r, calls[i].body); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		used += ownCPU() - begin
	}
	b.ReportMetric(float64(used.Microseconds())/float64(b.N), "cpu-µs/op")
}

type call struct {
	r    *http.Request
	body []byte
}

// BenchmarkPassword is USER_PASSWORD_AUTH through the gateway, draining included.
func BenchmarkPassword(b *testing.B) {
	w := newWorld(b, true)
	together(b, func(n int) []call {
		calls := make([]call, n)
		for i := range calls {
			calls[i].r, calls[i].body = w.request("InitiateAuth", passwordSignIn(w, i%users), false)
		}
		return calls
	}, w)
}

// BenchmarkSRPFirst and BenchmarkSRPSecond are the calls of USER_SRP_AUTH.
func BenchmarkSRPFirst(b *testing.B) {
	w := newWorld(b, true)
	together(b, func(n int) []call {
		calls := make([]call, n)
		for i := range calls {
			_, calls[i].r, calls[i].body = w.startSRP(fmt.Sprintf("user%d", i%users))
		}
		return calls
	}, w)
}

func BenchmarkSRPSecond(b *testing.B) {
	w := newWorld(b, true)
	together(b, func(n int) []call {
		calls := make([]call, n)
		for i := range calls {
			c, r, body := w.startSRP(fmt.Sprintf("user%d", i%users))
			raw, err := w.serve(r, body)
			must(b, err)
			calls[i].r, calls[i].body = w.answerSRP(c, raw)
		}
		return calls
	}, w)
}

// BenchmarkRecord is a reading and a writing call with their records and with
// the records made but thrown away: the difference is outbox, draining and
// sealing (for the reading call the whole durable commit too). What making the
// record costs is BenchmarkAppend of package audit.
func BenchmarkRecord(b *testing.B) {
	for _, recording := range []bool{true, false} {
		name := map[bool]string{true: "kept", false: "dropped"}[recording]
		b.Run("DescribeUserPool/"+name, func(b *testing.B) {
			w := newWorld(b, recording)
			together(b, func(n int) []call {
				calls := make([]call, n)
				for i := range calls {
					calls[i].r, calls[i].body = w.request("DescribeUserPool", map[string]any{"UserPoolId": w.pool.id}, true)
				}
				return calls
			}, w)
		})
		b.Run("AdminCreateUser/"+name, func(b *testing.B) {
			w := newWorld(b, recording)
			serial := 0
			together(b, func(n int) []call {
				calls := make([]call, n)
				for i := range calls {
					serial++
					calls[i].r, calls[i].body = w.request("AdminCreateUser", map[string]any{
						"UserPoolId": w.pool.id, "Username": fmt.Sprintf("new%d", serial), "MessageAction": "SUPPRESS",
					}, true)
				}
				return calls
			}, w)
		})
	}
}

// BenchmarkCommitToHistory commits records of life from 64 goroutines into the
// embedded engine and waits until the last is visible in history.
func BenchmarkCommitToHistory(b *testing.B) {
	w := newWorld(b, true)
	must(b, w.drainer.Flush(b.Context()))
	rows := segmenttest.New(1).Rows(20_000)
	before := w.held()
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	begin := ownCPU()
	for range clients {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(b.N) {
					return
				}
				row := &rows[i%int64(len(rows))]
				err := w.state.Update(context.Background(), func(tx store.Tx) error {
					tx.Append(store.Record{Kind: store.AuditRecord, Account: row.Account, Region: row.Region, ID: row.ID, Data: row.Message})
					return nil
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	committed := time.Now()
	for w.held()-before < int64(b.N) {
		if time.Since(committed) > time.Minute {
			b.Fatal("records not visible a minute after their commit")
		}
		time.Sleep(100 * time.Microsecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(time.Since(committed).Microseconds())/1000, "ms-last")
	b.ReportMetric(float64((ownCPU()-begin).Microseconds())/float64(b.N), "cpu-µs/op")
}
