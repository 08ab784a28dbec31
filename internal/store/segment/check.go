package segment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Report is the outcome of Check.
type Report struct {
	Segments int
	Rows     int64
	// Records are the history rows whose numbers were compared with the ledger.
	Records int64
	// Findings are faults, one sentence each; none means that all is well. At most
	// maxFindings are kept.
	Findings []string
	// More counts the faults beyond.
	More int
}

const maxFindings = 1000

func (r *Report) find(format string, args ...any) {
	if len(r.Findings) == maxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, fmt.Sprintf(format, args...))
}

// Check reads every sealed file: it exists, has the size, checksum and rows of
// its manifest, and each account's numbered history has as many rows as the
// ledger says, none twice. It changes nothing. Rows whose retention is over are
// not missed. The error is about the check itself.
func (s *Store) Check(ctx context.Context) (*Report, error) {
	run, book, err := s.freeze(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, h := range run {
			h.release()
		}
	}()
	rep := &Report{}
	books := make(map[ledgerPage]*numbers)
	for _, h := range run {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		rep.Segments++
		if err := s.checkFile(ctx, h, rep, books); err != nil {
			rep.find("%v", err)
		}
	}
	s.checkLedger(rep, book, books)
	return rep, nil
}

// freeze returns the segments, retained, and the ledger of one moment.
func (s *Store) freeze(ctx context.Context) ([]*handle, []*ledger, error) {
	const tries, wait = 20, 50 * time.Millisecond
	for range tries {
		var book []*ledger
		var names []string
		err := s.state.View(ctx, func(tx store.Tx) error {
			book, names = nil, nil
			for m, err := range manifests.Scan(tx, nil, nil) {
				if err != nil {
					return fmt.Errorf("manifests: %w", err)
				}
				names = append(names, m.Name)
			}
			for l, err := range ledgers.Scan(tx, nil, nil) {
				if err != nil {
					return fmt.Errorf("ledger: %w", err)
				}
				book = append(book, l)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
		if run, ok := s.retainAll(names); ok {
			return run, book, nil
		}
		// A batch or a merge is committed but not published yet, or was replaced meanwhile.
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	return nil, nil, errors.New("check: the segments change too fast")
}

// retainAll retains the segments of these names; ok is false if one is unknown.
func (s *Store) retainAll(names []string) (run []*handle, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byName := make(map[string]*handle, len(s.segments))
	for _, h := range s.segments {
		byName[h.m.Name] = h
	}
	for _, n := range names {
		if byName[n] == nil {
			return nil, false
		}
		run = append(run, byName[n])
	}
	for _, h := range run {
		h.retain()
	}
	return run, true
}

// ledgerPage names a ledger row.
type ledgerPage struct {
	account string
	page    int64
}

// numbers are the sequence numbers seen of one ledger page.
type numbers struct {
	seen  [ledgerSpan/64 + 1]uint64
	count int64
	twice int64
}

func (n *numbers) add(seq int64) {
	i := (seq - 1) % ledgerSpan
	if n.seen[i/64]&(1<<(i%64)) != 0 {
		n.twice++
		return
	}
	n.seen[i/64] |= 1 << (i % 64)
	n.count++
}

func (s *Store) checkFile(ctx context.Context, h *handle, rep *Report, books map[ledgerPage]*numbers) error {
	f, err := os.Open(h.path())
	if err != nil {
		return fmt.Errorf("segment %s: %w", h.m.Name, err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, contextReader{ctx, f}); err != nil {
		return fmt.Errorf("segment %s: %w", h.m.Name, err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != h.m.SHA256 {
		rep.find("segment %s: checksum %s, manifest says %s", h.m.Name, got, h.m.SHA256)
	}
	if _, _, err := h.open(); err != nil {
		return err
	}
	rep.Rows += h.m.Rows
	var next int64
	for i := range h.m.Spans {
		span := &h.m.Spans[i]
		if span.First != next {
			rep.find("segment %s: span %d begins at row %d, want %d", h.m.Name, i, span.First, next)
		}
		next += span.Rows
		if span.Group != History && span.Group != Insights {
			continue
		}
		p := part{h, span, &visibility{}}
		const forever = 1<<63 - 1
		pieces, err := p.pieces(-forever, forever, false)
		if err != nil {
			return err
		}
		for k := range pieces {
			seqs, err := pieces[k].column(colSeq)
			if err != nil {
				return err
			}
			for _, seq := range seqs.ints {
				if seq <= 0 {
					continue // imported, never numbered here
				}
				at := ledgerPage{span.Account, (seq - 1) / ledgerSpan}
				if books[at] == nil {
					books[at] = new(numbers)
				}
				books[at].add(seq)
				rep.Records++
			}
		}
	}
	if next != h.m.Rows {
		rep.find("segment %s: spans hold %d rows of %d", h.m.Name, next, h.m.Rows)
	}
	return nil
}

// checkLedger compares what was seen with what was entered.
func (s *Store) checkLedger(rep *Report, book []*ledger, books map[ledgerPage]*numbers) {
	oldest := s.now() - int64(s.opt.HistoryDays)*dayMS
	last := make(map[string]int64)
	for _, l := range book {
		if l.First != last[l.Account]+1 {
			rep.find("account %s: the ledger jumps from number %d to %d", l.Account, last[l.Account], l.First)
		}
		last[l.Account] = l.Last
		at := ledgerPage{l.Account, (l.First - 1) / ledgerSpan}
		n := books[at]
		if n == nil {
			n = new(numbers)
		}
		delete(books, at)
		if n.twice > 0 {
			rep.find("account %s: %d numbers from %d to %d occur twice", l.Account, n.twice, l.First, l.Last)
		}
		if n.count > l.History {
			rep.find("account %s: %d history rows from %d to %d, the ledger says %d", l.Account, n.count, l.First, l.Last, l.History)
		}
		if n.count < l.History && l.MinTime >= oldest {
			rep.find("account %s: %d of %d history rows from %d to %d are missing", l.Account, l.History-n.count, l.History, l.First, l.Last)
		}
	}
	for at := range books {
		rep.find("account %s: rows numbered from %d on are not in the ledger", at.account, at.page*ledgerSpan+1)
	}
}

// contextReader stops reading when ctx ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
