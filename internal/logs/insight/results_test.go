package insight_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs/insight"
	"github.com/cogtrail/cogtrail/internal/query/block"
)

// halted are Sources whose scans wait for on before they end.
type halted struct {
	insight.Sources
	on chan struct{}
}

func (h halted) Source(account, region string, groups []string) block.Source {
	return haltedSource{h.Sources.Source(account, region, groups), h.on}
}

type haltedSource struct {
	block.Source
	on chan struct{}
}

func (h haltedSource) Scan(ctx context.Context, req block.ScanRequest, yield func(*block.Block) error) error {
	err := h.Source.Scan(ctx, req, yield)
	<-h.on
	return err
}

// A query that runs shows what it would answer so far, aggregates too; pages begin with its end.
func TestGetQueryResults_running(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		on := make(chan struct{})
		w := newWorld(t, func(o *insight.Options) { o.Sources = halted{o.Sources, on} })
		w.serve(t)
		w.store("trail", `{"a":"x","n":1}`, `{"a":"y","n":2}`, `{"a":"x","n":5}`)
		for text, want := range map[string][]string{
			`stats sum(n) as s by a | sort s desc`: {"a=x s=6", "a=y s=2"},
			`fields n | sort n desc | limit 2`:     {"n=5", "n=2"},
			`dedup a | display a`:                  {"a=x", "a=y"},
		} {
			id, err := w.start(w.query(text))
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second) // of the bubble
			synctest.Wait()
			for i, in := range []*api.GetQueryResultsInput{{QueryId: id}, {QueryId: id, MaxItems: new(int64(1))}} {
				out, err := w.results(in)
				if err != nil {
					t.Fatal(err)
				}
				if got := rows(out); *out.Status != insight.Running || !slices.Equal(got, want[:len(want)-i]) || out.NextToken != nil {
					t.Errorf("%s: %s, %v, token %v", text, *out.Status, got, out.NextToken)
				}
			}
			on <- struct{}{}
			if out := w.wait(t, id); *out.Status != insight.Complete || !slices.Equal(rows(out), want) {
				t.Errorf("%s: %s, %v", text, *out.Status, rows(out))
			}
		}
	})
}
