package insight

import (
	"encoding/binary"
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	resultPurpose = "logs.results"
	maxItems      = 10_000
)

// answer is a page of a result, read before the transaction.
type answer struct {
	query *Query
	rows  [][]api.ResultField
	next  int // first row of the next page, 0 at the end
	err   error
}

func (s *Service) stageResults(c *op.Call, in *api.GetQueryResultsInput) *answer {
	a := &answer{}
	err := s.State.View(c, func(tx store.Tx) error {
		*a = answer{}
		s.readResults(tx, c, in, a)
		return nil
	})
	if err != nil {
		a.err = fmt.Errorf("read query: %w", err)
	}
	return a
}

// GetQueryResults answers state, statistics and, once complete, the rows of a query.
func (s *Service) GetQueryResults(c *op.Call, in *api.GetQueryResultsInput) (*api.GetQueryResultsOutput, error) {
	a, _ := c.Staged.(*answer)
	if a == nil {
		a = &answer{}
		s.readResults(c.Tx, c, in, a)
	}
	if a.err != nil {
		return nil, a.err
	}
	q := a.query
	out := &api.GetQueryResultsOutput{QueryLanguage: new(language), Status: new(q.Status), Results: a.rows, Statistics: s.statistics(q)}
	if p := s.progress(q.ID); p != nil && q.Status == Running {
		out.Results = shownRows(p.Partial(), pageSize(in.MaxItems))
	}
	if out.Results == nil {
		out.Results = [][]api.ResultField{}
	}
	if a.next > 0 {
		out.NextToken = new(s.Tokens.SealToken(resultPurpose, binary.AppendUvarint(nil, uint64(a.next)), c.Account, c.Region, q.ID))
	}
	return out, nil
}

func (s *Service) readResults(tx store.Tx, c *op.Call, in *api.GetQueryResultsInput, a *answer) {
	var err error
	if a.query, err = find(tx, c, in.QueryId); err != nil {
		a.err = err
		return
	}
	first := 0
	if in.NextToken != nil {
		raw, err := s.Tokens.OpenToken(resultPurpose, *in.NextToken, c.Account, c.Region, a.query.ID)
		n, size := binary.Uvarint(raw)
		if err != nil || size <= 0 || n > uint64(a.query.Rows) {
			a.err = logs.BadToken()
			return
		}
		first = int(n)
	}
	limit := pageSize(in.MaxItems)
	if a.query.Status != Complete {
		return
	}
	a.rows, a.err = readRows(tx, a.query, first, limit)
	if end := first + len(a.rows); a.err == nil && end < a.query.Rows && limit > 0 {
		a.next = end
	}
}

func pageSize(asked *int64) int {
	if asked == nil {
		return maxItems
	}
	return int(min(max(*asked, 0), maxItems))
}

// shownRows are the first rows of a run that goes on.
func shownRows(rows [][]run.Field, limit int) [][]api.ResultField {
	out := make([][]api.ResultField, 0, min(len(rows), limit))
	for _, cells := range rows[:min(len(rows), limit)] {
		row := make([]api.ResultField, len(cells))
		for i := range cells {
			row[i] = api.ResultField{Field: &cells[i].Name, Value: &cells[i].Value}
		}
		out = append(out, row)
	}
	return out
}

// readRows returns up to limit rows of a result from the given one on.
func readRows(tx store.Tx, q *Query, first, limit int) ([][]api.ResultField, error) {
	out := make([][]api.ResultField, 0, min(limit, max(q.Rows-first, 0)))
	at := 0
	for i := 0; i < q.Chunks && len(out) < limit; i++ {
		raw, err := tx.Get(resultSpace, store.K(q.Account, q.Region, q.ID, i))
		if err != nil {
			return nil, fmt.Errorf("chunk of a result: %w", err)
		}
		n, m := binary.Uvarint(raw)
		if m <= 0 {
			return nil, fmt.Errorf("chunk of a result: number of rows")
		}
		if at+int(n) <= first {
			at += int(n)
			continue
		}
		rows, err := unpack(raw[m:])
		if err != nil {
			return nil, err
		}
		for _, cells := range rows {
			if at++; at <= first {
				continue
			}
			if len(out) == limit {
				break
			}
			row := make([]api.ResultField, 0, len(cells)/2)
			for j := 0; j+1 < len(cells); j += 2 {
				row = append(row, api.ResultField{Field: &cells[j], Value: &cells[j+1]})
			}
			out = append(out, row)
		}
	}
	return out, nil
}

// statistics are final ones from the row, or those of the run going on here.
func (s *Service) statistics(q *Query) *api.QueryStatistics {
	matched, scanned, size := q.Matched, q.Scanned, q.Bytes
	if p := s.progress(q.ID); p != nil && q.Status == Running {
		matched = p.Matched.Load()
		scanned = p.Scanned.Load() + p.SkippedRows.Load()
		size = p.Bytes.Load() + p.SkippedBytes.Load()
	}
	groups := 0
	if q.Status != Scheduled {
		groups = len(q.Groups)
	}
	return &api.QueryStatistics{
		RecordsMatched: new(float64(matched)), RecordsScanned: new(float64(scanned)), BytesScanned: new(float64(size)),
		EstimatedRecordsSkipped: new(0.0), EstimatedBytesSkipped: new(0.0), LogGroupsScanned: new(float64(groups)),
	}
}

// find returns a query of the caller's account and Region that is still kept.
func find(tx store.Tx, c *op.Call, id string) (*Query, error) {
	q, err := queries.Get(tx, store.K(c.Account, c.Region, id))
	if errors.Is(err, store.ErrNotFound) || err == nil && q.Created < c.Now.UnixMilli()-keepMS {
		return nil, api.ResourceNotFoundException("The specified query does not exist.") // (inferred)
	}
	if err != nil {
		return nil, fmt.Errorf("read query: %w", err)
	}
	return q, nil
}
