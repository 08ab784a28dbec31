package segment

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/parquet-go/parquet-go"
)

// groupRows is the number of rows of a row group: the unit of bloom filters,
// dictionaries and parallel work.
const groupRows = 16_384

const (
	fileSuffix = ".parquet"
	tempSuffix = ".tmp"
)

// sorted returns the order of rows in a file.
func sorted(rows []Row) []int {
	ranks := make(map[Key]int32)
	var keys []Key
	for i := range rows {
		if k := rows[i].key(); i == 0 || k != rows[i-1].key() {
			if _, ok := ranks[k]; !ok {
				ranks[k] = 0
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, Key.compare)
	for i, k := range keys {
		ranks[k] = int32(i)
	}
	type place struct {
		rank      int32
		at        int32
		time, ord int64
	}
	places := make([]place, len(rows))
	for i := range rows {
		r := &rows[i]
		places[i] = place{ranks[r.key()], int32(i), r.Time, r.Ord}
	}
	slices.SortFunc(places, func(a, b place) int {
		if c := cmp.Compare(a.rank, b.rank); c != 0 {
			return c
		}
		if c := cmp.Compare(a.time, b.time); c != 0 {
			return c
		}
		return cmp.Compare(a.ord, b.ord)
	})
	out := make([]int, len(rows))
	for i, p := range places {
		out[i] = int(p.at)
	}
	return out
}

// fileWriter writes one segment file from rows in the order of the file. Rows
// are handed over in batches of at most groupRows, each becoming a row group.
type fileWriter struct {
	w *parquet.GenericWriter[any]
	m Manifest
	t tokens
}

func newFileWriter(out io.Writer) *fileWriter {
	return &fileWriter{w: parquet.NewGenericWriter[any](out, schema,
		parquet.Compression(codec),
		parquet.PageBufferSize(pageBytes),
		parquet.BloomFilters(blooms()...),
		parquet.SortingWriterConfig(parquet.SortingColumns(
			parquet.Ascending(colAccount), parquet.Ascending(colRegion), parquet.Ascending(colGroup), parquet.Ascending(colTime))),
		parquet.SkipPageBounds(colMessage),
		parquet.SkipPageBounds(colWords),
		parquet.CreatedBy("cogtrail", "1", ""),
	)}
}

// rowGroup is one row group being encoded.
type rowGroup struct {
	out  *parquet.ConcurrentRowGroupWriter
	rows []*Row
	// inexact collects the columns that do not hold what a query reads; "*" stands for all.
	inexact map[Key]map[string]bool
	tokens  tokens
	room    []byte // of messages with holes, used again once they are written
	err     error
}

// write encodes row groups on all cores and adds them to the file in order.
func (f *fileWriter) write(ctx context.Context, groups [][]*Row) error {
	parallel := runtime.GOMAXPROCS(0)
	for len(groups) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(parallel, len(groups))
		work := make([]*rowGroup, n)
		var wg sync.WaitGroup
		for i, rows := range groups[:n] {
			g := &rowGroup{out: f.w.BeginRowGroup(), rows: rows, inexact: make(map[Key]map[string]bool)}
			work[i] = g
			wg.Go(func() { g.err = g.encode() })
		}
		wg.Wait()
		for _, g := range work {
			if g.err != nil {
				return fmt.Errorf("encode row group: %w", g.err)
			}
			if _, err := g.out.Commit(); err != nil {
				return fmt.Errorf("write row group: %w", err)
			}
			f.account(g)
		}
		groups = groups[n:]
	}
	return nil
}

// account adds a written row group to the manifest.
func (f *fileWriter) account(g *rowGroup) {
	m := &f.m
	f.t.merge(&g.tokens)
	info := rowGroupInfo{Tokens: g.tokens.filter()}
	defer func() { m.Groups = append(m.Groups, info) }()
	for _, r := range g.rows {
		size := int64(len(r.Message))
		info.RawBytes += size
		if m.Rows == 0 {
			m.MinOrd, m.MaxOrd = r.Ord, r.Ord
		}
		m.MinOrd, m.MaxOrd = min(m.MinOrd, r.Ord), max(m.MaxOrd, r.Ord)
		n := len(m.Spans)
		if n == 0 || m.Spans[n-1].key() != r.key() {
			m.Spans = append(m.Spans, Span{
				Account: r.Account, Region: r.Region, Group: r.Group, First: m.Rows,
				MinTime: r.Time, MinIngested: r.Ingested, MaxIngested: r.Ingested,
			})
			n++
		}
		s := &m.Spans[n-1]
		s.Rows++
		s.MaxTime = r.Time
		s.MinIngested, s.MaxIngested = min(s.MinIngested, r.Ingested), max(s.MaxIngested, r.Ingested)
		s.RawBytes += size
		m.RawBytes += size
		m.Rows++
	}
	for i := range m.Spans {
		s := &m.Spans[i]
		for c := range g.inexact[s.key()] {
			if !slices.Contains(s.Inexact, c) {
				s.Inexact = append(s.Inexact, c)
			}
		}
		slices.Sort(s.Inexact)
	}
}

func (f *fileWriter) close() error { return f.w.Close() }

// encodeRows is the number of rows that are turned into values at once: values
// take several times the memory of what they become.
const encodeRows = 1024

// encode turns rows into columns.
func (g *rowGroup) encode() error {
	out, cols := g.out.ColumnWriters(), make([][]parquet.Value, len(leaves))
	for c := range cols {
		cols[c] = make([]parquet.Value, min(encodeRows, len(g.rows)))
	}
	w := words{leaf: leaves[colWords]}
	entries := make([]parquet.Value, 0, len(g.rows))
	for rows := range slices.Chunk(g.rows, encodeRows) {
		g.fill(cols, rows, &w)
		entries = append(entries, cols[w.leaf][:len(rows)]...)
		for c, values := range cols {
			if c != w.leaf {
				if err := writeColumn(out[c], values[:len(rows)]); err != nil {
					return err
				}
			}
			clear(values)
		}
	}
	if w.told < len(entries)/2 { // the dictionary would cost more than it saves
		clear(entries)
	}
	if err := writeColumn(out[w.leaf], entries); err != nil {
		return err
	}
	for _, c := range out {
		if err := c.Flush(); err != nil { // the last page too is compressed here, not when the file is put together
			return err
		}
	}
	return nil
}

// fill sets the values of some rows, of which all are null so far.
func (g *rowGroup) fill(cols [][]parquet.Value, rows []*Row, w *words) {
	at := func(name string) []parquet.Value { return cols[leaves[name]] }
	account, region, group, stream := at(colAccount), at(colRegion), at(colGroup), at(colStream)
	times, ingested, seq, ord, size := at(colTime), at(colIngested), at(colSeq), at(colOrd), at(colSize)
	id, message, word := at(colID), at(colMessage), at(colWords)
	user, resources := at(colUser), at(colResources)
	promo, leaf := make([][]parquet.Value, len(promoted)), make([]int, len(promoted))
	for i, name := range promoted {
		promo[i], leaf[i] = at(name), leaves[name]
	}

	var f fields
	g.room = g.room[:0]
	for i, r := range rows {
		// The same as those of the row before, most often.
		if i > 0 && r.key() == rows[i-1].key() {
			account[i], region[i], group[i] = account[i-1], region[i-1], group[i-1]
		} else {
			account[i], region[i], group[i] = text(r.Account), text(r.Region), text(r.Group)
		}
		if i > 0 && r.Stream == rows[i-1].Stream {
			stream[i] = stream[i-1]
		} else {
			stream[i] = text(r.Stream)
		}
		times[i] = parquet.Int64Value(r.Time)
		ingested[i] = parquet.Int64Value(r.Ingested)
		seq[i] = parquet.Int64Value(r.Seq)
		ord[i] = parquet.Int64Value(r.Ord)
		size[i] = parquet.Int64Value(int64(len(r.Message)))
		f.promote(r.Message)
		message[i] = parquet.ByteArrayValue(punch(r.Message, &f, &g.room))
		word[i] = w.of(r.Message, &f)
		g.tokens.add(r.Message, &f)
		if f.opaque {
			g.mark(r.key(), "*")
		}
		for c := range promoted {
			v := &f.at[c]
			if !v.present {
				continue
			}
			promo[c][i] = parquet.ByteArrayValue(v.text).Level(0, 1, leaf[c])
			if v.isBool != (promoted[c] == boolColumn) {
				g.mark(r.key(), promoted[c])
			}
		}
		if r.ID != "" && r.ID != string(f.at[atEventID].text) {
			id[i] = text(r.ID).Level(0, 1, leaves[colID])
		}
		if r.Group == History || r.Group == Insights {
			res := lookupText(f.derived())
			if name := f.username(); name != "" {
				user[i] = text(name).Level(0, 1, leaves[colUser])
			}
			if res != "" {
				resources[i] = text(res).Level(0, 1, leaves[colResources])
			}
		}
	}
}

// writeColumn hands values over in pieces, since a page ends only between two.
func writeColumn(w *parquet.ColumnWriter, values []parquet.Value) error {
	const piece = 64
	for len(values) > 0 {
		n := min(piece, len(values))
		if _, err := w.WriteRowValues(values[:n]); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

func (g *rowGroup) mark(k Key, column string) {
	if g.inexact[k] == nil {
		g.inexact[k] = make(map[string]bool)
	}
	g.inexact[k][column] = true
}

func text(s string) parquet.Value { return parquet.ByteArrayValue([]byte(s)) }

// segmentName is unique, and sorts by the order of arrival.
func segmentName(minOrd int64) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("%016x-%s%s", uint64(minOrd), hex.EncodeToString(b[:]), fileSuffix)
}

// sink counts and hashes what goes into a file.
type sink struct {
	f *os.File
	h hash.Hash
	n int64
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	s.h.Write(p[:n])
	s.n += int64(n)
	return n, err
}

// produce writes one file under a temporary name, makes it durable and gives it
// its name. Nothing is left behind on an error.
func (s *Store) produce(ctx context.Context, minOrd int64, fill func(*fileWriter) error) (m Manifest, err error) {
	name := segmentName(minOrd)
	final := filepath.Join(s.dir, name)
	f, err := os.OpenFile(final+tempSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Manifest{}, fmt.Errorf("segment file: %w", err)
	}
	defer func() {
		_ = f.Close()
		if err != nil {
			_ = os.Remove(final + tempSuffix)
		}
	}()
	out := &sink{f: f, h: sha256.New()}
	w := newFileWriter(out)
	if err := fill(w); err != nil {
		return Manifest{}, err
	}
	if err := w.close(); err != nil {
		return Manifest{}, fmt.Errorf("segment footer: %w", err)
	}
	if err := f.Sync(); err != nil {
		return Manifest{}, fmt.Errorf("segment sync: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return Manifest{}, err
	}
	if err := os.Rename(final+tempSuffix, final); err != nil {
		return Manifest{}, fmt.Errorf("segment name: %w", err)
	}
	if err := syncDir(s.dir); err != nil {
		return Manifest{}, err
	}
	m = w.m
	m.Tokens = w.t.filter()
	boundFilters(m.Groups)
	m.Name, m.Bytes, m.SHA256 = name, out.n, hex.EncodeToString(out.h.Sum(nil))
	m.Created = s.now()
	return m, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("segment folder: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("segment folder sync: %w", err)
	}
	return nil
}

// Seal writes rows, which Append returned, into a durable file that no manifest
// names yet: the caller commits it (Commit) and then publishes it (Publish), or
// gives it up (Discard). The order of rows does not matter.
func (s *Store) Seal(ctx context.Context, rows []Row) (Manifest, error) {
	if len(rows) == 0 {
		return Manifest{}, fmt.Errorf("seal: no rows")
	}
	order := sorted(rows)
	size := min(groupRows, max(1024, (len(rows)+1)/2)) // two groups at least for two cores
	var groups [][]*Row
	for len(order) > 0 {
		n := min(size, len(order))
		g := make([]*Row, n)
		for i, at := range order[:n] {
			g[i] = &rows[at]
		}
		groups = append(groups, g)
		order = order[n:]
	}
	minOrd := rows[0].Ord
	for i := range rows {
		minOrd = min(minOrd, rows[i].Ord)
	}
	return s.produce(ctx, minOrd, func(w *fileWriter) error { return w.write(ctx, groups) })
}
