package logs

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Prefix is the beginning of all keys that begin with key and whose next text
// begins with begin.
func Prefix(key store.Key, begin string) store.Key {
	k := append(append(store.Key(nil), key...), store.K(begin)...)
	return k[:len(k)-2] // without the end of the text
}

// Pager opens and seals the tokens of one listing. A token opens only for the
// same account, Region and question.
type Pager struct {
	Tokens  Tokens
	Purpose string
	Binding []string
	// Under is what every key of the listing begins with: a token made for
	// another list cannot point out of it.
	Under store.Key
}

// After returns the key to go on after, nil for the first page.
func (p Pager) After(token *string) (store.Key, error) {
	if token == nil {
		return nil, nil
	}
	key, err := p.Tokens.OpenToken(p.Purpose, *token, p.Binding...)
	if err != nil || !bytes.HasPrefix(key, p.Under) {
		return nil, BadToken()
	}
	return key, nil
}

// Next seals the key of a page's last row; nil when there is none.
func (p Pager) Next(last store.Key) *string {
	if last == nil {
		return nil
	}
	return new(p.Tokens.SealToken(p.Purpose, last, p.Binding...))
}

// SweepOrphans removes up to max rows of what deleted groups left.
func SweepOrphans(tx store.Tx, max int) error {
	var done []*Orphan
	for o, err := range Orphans.Scan(tx, nil, nil) {
		if err != nil {
			return fmt.Errorf("orphaned log streams: %w", err)
		}
		left, err := sweep(tx, o, max)
		if err != nil {
			return err
		}
		if left < 0 {
			break
		}
		max = left
		done = append(done, o)
	}
	for _, o := range done {
		if err := Orphans.Delete(tx, Orphans.Key(o)); err != nil {
			return fmt.Errorf("orphaned log streams: %w", err)
		}
	}
	return nil
}

// sweep removes the rows of one id and returns what is left of max, or less than
// 0 when it did not suffice.
func sweep(tx store.Tx, o *Orphan, max int) (int, error) {
	under := store.K(o.Account, o.Region, o.GroupID)
	var streams, gone []store.Key
	for s, err := range Streams.Scan(tx, under, nil) {
		if err != nil {
			return 0, fmt.Errorf("orphaned log streams: %w", err)
		}
		if max--; max < 0 {
			break
		}
		streams = append(streams, Streams.Key(s))
	}
	for g, err := range GoneStreams.Scan(tx, under, nil) {
		if err != nil {
			return 0, fmt.Errorf("orphaned log streams: %w", err)
		}
		if max--; max < 0 {
			break
		}
		gone = append(gone, GoneStreams.Key(g))
	}
	for _, k := range streams {
		if err := Streams.Delete(tx, k); err != nil {
			return 0, fmt.Errorf("orphaned log stream: %w", err)
		}
		if err := Activities.Delete(tx, k); err != nil {
			return 0, fmt.Errorf("statistics of orphaned log stream: %w", err)
		}
	}
	for _, k := range gone {
		if err := GoneStreams.Delete(tx, k); err != nil {
			return 0, fmt.Errorf("mark of orphaned log stream: %w", err)
		}
	}
	if err := IndexPolicies.Delete(tx, under); err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, fmt.Errorf("index policy of a deleted group: %w", err)
	}
	return max, nil
}
