package event_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/event"
	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

func TestIncoming(t *testing.T) {
	t.Parallel()
	var got []string
	step := event.Incoming(func(_ store.Tx, account, _, namespace, name string, dims map[string]string, unit string, at time.Time, s series.Summary) error {
		got = append(got, account+" "+namespace+" "+name+" "+dims["LogGroupName"]+" "+unit+" "+at.Format("15:04")+" "+strconv.FormatFloat(s.Sum, 'g', -1, 64))
		return nil
	})
	minute := int64(60_000)
	err := step(nil, 0, []logs.Event{
		{Account: "1", Group: "/a", Ingested: 5, Message: []byte("abc")},
		{Account: "1", Group: "/a", Ingested: minute - 1, Message: []byte("de")},
		{Account: "2", Group: "/a", Ingested: minute, Message: []byte("f")},
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	want := []string{
		"1 AWS/Logs IncomingBytes /a Bytes 00:00 5", "1 AWS/Logs IncomingLogEvents /a None 00:00 2",
		"2 AWS/Logs IncomingBytes /a Bytes 00:01 1", "2 AWS/Logs IncomingLogEvents /a None 00:01 1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("emitted %q", got)
	}
}
