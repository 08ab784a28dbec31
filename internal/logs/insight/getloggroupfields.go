package insight

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/block"
)

// What GetLogGroupFields looks at. [CloudWatch Logs: GetLogGroupFields]
const (
	fieldsAround = 8 * time.Minute
	fieldsBefore = 15 * time.Minute
	// fieldsEvents bounds the events looked at, fieldsMax the names told. (inferred)
	fieldsEvents = 10_000
	fieldsMax    = 1000
	leavesMax    = 200
)

// counted are the fields of a group, read before the transaction.
type counted struct {
	group  string
	fields []api.LogGroupField
	err    error
}

func (s *Service) stageFields(c *op.Call, in *api.GetLogGroupFieldsInput) *counted {
	k := &counted{}
	if k.group, k.err = logs.Named(c, in.LogGroupName, in.LogGroupIdentifier); k.err != nil {
		return k
	}
	from, to := c.Now.Add(-fieldsBefore), c.Now.Add(time.Millisecond)
	if in.Time != nil {
		at := *in.Time
		if at < msFrom {
			at *= 1000
		}
		from, to = time.UnixMilli(at).Add(-fieldsAround), time.UnixMilli(at).Add(fieldsAround+time.Millisecond)
	}
	events := 0
	have := map[string]int{}
	err := s.Sources.Source(c.Account, c.Region, []string{k.group}).Scan(c, block.ScanRequest{
		Start: from, End: to, Fields: []string{block.Message, block.Timestamp}, NewestFirst: true,
	}, func(b *block.Block) error {
		for i := range b.N {
			if events == fieldsEvents {
				break
			}
			events++
			text := ""
			if col := b.Column(block.Message); col != nil {
				text, _ = col.Text(i)
			}
			leaves(text, leavesMax, func(name, _ string) {
				if n, known := have[name]; known || len(have) < fieldsMax {
					have[strings.Clone(name)] = n + 1
				}
			})
		}
		if err := b.Done(); err != nil {
			return err
		}
		if events == fieldsEvents {
			return block.ErrStop
		}
		return nil
	})
	if err != nil && err != block.ErrStop {
		k.err = fmt.Errorf("fields of log group: %w", err)
		return k
	}
	if events == 0 {
		return k
	}
	for _, name := range []string{block.Message, block.LogStream, block.Timestamp, block.IngestionTime, block.Log} {
		have[name] = events
	}
	for name, n := range have {
		percent := int64(math.Round(float64(n) * 100 / float64(events)))
		k.fields = append(k.fields, api.LogGroupField{Name: &name, Percent: &percent})
	}
	slices.SortFunc(k.fields, func(a, b api.LogGroupField) int {
		return cmp.Or(cmp.Compare(*b.Percent, *a.Percent), strings.Compare(*a.Name, *b.Name))
	})
	return k
}

// GetLogGroupFields lists the fields of a group's events with the share of events that have them.
func (s *Service) GetLogGroupFields(c *op.Call, in *api.GetLogGroupFieldsInput) (*api.GetLogGroupFieldsOutput, error) {
	k, _ := c.Staged.(*counted)
	if k == nil {
		k = s.stageFields(c, in)
	}
	if k.err != nil {
		return nil, k.err
	}
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, k.group)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	if k.fields == nil {
		k.fields = []api.LogGroupField{}
	}
	return &api.GetLogGroupFieldsOutput{LogGroupFields: k.fields}, nil
}
