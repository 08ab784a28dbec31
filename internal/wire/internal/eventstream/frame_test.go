package eventstream_test

import (
	"bytes"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"github.com/cogtrail/cogtrail/internal/wire/internal/eventstream"
)

func FuzzAppend(f *testing.F) {
	f.Add(":event-type", "sessionStart", []byte(`{}`))
	f.Add("a", "", []byte(nil))
	f.Fuzz(func(t *testing.T, name, value string, payload []byte) {
		b, err := eventstream.Append([]byte("before"), []eventstream.Header{{Name: name, Value: value}, {Name: ":x", Value: "y"}}, payload)
		if err != nil {
			if name != "" && len(name) < 256 && len(value) < 1<<15 && len(payload) <= 16<<20 {
				t.Errorf("refused: %v", err)
			}
			return
		}
		m, err := sdk.NewDecoder().Decode(bytes.NewReader(b[len("before"):]), nil)
		if err != nil || !bytes.Equal(m.Payload, payload) {
			t.Fatalf("decoded %+v, %v", m, err)
		}
		if v := m.Headers.Get(":x"); v == nil || name != ":x" && v.String() != "y" {
			t.Errorf("headers %+v", m.Headers)
		}
	})
}
