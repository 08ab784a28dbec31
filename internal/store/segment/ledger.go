package segment

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// ledgerSpan is how many sequence numbers one ledger row covers.
const ledgerSpan = 10_000

// ledger says, for a range of an account's sequence numbers, how many of its
// records went into the history (the others are data events, which live in trails
// only), so that a lost row can be told from one that never was.
type ledger struct {
	Account string
	// First and Last are inclusive; Last grows until the row is full.
	First, Last int64
	// History counts the rows of History and Insights among them.
	History int64
	// MinTime is the earliest time among the history rows, milliseconds; 0 without any.
	MinTime int64
}

var ledgers = store.Table[ledger]{
	Name: "segment.ledger",
	Key:  func(l *ledger) store.Key { return store.K(l.Account, (l.First-1)/ledgerSpan) },
}

// Numbered is an audit record with its sequence number.
type Numbered struct {
	Account string
	Seq     int64
	// History tells that it has a row in History or Insights, Time that row's time.
	History bool
	Time    int64
}

// Record enters newly numbered records, ascending per account and following
// those entered before, into the ledger. It belongs into the transaction that
// settles them.
func Record(tx store.Tx, records []Numbered) error {
	open := make(map[string]*ledger)
	for _, n := range records {
		l := open[n.Account]
		page := (n.Seq - 1) / ledgerSpan
		if l == nil || (l.First-1)/ledgerSpan != page {
			if l != nil {
				if err := ledgers.Put(tx, l); err != nil {
					return err
				}
			}
			var err error
			if l, err = ledgerAt(tx, n.Account, page); err != nil {
				return err
			}
			open[n.Account] = l
		}
		if n.Seq != l.Last+1 {
			return fmt.Errorf("sequence of account %s: number %d follows %d", n.Account, n.Seq, l.Last)
		}
		l.Last = n.Seq
		if n.History {
			l.History++
			if l.MinTime == 0 || n.Time < l.MinTime {
				l.MinTime = n.Time
			}
		}
	}
	for _, l := range open {
		if err := ledgers.Put(tx, l); err != nil {
			return err
		}
	}
	return nil
}

func ledgerAt(tx store.Tx, account string, page int64) (*ledger, error) {
	key := store.K(account, page)
	has, err := ledgers.Has(tx, key)
	if err != nil {
		return nil, fmt.Errorf("ledger of account %s: %w", account, err)
	}
	if !has {
		first := page*ledgerSpan + 1
		return &ledger{Account: account, First: first, Last: first - 1}, nil
	}
	return ledgers.Get(tx, key)
}
