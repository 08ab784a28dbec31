package insight

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/schedule"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

var _ schedule.Queries = (*Service)(nil)

// Launch starts the query of a schedule, for its role. Its groups are those the role was asked about: no SOURCE inside the
// text may add others.
func (s *Service) Launch(tx store.Tx, l schedule.Launch) (string, error) {
	p, err := plan.Compile(l.Text)
	if err != nil {
		return "", fmt.Errorf("%w: %w", schedule.ErrQuery, err)
	}
	if p.Source != nil || len(innerSources(p.Query)) > 0 || asksClear(p.Query) {
		return "", fmt.Errorf("%w: SOURCE and unmask cannot stand in a scheduled query", schedule.ErrQuery) // (inferred)
	}
	if len(l.Groups) == 0 {
		return "", fmt.Errorf("%w: it names no log group", schedule.ErrQuery)
	}
	for _, g := range l.Groups {
		if _, err := logs.FindGroup(tx, l.Account, l.Region, g); err != nil {
			if refused := (*schema.Error)(nil); errors.As(err, &refused) {
				return "", fmt.Errorf("log group %s: %s", g, refused.Message)
			}
			return "", err
		}
	}
	q := &Query{
		Account: l.Account, Region: l.Region, ID: newID(), Text: l.Text, Groups: l.Groups, User: l.Role, Start: l.Start.UnixMilli(),
		End: l.End.UnixMilli(), Limit: plan.DefaultLimit, Status: Scheduled, Created: s.Clock.Now().UnixMilli(),
	}
	active := 0
	for _, err := range queries.ScanIndex(tx, "active", store.K(q.Account, q.Region), nil, false) {
		if err != nil {
			return "", fmt.Errorf("count queries: %w", err)
		}
		active++
	}
	if active >= s.Quota {
		return "", fmt.Errorf("account maximum query concurrency limit of [%d] reached", s.Quota)
	}
	if err := queries.Insert(tx, q); err != nil {
		return "", fmt.Errorf("new query: %w", err)
	}
	s.signal()
	return q.ID, nil
}

// Outcome tells how a query stands.
func (s *Service) Outcome(tx store.Tx, account, region, id string) (status, reason string, ok bool, err error) {
	q, err := queries.Get(tx, store.K(account, region, id))
	if errors.Is(err, store.ErrNotFound) {
		return "", "", false, nil
	}
	if err != nil {
		return "", "", false, fmt.Errorf("read query: %w", err)
	}
	return q.Status, q.Reason, true, nil
}

// Result returns all rows of a query that is complete.
func (s *Service) Result(tx store.Tx, account, region, id string) (*schedule.Result, error) {
	q, err := queries.Get(tx, store.K(account, region, id))
	if err != nil {
		return nil, fmt.Errorf("read query: %w", err)
	}
	rows, err := readRows(tx, q, 0, q.Rows)
	if err != nil {
		return nil, err
	}
	r := &schedule.Result{
		Rows:       make([][]schedule.Field, len(rows)),
		Statistics: schedule.Statistics{RecordsMatched: float64(q.Matched), RecordsScanned: float64(q.Scanned), BytesScanned: float64(q.Bytes)},
	}
	for i, cells := range rows {
		r.Rows[i] = make([]schedule.Field, len(cells))
		for k, f := range cells {
			r.Rows[i][k] = schedule.Field{Field: *f.Field, Value: *f.Value}
		}
	}
	return r, nil
}
