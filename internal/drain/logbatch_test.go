package drain

import (
	"bytes"
	"reflect"
	"testing"
)

func TestLogBatchRoundTrip(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]LogBatch{
		"empty":    {Group: "g", Stream: "s", Ingested: 1, Events: []LogEvent{}},
		"ordinary": {Group: "/app/web", Stream: "a:b", Ingested: 1_772_445_600_000, Events: []LogEvent{{1_772_445_599_000, []byte("x")}, {1_772_445_600_500, []byte{}}}},
		"extreme":  {Group: "g", Stream: "", Ingested: -1, Events: []LogEvent{{0, []byte("\x00")}, {1 << 60, []byte("y")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := UnmarshalLogBatch(b.Marshal(nil))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, &b) {
				t.Errorf("got %+v, want %+v", got, b)
			}
		})
	}
}

func TestLogBatchRefusesRecordsOfAudit(t *testing.T) {
	t.Parallel()
	for _, group := range []string{"", "!insights"} {
		b := LogBatch{Group: group}
		if _, err := UnmarshalLogBatch(b.Marshal(nil)); err == nil {
			t.Errorf("group %q accepted", group)
		}
	}
}

func FuzzUnmarshalLogBatch(f *testing.F) {
	b := LogBatch{Group: "g", Stream: "s", Ingested: 5, Events: []LogEvent{{4, []byte("hello")}}}
	f.Add(b.Marshal(nil))
	f.Add([]byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := UnmarshalLogBatch(data)
		if err != nil {
			return
		}
		again, err := UnmarshalLogBatch(b.Marshal(nil))
		if err != nil || len(again.Events) != len(b.Events) || again.Group != b.Group {
			t.Fatalf("%+v became %+v: %v", b, again, err)
		}
		for i := range b.Events {
			if again.Events[i].Time != b.Events[i].Time || !bytes.Equal(again.Events[i].Message, b.Events[i].Message) {
				t.Fatalf("event %d changed", i)
			}
		}
	})
}
