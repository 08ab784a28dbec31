package segment

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// vector holds the values of one column for some rows of a row group.
type vector struct {
	ints    []int64
	strs    []string // text per row, or the dictionary when codes is not nil
	codes   []uint32 // noCode is absent
	present []bool   // nil means all
}

const noCode = ^uint32(0)

// text returns the value of row i.
func (v *vector) text(i int) (string, bool) {
	if v.codes != nil {
		if v.codes[i] == noCode {
			return "", false
		}
		return v.strs[v.codes[i]], true
	}
	if v.present != nil && !v.present[i] {
		return "", false
	}
	return v.strs[i], true
}

// read returns the values of rows lo to hi of a row group, or only of the rows
// sel (ascending, within lo and hi) when sel is not nil.
func read(group parquet.RowGroup, col int, lo, hi int64, sel []int32) (v *vector, err error) {
	defer guard(&err)
	r := reader{v: &vector{}, sel: sel, row: lo, left: int(hi - lo)}
	if sel != nil {
		r.left = len(sel)
	}
	if r.left == 0 {
		return r.v, nil
	}
	r.aim()
	chunk := group.ColumnChunks()[col]
	// Without the index SeekToRow would read from the start of the chunk.
	if _, err := chunk.OffsetIndex(); err != nil {
		return nil, fmt.Errorf("offset index: %w", err)
	}
	pages := chunk.Pages()
	defer pages.Close()
	pos := int64(-1)
	for r.left > 0 {
		if r.row != pos {
			if err := pages.SeekToRow(r.row); err != nil {
				return nil, fmt.Errorf("seek: %w", err)
			}
			pos = r.row
		}
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("row %d: %w", r.row, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
		end := pos + page.NumRows()
		err = r.page(page, pos, end)
		parquet.Release(page)
		if err != nil {
			return nil, err
		}
		pos = end
	}
	return r.v, nil
}

// guard turns a panic of the Parquet decoder into an error: a damaged file must
// fail the query that reads it, not the server.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("damaged data: %v", r)
	}
}

// reader gathers rows from pages.
type reader struct {
	v    *vector
	sel  []int32
	row  int64 // the next row wanted
	left int   // rows still wanted
}

// aim sets row from what is left of the selection.
func (r *reader) aim() {
	if r.sel != nil && r.left > 0 {
		r.row = int64(r.sel[len(r.sel)-r.left])
	}
}

// advance steps over the wanted row.
func (r *reader) advance() {
	r.left--
	r.row++
	r.aim()
}

// page gathers what is wanted of the rows pos to end, which are the page's.
func (r *reader) page(page parquet.Page, pos, end int64) error {
	data, dict := page.Data(), page.Dictionary()
	v, places := r.v, placesOf(page)
	place := func() int { // of the wanted row among the values, or -1
		if places == nil {
			return int(r.row - pos)
		}
		return int(places[r.row-pos])
	}
	switch {
	case dict != nil:
		if v.strs != nil && v.codes == nil {
			return errMixed
		}
		if v.codes == nil {
			v.codes, v.strs = make([]uint32, 0, r.left), dictionary(dict)
		}
		codes := data.Int32()
		for ; r.left > 0 && r.row < end; r.advance() {
			i := place()
			if i < 0 {
				v.codes = append(v.codes, noCode)
				continue
			}
			// Whoever looks an entry up later relies on it.
			if code := uint32(codes[i]); int(code) < len(v.strs) {
				v.codes = append(v.codes, code)
			} else {
				return fmt.Errorf("entry %d of a dictionary of %d", code, len(v.strs))
			}
		}
	case page.Type().Kind() == parquet.Int64:
		if v.ints == nil {
			v.ints = make([]int64, 0, r.left)
		}
		ints := data.Int64()
		if r.sel == nil {
			n := min(int64(r.left), end-r.row)
			v.ints = append(v.ints, ints[r.row-pos:r.row-pos+n]...)
			r.left -= int(n)
			r.row += n
			return nil
		}
		for ; r.left > 0 && r.row < end; r.advance() {
			v.ints = append(v.ints, ints[r.row-pos])
		}
	case page.Type().Kind() == parquet.ByteArray:
		if v.codes != nil {
			return errMixed
		}
		if v.strs == nil {
			v.strs = make([]string, 0, r.left)
			if places != nil {
				v.present = make([]bool, 0, r.left)
			}
		}
		bytes, offsets := data.ByteArray()
		// One copy serves all rows of the page; for few rows each has its own.
		shared := ""
		if r.sel == nil || len(r.sel) > int(end-pos)/2 {
			shared = string(bytes)
		}
		for ; r.left > 0 && r.row < end; r.advance() {
			i := place()
			switch {
			case i < 0:
				v.strs = append(v.strs, "")
			case shared != "":
				v.strs = append(v.strs, shared[offsets[i]:offsets[i+1]])
			default:
				v.strs = append(v.strs, string(bytes[offsets[i]:offsets[i+1]]))
			}
			if v.present != nil {
				v.present = append(v.present, i >= 0)
			}
		}
	default:
		return fmt.Errorf("column of unknown kind %s", page.Type().Kind())
	}
	return nil
}

var errMixed = errors.New("some pages have a dictionary and some have none")

// placesOf maps the rows of a page with absent values to its values; nil means
// that every row has one.
func placesOf(page parquet.Page) []int32 {
	defs := page.DefinitionLevels()
	if len(defs) == 0 {
		return nil
	}
	out := make([]int32, len(defs))
	k := int32(0)
	for i, d := range defs {
		if d == 0 {
			out[i] = -1
			continue
		}
		out[i] = k
		k++
	}
	return out
}

// dictionary copies the texts of a dictionary.
func dictionary(d parquet.Dictionary) []string {
	page := d.Page()
	data := page.Data()
	bytes, offsets := data.ByteArray()
	all := string(bytes)
	out := make([]string, d.Len())
	for i := range out {
		out[i] = all[offsets[i]:offsets[i+1]]
	}
	return out
}
