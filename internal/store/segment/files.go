package segment

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Files are the Parquet files that hold what one reader may see, for an engine
// that reads them itself. The files hold rows of others too: the reader must ask
// for _account, _region and _group, for @timestamp >= From and < To, and must
// leave out the rows of Hidden. Names of columns are those of this package's
// column.go, under the names Promoted and the constants of block; for messages see
// Holes.
type Files struct {
	// Sealed are paths of segments, by order of arrival.
	Sealed []string
	// Tail is a file of the same shape with what is not sealed yet, or "".
	Tail string
	// From and To bound the time per group, milliseconds: From is the later of the request's start and the retention's.
	From map[string]int64
	To   int64
	// Hidden are marks: rows of the group (and stream, if not empty) ingested up to Deleted are invisible.
	Hidden []Mark
	// Inexact are promoted columns that must not be used; "*" means none may be.
	Inexact []string

	view *view
	dir  string
}

// Close lets the files go: sealed ones may be removed, the tail's is.
func (f *Files) Close() error {
	f.view.close()
	if f.dir == "" {
		return nil
	}
	if err := os.RemoveAll(f.dir); err != nil {
		return fmt.Errorf("tail file: %w", err)
	}
	return nil
}

// Files returns the files with rows of groups of one account and Region between
// from (inclusive) and to (exclusive), milliseconds. Close them.
func (s *Store) Files(ctx context.Context, account, region string, groups []string, from, to int64) (f *Files, err error) {
	var keys []Key
	for _, g := range groups {
		if k := (Key{account, region, g}); !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	v, err := s.view(ctx, keys, from, to)
	if err != nil {
		return nil, err
	}
	f = &Files{From: make(map[string]int64), To: to, view: v}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	for _, k := range keys {
		vis := v.vis[k]
		f.From[k.Group] = max(from, vis.minTime)
		if vis.deleted > 0 {
			f.Hidden = append(f.Hidden, Mark{Account: account, Region: region, Group: k.Group, Deleted: vis.deleted})
		}
		for stream, at := range vis.streams {
			f.Hidden = append(f.Hidden, Mark{Account: account, Region: region, Group: k.Group, Stream: stream, Deleted: at})
		}
	}
	for _, p := range v.parts {
		if path := p.h.path(); !slices.Contains(f.Sealed, path) {
			f.Sealed = append(f.Sealed, path)
		}
		f.inexact(p.span.Inexact)
	}
	if len(v.tail) > 0 {
		if err := f.exportTail(ctx, s, v.tail); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *Files) inexact(columns []string) {
	for _, c := range columns {
		if !slices.Contains(f.Inexact, c) {
			f.Inexact = append(f.Inexact, c)
		}
	}
}

// exportTail writes the visible rows of the tail into a temporary folder.
func (f *Files) exportTail(ctx context.Context, s *Store, tail []*Row) error {
	dir, err := os.MkdirTemp("", "cogtrail-tail-")
	if err != nil {
		return fmt.Errorf("tail file: %w", err)
	}
	f.dir = dir
	rows := make([]Row, len(tail))
	for i, r := range tail {
		rows[i] = *r
	}
	out := &Store{dir: dir, opt: s.opt}
	m, err := out.Seal(ctx, rows)
	if err != nil {
		return fmt.Errorf("tail file: %w", err)
	}
	f.Tail = filepath.Join(dir, m.Name)
	for i := range m.Spans {
		f.inexact(m.Spans[i].Inexact)
	}
	return nil
}
