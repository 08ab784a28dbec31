package logdelivery_test

import (
	"context"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

type sink []string

// Interval implements logdelivery.Writer.
func (*sink) Interval() time.Duration { return time.Minute }

// Write implements logdelivery.Writer.
func (s *sink) Write(_ store.Tx, account, region, group, stream string, _ time.Time, message []byte) error {
	*s = append(*s, account+" "+region+" "+group+" "+stream+" "+string(message))
	return nil
}

func TestFailed(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, silent := w.Pool(nil), w.Pool(nil)
	if _, res := set(w, pool, toGroup("userNotification", "ERROR", "arn:aws:logs:us-east-1:123456789012:log-group:/a/b")); res.Err != nil {
		t.Fatal(res.Err)
	}
	var s sink
	err := w.State.Update(context.Background(), func(tx store.Tx) error {
		s = nil
		for _, id := range []string{pool, silent, "us-east-1_nothing00"} {
			if err := logdelivery.Failed(tx, w.S.Realm, &s, userpool.PoolID(id), `mail server said "no"`, time.UnixMilli(1687297330677)); err != nil {
				return err
			}
		}
		return nil
	})
	want := "123456789012 us-east-1 /a/b " + pool + `/userNotification {"eventTimestamp":"1687297330677","eventSource":"USER_NOTIFICATION","logLevel":"ERROR",` +
		`"message":{"details":"mail server said \"no\""},"logSourceId":{"userPoolId":"` + pool + `"}}`
	if err != nil || len(s) != 1 || s[0] != want {
		t.Errorf("got  %q, %v\nwant %q", s, err, want)
	}
}
