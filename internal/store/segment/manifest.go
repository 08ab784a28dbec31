package segment

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Manifest says that a file belongs to the log events and what is in it.
type Manifest struct {
	// Name of the file below DIR/segments.
	Name string
	// Bytes of the file and its SHA-256 in hexadecimal.
	Bytes  int64
	SHA256 string
	Rows   int64
	// MinOrd and MaxOrd bound the order of arrival of its rows.
	MinOrd, MaxOrd int64
	// RawBytes is the sum of the messages' sizes.
	RawBytes int64
	// Spans lie in the order of account, Region and group and cover all rows.
	Spans []Span
	// Created is the time of sealing in milliseconds since 1970 UTC.
	Created int64
	// MarksAt is the time of the marks that a merge has applied, so that none older hides a row of it; 0 after sealing.
	MarksAt int64 `json:",omitempty"`
	// Tokens tells what its messages hold: see tokens.go.
	Tokens tokenFilter `json:",omitempty"`
	// Groups are its row groups.
	Groups []rowGroupInfo `json:",omitempty"`
}

// rowGroupInfo tells of a row group the sum of the messages' sizes and what they hold.
type rowGroupInfo struct {
	RawBytes int64
	Tokens   tokenFilter `json:",omitempty"`
}

// Span is the contiguous range of rows of one group in a segment, by time.
type Span struct {
	Account, Region, Group string
	First, Rows            int64
	MinTime, MaxTime       int64
	MinIngested            int64
	MaxIngested            int64
	RawBytes               int64
	// Inexact lists promoted columns that do not hold in every row what a query would read; "*" means all.
	Inexact []string `json:",omitempty"`
}

func (s *Span) key() Key { return Key{s.Account, s.Region, s.Group} }

// inexact tells whether a promoted column may not be used for this span.
func (s *Span) inexact(column string) bool {
	for _, c := range s.Inexact {
		if c == "*" || c == column {
			return true
		}
	}
	return false
}

// manifests are keyed by file name, which begins with the order of arrival.
var manifests = store.Table[Manifest]{
	Name: "segment.manifest",
	Key:  func(m *Manifest) store.Key { return store.K(m.Name) },
}

// counter keeps the next order of arrival over the removal of segments.
type counter struct{ Next int64 }

var counters = store.Table[counter]{
	Name: "segment.counter",
	Key:  func(*counter) store.Key { return store.K("ord") },
}

// Mark hides rows of a group or of one of its streams.
type Mark struct {
	Account, Region, Group string
	// Stream is empty when the mark is about the whole group.
	Stream string
	// Deleted hides the rows ingested up to this time; milliseconds since 1970 UTC, 0 hides none.
	Deleted int64
	// RetainDays hides rows older than so many days; 0 keeps them for ever. Only with an empty Stream.
	RetainDays int
}

var marks = store.Table[Mark]{
	Name: "segment.mark",
	Key:  func(m *Mark) store.Key { return store.K(m.Account, m.Region, m.Group, m.Stream) },
}

// MarkDeleted hides, from the commit of tx on, every row of a group (or, with a
// stream, of that stream) that was ingested up to at (milliseconds). A group made
// again under the same name starts empty.
func MarkDeleted(tx store.Tx, account, region, group, stream string, at int64) error {
	m, err := mark(tx, account, region, group, stream)
	if err != nil {
		return err
	}
	m.Deleted = max(m.Deleted, at)
	if stream == "" {
		m.RetainDays = 0 // a retention belongs to the group that is gone
	}
	return marks.Put(tx, m)
}

// SetRetention hides rows of a group older than days from the commit of tx on;
// 0 keeps all. History's own retention is an option of the store.
func SetRetention(tx store.Tx, account, region, group string, days int) error {
	m, err := mark(tx, account, region, group, "")
	if err != nil {
		return err
	}
	m.RetainDays = days
	return marks.Put(tx, m)
}

func mark(tx store.Tx, account, region, group, stream string) (*Mark, error) {
	m, err := marks.Get(tx, store.K(account, region, group, stream))
	if errors.Is(err, store.ErrNotFound) {
		return &Mark{Account: account, Region: region, Group: group, Stream: stream}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mark of group %s: %w", group, err)
	}
	return m, nil
}

const dayMS = 24 * 60 * 60 * 1000

// visibility is what the marks of one group let a reader see.
type visibility struct {
	minTime int64            // rows before are too old
	deleted int64            // rows ingested up to here are gone
	streams map[string]int64 // the same for single streams
}

func (v *visibility) any() bool { return v.deleted > 0 || len(v.streams) > 0 }

// hides tells whether a row is invisible by a mark (time apart).
func (v *visibility) hides(stream string, ingested int64) bool {
	if ingested <= v.deleted {
		return true
	}
	at, ok := v.streams[stream]
	return ok && ingested <= at
}

// spanGone tells that no row of the span is visible.
func (v *visibility) spanGone(s *Span) bool {
	return s.MaxTime < v.minTime || s.MaxIngested <= v.deleted
}

// spanClean tells that no row of the span is hidden by a mark (time apart).
func (v *visibility) spanClean(s *Span) bool {
	if s.MinIngested <= v.deleted {
		return false
	}
	for _, at := range v.streams {
		if s.MinIngested <= at {
			return false
		}
	}
	return true
}

// readVisibility reads the marks of a group.
func readVisibility(tx store.Tx, k Key, now int64, historyDays int) (visibility, error) {
	var v visibility
	if k.Group == History || k.Group == Insights {
		v.minTime = now - int64(historyDays)*dayMS
	}
	for m, err := range marks.Scan(tx, store.K(k.Account, k.Region, k.Group), nil) {
		if err != nil {
			return v, fmt.Errorf("marks of group %s: %w", k.Group, err)
		}
		if m.Stream == "" {
			v.deleted = m.Deleted
			if m.RetainDays > 0 {
				v.minTime = now - int64(m.RetainDays)*dayMS
			}
			continue
		}
		if v.streams == nil {
			v.streams = make(map[string]int64)
		}
		v.streams[m.Stream] = m.Deleted
	}
	return v, nil
}
