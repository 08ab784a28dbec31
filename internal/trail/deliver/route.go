package deliver

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

// Record is one committed audit record.
type Record struct {
	Account, Region, EventID string
	Data                     []byte
}

// Copy is a record for the log group of a trail.
type Copy struct {
	Account, Region, Group, Stream, EventID string
	Message                                 []byte
}

// maxPending bounds the records of one row, before compression. Rows of random
// bytes do not get smaller, and a row that the store refuses would stop all.
const maxPending = 4 << 20

// maxLogEvent is the largest record that log groups take. [CloudTrail: sending events to CloudWatch Logs]
const maxLogEvent = 256 << 10

// route is a trail as the drainer sees it.
type route struct {
	row       *trail.Row
	selectors *selector.Set
}

// routes caches the trails of accounts by the generation they were read at.
type routes struct {
	mu       sync.Mutex
	accounts map[string]*accountRoutes
}

type accountRoutes struct {
	generation int64
	list       []route
}

const maxCachedAccounts = 10_000

// of returns the account's trails that take records, as of this transaction.
func (rs *routes) of(tx store.Tx, account string) ([]route, error) {
	n, err := trail.Generation(tx, account)
	if err != nil {
		return nil, err
	}
	rs.mu.Lock()
	a := rs.accounts[account]
	rs.mu.Unlock()
	if a != nil && a.generation == n {
		return a.list, nil
	}
	a = &accountRoutes{generation: n}
	for r, err := range trail.Trails.Scan(tx, store.K(account), nil) {
		if err != nil {
			return nil, err
		}
		if !r.Logging && (!r.Ending || r.Drained) {
			continue
		}
		set, err := r.Selectors()
		if err != nil {
			return nil, fmt.Errorf("selectors of trail %s: %w", r.Name, err)
		}
		a.list = append(a.list, route{r, set})
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.accounts == nil || len(rs.accounts) >= maxCachedAccounts {
		rs.accounts = make(map[string]*accountRoutes)
	}
	rs.accounts[account] = a
	return a.list, nil
}

// wants tells whether the trail takes the record.
func (r *route) wants(rec *Record, e *selector.Event) bool {
	t := r.row
	if t.Region != rec.Region && !t.MultiRegion {
		return false
	}
	if !t.Global && e.Source == "iam.amazonaws.com" {
		return false
	}
	if t.Ending {
		at, err := time.Parse(time.RFC3339, gjson.GetBytes(rec.Data, "eventTime").String())
		// Records carry whole seconds; what happened within the second of the stop belongs to it.
		if err != nil || at.After(t.Stopped) {
			return false
		}
	}
	return r.selectors.Match(e)
}

// Chosen tells whether a trail that logs takes a record.
func (d *Delivery) Chosen(tx store.Tx, rec Record) (bool, error) {
	list, err := d.routes.of(tx, rec.Account)
	if err != nil || len(list) == 0 {
		return false, err
	}
	e := selector.Parse(rec.Data)
	for i := range list {
		if list[i].wants(&rec, &e) {
			return true, nil
		}
	}
	return false, nil
}

// Route returns the copies of a record that go to log groups.
func (d *Delivery) Route(ctx context.Context, rec Record) ([]Copy, error) {
	var out []Copy
	// Not a View: an Update that writes nothing reads from the embedded engine's cache of rows.
	err := d.State.Update(ctx, func(tx store.Tx) error {
		out = nil
		list, err := d.routes.of(tx, rec.Account)
		if err != nil || len(list) == 0 {
			return err
		}
		e := selector.Parse(rec.Data)
		for i := range list {
			r := &list[i]
			if r.row.LogGroup == "" || len(rec.Data) > maxLogEvent || !r.wants(&rec, &e) {
				continue
			}
			group, ok := groupName(r.row.LogGroup)
			if !ok {
				continue
			}
			if ok, err = d.GroupExists(tx, r.row.Account, r.row.Region, group); err != nil {
				return err
			}
			if !ok {
				continue // it was deleted; the trail's status shows no delivery any more
			}
			out = append(out, Copy{
				Account: r.row.Account, Region: r.row.Region, Group: group, EventID: rec.EventID, Message: rec.Data,
				Stream: rec.Account + "_CloudTrail_" + r.row.Region,
			})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("route record: %w", err)
	}
	return out, nil
}

// groupName takes the name out of arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*.
func groupName(text string) (string, bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "logs" || !strings.HasPrefix(a.Resource, "log-group:") {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*"), true
}

// Settle adds the records of a drained batch to the trails' pending files, in
// the drainer's transaction.
func (d *Delivery) Settle(tx store.Tx, batch []Record) error {
	now := d.Clock.Now()
	type slot struct{ trail, region string }
	waiting := make(map[slot]*pending)
	bodies := make(map[slot][]byte)
	var order []slot
	keep := func(s slot) error {
		p := waiting[s]
		var err error
		if p.N, err = pendingNumber(tx, s.trail, s.region, now); err != nil {
			return err
		}
		p.Data = d.zip.EncodeAll(bodies[s], nil)
		if err := pendings.Put(tx, p); err != nil {
			return fmt.Errorf("keep records for a trail: %w", err)
		}
		d.waiting.Add(int64(p.Raw))
		return nil
	}
	ended := make(map[string]*trail.Row)
	copied := make(map[slot]bool)
	for i := range batch {
		rec := &batch[i]
		list, err := d.routes.of(tx, rec.Account)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		e := selector.Parse(rec.Data)
		for j := range list {
			r := &list[j]
			if ended[r.row.ID] != nil {
				continue
			}
			if r.wants(rec, &e) {
				s := slot{r.row.ID, rec.Region}
				p := waiting[s]
				if p == nil {
					p = &pending{Trail: r.row.ID, Region: rec.Region}
					waiting[s], order = p, append(order, s)
				}
				if p.Count > 0 && p.Raw+len(rec.Data) > maxPending {
					if err := keep(s); err != nil {
						return err
					}
					*p, bodies[s] = pending{Trail: p.Trail, Region: p.Region}, bodies[s][:0]
				}
				bodies[s] = p.add(bodies[s], rec)
				if r.row.LogGroup != "" {
					copied[slot{r.row.ID, r.row.Region}] = true
				}
			}
			if r.row.Ending && gjson.GetBytes(rec.Data, "requestID").String() == r.row.EndRequest {
				ended[r.row.ID] = r.row
			}
		}
	}
	for _, s := range order {
		if err := keep(s); err != nil {
			return err
		}
	}
	for s := range copied {
		if err := d.status(tx, s.trail, s.region, func(st *trail.Status) { st.LogsDelivery = now }); err != nil {
			return err
		}
	}
	for _, row := range ended {
		fresh, err := trail.Trails.Get(tx, trail.Trails.Key(row))
		if err != nil {
			return fmt.Errorf("read ending trail: %w", err)
		}
		fresh.Drained = true
		if err := trail.Put(tx, fresh); err != nil {
			return err
		}
	}
	return nil
}

// add takes a record into the batch and returns the grown body.
func (p *pending) add(body []byte, rec *Record) []byte {
	at := gjson.GetBytes(rec.Data, "eventTime").String()
	if p.Count == 0 || at < p.Oldest {
		p.Oldest = at
	}
	if at > p.Newest {
		p.Newest = at
	}
	if p.Count > 0 {
		body = append(body, ',')
	}
	p.Count++
	body = append(body, rec.Data...)
	p.Raw = len(body)
	return body
}

func newEncoder() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic("BUG: zstd encoder: " + err.Error())
	}
	return e
}

func newDecoder() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
	if err != nil {
		panic("BUG: zstd decoder: " + err.Error())
	}
	return d
}
