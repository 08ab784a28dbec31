package segment

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/parquet-go/parquet-go"
)

// A word is a run of ASCII letters in a message, as long as it goes, of at least
// minWord letters that are not all hexadecimal digits: identifiers, of which each
// message has its own, hold none.
//
// The column colWords tells which words a message holds, so that a search for
// letters need not unpack messages. Left out are words inside the texts of
// promoted columns with a dictionary, since those are looked at themselves; what
// remains is the same for most records of one operation and takes a dictionary of
// few entries. In a row group whose messages have little in common, or of a row
// whose entry would be new when the dictionary is full, nothing is said.
const (
	minWord = 5
	// unlikeMark begins the entry of a row in which a promoted column's text is not
	// what stands in the message (escapes): then all words are in the entry.
	unlikeMark = '\\'
	// maxWords bounds one entry, maxWordsGroup all entries of a row group, in bytes.
	maxWords      = 16 << 10
	maxWordsGroup = 1 << 20
)

// letters tells for each byte whether it is a letter: 1 for a to f, 3 for others.
var letters = func() (t [256]uint8) {
	for c := byte('a'); c <= 'z'; c++ {
		t[c] = 3
		if c <= 'f' {
			t[c] = 1
		}
		t[c-'a'+'A'] = t[c]
	}
	return t
}()

// wordIn returns the first word at or after place i of b, where no word that began
// before reaches, and the place after it; start is end if there is none.
func wordIn[T []byte | string](b T, i int) (start, end int) {
	for i+minWord <= len(b) {
		// No word ends before its fifth letter: what lies before another byte is passed over.
		at := i + minWord - 1
		if letters[b[at]] == 0 {
			i = at + 1
			continue
		}
		kinds := letters[b[at]]
		for start = at; start > i && letters[b[start-1]] != 0; start-- {
			kinds |= letters[b[start-1]]
		}
		for end = at + 1; end < len(b) && letters[b[end]] != 0; end++ {
			kinds |= letters[b[end]]
		}
		if end-start >= minWord && kinds == 3 {
			return start, end
		}
		i = end + 1
	}
	return 0, 0
}

// appendWords appends the words of a piece of a message.
func appendWords(dst, b []byte) []byte {
	for i := 0; ; {
		start, end := wordIn(b, i)
		if start == end {
			return dst
		}
		dst = append(append(dst, b[start:end]...), '\n')
		i = end
	}
}

// words collects the entries of a row group.
type words struct {
	leaf  int // index of the column
	known map[string]parquet.Value
	size  int // of all entries
	buf   []byte
	told  int // rows with an entry
}

// of returns the entry of a message whose fields are f, or null.
func (w *words) of(message []byte, f *fields) parquet.Value {
	w.buf = w.buf[:0]
	if f.unlike {
		w.buf = appendWords(append(w.buf, unlikeMark), message)
	} else {
		at := 0
		for _, c := range f.cuts {
			w.buf = appendWords(w.buf, message[at:c.start])
			at = c.end
		}
		w.buf = appendWords(w.buf, message[at:])
	}
	v, have := w.known[string(w.buf)]
	if !have {
		if len(w.buf) > maxWords || w.size+len(w.buf) > maxWordsGroup {
			return parquet.Value{}
		}
		w.size += len(w.buf)
		v = text(string(w.buf)).Level(0, 1, w.leaf)
		if w.known == nil {
			w.known = make(map[string]parquet.Value)
		}
		w.known[string(w.buf)] = v
	}
	w.told++
	return v
}

// search is a text that is looked for in messages.
type search struct {
	text string
	// part is the word, or a piece of it, that a message with the text must hold;
	// whole says that it is the text, so that one that holds it has the text.
	part  string
	whole bool
}

// searchFor returns false if words tell nothing about a text.
func searchFor(text string) (s search, ok bool) {
	s.text = text
	for i := 0; ; {
		start, end := wordIn(text, i)
		if start == end {
			s.whole = s.part == text
			return s, s.part != ""
		}
		if end-start > len(s.part) {
			s.part = text[start:end]
		}
		i = end
	}
}

// find tells of each wanted row whether its message has a text; nil if nothing is
// known.
func (p *piece) find(text string) ([]block.Verdict, error) {
	s, ok := searchFor(text)
	if !ok {
		return nil, nil
	}
	p.findMu.Lock()
	defer p.findMu.Unlock()
	if v, have := p.found[text]; have {
		return v, nil
	}
	v, err := p.search(s)
	if err != nil {
		return nil, err
	}
	if p.found == nil {
		p.found = make(map[string][]block.Verdict)
	}
	p.found[text] = v
	return v, nil
}

// keepHolders keeps the rows whose messages may hold all of some texts.
func (p *piece) keepHolders(texts []string) error {
	for _, t := range texts {
		s, ok := searchFor(t)
		if !ok || p.rows() == 0 {
			continue
		}
		v, err := p.search(s)
		if err != nil {
			return err
		}
		if v != nil {
			p.keep(func(i int) bool { return v[i] != block.Lacks })
		}
	}
	return nil
}

// keepWords keeps the rows whose messages may hold all of some texts outside of the texts of promoted columns.
func (p *piece) keepWords(texts []string) error {
	var parts []string
	for _, t := range texts {
		if s, ok := searchFor(t); ok {
			parts = append(parts, s.part)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	v, err := p.column(colWords)
	if err != nil || v == nil || v.codes == nil || len(v.strs) == 0 { // without dictionary it is no file of ours
		return err
	}
	has := make([]bool, len(v.strs))
	for i, entry := range v.strs {
		has[i] = !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(entry, part) })
	}
	p.keep(func(i int) bool { return v.codes[i] == noCode || has[v.codes[i]] })
	return nil
}

func (p *piece) search(s search) ([]block.Verdict, error) {
	v, err := p.column(colWords)
	if err != nil || v == nil || v.codes == nil || len(v.strs) == 0 {
		return nil, err
	}
	has := block.Has
	if !s.whole {
		has = block.Unsure
	}
	// What a row's verdict is, and what it becomes if a promoted column has the text.
	type verdicts struct{ plain, promoted block.Verdict }
	entry := make([]verdicts, len(v.strs))
	for i, t := range v.strs {
		entry[i] = verdicts{block.Lacks, has}
		if strings.Contains(t, s.part) {
			entry[i].plain = has
		} else if t != "" && t[0] == unlikeMark {
			entry[i].promoted = block.Unsure
		}
	}
	out := make([]block.Verdict, p.rows())
	for i, c := range v.codes {
		if c != noCode {
			out[i] = entry[c].plain
		}
	}
	for _, f := range p.file.Schema().Fields() {
		name := f.Name()
		if name[0] == '_' || name[0] == '@' {
			continue
		}
		may, err := p.dictionaryHas(name, s.part)
		if err != nil {
			return nil, err
		}
		if !may {
			continue
		}
		col, err := p.column(name)
		if err != nil {
			return nil, err
		}
		if col.codes == nil {
			return nil, nil // a dictionary, but not for all pages: no file of ours
		}
		hit := make([]bool, len(col.strs))
		for i, t := range col.strs {
			hit[i] = strings.Contains(t, s.part)
		}
		for i, c := range col.codes {
			if c != noCode && hit[c] && out[i] == block.Lacks {
				out[i] = entry[v.codes[i]].promoted
			}
		}
	}
	return out, nil
}

// dictionaryHas tells whether an entry of a column's dictionary may have a text,
// without reading the rows; false for a column without dictionary, whose words
// are in colWords.
func (p *piece) dictionaryHas(name, text string) (has bool, err error) {
	err = p.dictionary(name, func(all []byte, _ []uint32) { has = bytes.Contains(all, []byte(text)) })
	return has, err
}

// dictionaryMay tells whether a row of a column may fulfil a test, without reading the rows.
func (p *piece) dictionaryMay(name string, test func(text string, present bool) bool) (may bool, err error) {
	if test("", false) {
		return true, nil
	}
	may = true // also of a column without dictionary
	err = p.dictionary(name, func(all []byte, offsets []uint32) {
		may = false
		for i := 0; i+1 < len(offsets) && !may; i++ {
			may = test(string(all[offsets[i]:offsets[i+1]]), true)
		}
	})
	return may, err
}

// dictionary calls use with the entries of a column's dictionary if it has one: entry i lies between offsets i and i+1.
func (p *piece) dictionary(name string, use func(all []byte, offsets []uint32)) (err error) {
	defer guard(&err)
	col, ok := column(p.file, name)
	if !ok {
		return nil
	}
	pages := p.group.ColumnChunks()[col].Pages()
	defer pages.Close()
	reader, ok := pages.(interface {
		ReadDictionary() (parquet.Dictionary, error)
	})
	if !ok {
		return fmt.Errorf("segment %s: column %s: no dictionary reader", p.part.h.m.Name, name)
	}
	d, err := reader.ReadDictionary()
	if err != nil {
		return fmt.Errorf("segment %s: dictionary of %s: %w", p.part.h.m.Name, name, err)
	}
	if d == nil {
		return nil
	}
	data := d.Page().Data()
	use(data.ByteArray())
	return nil
}
