package pooltest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// written is a line of a log group, or a value of a metric.
type written struct {
	N    int64
	Text string
}

var (
	lines  = store.Table[written]{Name: "test.lines", Key: func(l *written) store.Key { return store.K(l.N) }}
	values = store.Table[written]{Name: "test.values", Key: func(l *written) store.Key { return store.K(l.N) }}
)

func write(tx store.Tx, t *store.Table[written], text string) error {
	var n int64
	for kv, err := range tx.Scan(t.Name, nil, nil, true) {
		if err != nil {
			return err
		}
		var last written
		if err := json.Unmarshal(kv.Value, &last); err != nil {
			return err
		}
		n = last.N + 1
		break
	}
	return t.Put(tx, &written{n, text})
}

// logs keeps what is delivered to log groups as rows of the transaction.
type logs struct{}

// Interval implements logdelivery.Writer.
func (logs) Interval() time.Duration { return time.Minute }

// Write implements logdelivery.Writer.
func (logs) Write(tx store.Tx, account, region, group, stream string, _ time.Time, message []byte) error {
	return write(tx, &lines, strings.Join([]string{account, region, group, stream, string(message)}, " "))
}

// emit keeps values of metrics as rows of the transaction.
func emit(tx store.Tx, _, _, namespace, name string, dimensions map[string]string, _ string, _ time.Time, value float64) error {
	var parts []string
	for n, v := range dimensions {
		parts = append(parts, n+"="+v)
	}
	slices.Sort(parts)
	return write(tx, &values, fmt.Sprintf("%s %s %g %s", namespace, name, value, strings.Join(parts, " ")))
}

func (w *World) written(t *store.Table[written]) []string {
	w.T.Helper()
	var out []string
	w.View(func(tx store.Tx) error {
		for l, err := range t.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			out = append(out, l.Text)
		}
		return nil
	})
	return out
}

// Lines are what was delivered to log groups: account, Region, group, stream and message, oldest first.
func (w *World) Lines() []string { return w.written(&lines) }

// Values are what was added to metrics: namespace, name, value and dimensions, oldest first.
func (w *World) Values() []string { return w.written(&values) }
