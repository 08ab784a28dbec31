package segment

import (
	"testing"

	"github.com/parquet-go/parquet-go"
)

// TestReader_damage: what a page says of its dictionary is an error where it is read, since whoever uses it later is not guarded.
func TestReader_damage(t *testing.T) {
	t.Parallel()
	s := &Store{dir: t.TempDir()}
	s.opt.defaults()
	rows := make([]Row, 3)
	for i := range rows {
		rows[i] = Row{Account: "111122223333", Region: "us-east-1", Group: "app", Stream: "s", Ord: int64(i + 1), Message: []byte(`{"eventName":"GetUser"}`)}
	}
	m, err := s.Seal(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	h := newHandle(s, &m)
	defer h.shut()
	file, _, err := h.open()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		code   int32
		before vector
		want   bool
	}{
		"sound":                              {0, vector{}, true},
		"an entry beyond the dictionary":     {9, vector{}, false},
		"a negative entry":                   {-1, vector{}, false},
		"pages without a dictionary besides": {0, vector{strs: []string{"x"}}, false},
	} {
		pages := file.RowGroups()[0].ColumnChunks()[leaves["eventName"]].Pages()
		page, err := pages.ReadPage()
		if err != nil {
			t.Fatal(err)
		}
		data := page.Data()
		data.Int32()[0] = c.code
		r := reader{v: &c.before, left: len(rows)}
		if err := r.page(page, 0, page.NumRows()); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		parquet.Release(page)
		_ = pages.Close()
	}
	// A column of words without dictionary tells nothing.
	p := &piece{hi: 1, read: map[string]*vector{colWords: {strs: []string{"GetUser"}}}}
	if err := p.keepWords([]string{"voucher"}); err != nil || p.rows() != 1 {
		t.Errorf("%d rows, %v", p.rows(), err)
	}
	if v, err := p.find("voucher"); err != nil || v != nil {
		t.Errorf("%v, %v", v, err)
	}
}
