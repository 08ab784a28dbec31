package segment

import (
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/block"
)

// A token is a run of ASCII letters and digits, as long as it goes, of at least
// minToken. A manifest tells of its file which tokens the messages hold outside of
// the texts of promoted columns, by a bloom filter, so that a query about a field
// without column opens only files that may hold the field's name and value.
//
// What a query reads from a message has escapes resolved, so the two bytes of an
// escape divide tokens here, as what they stand for would. A message that writes a
// letter or digit as an escape, which nobody does, leaves its file without filter.
// So does a file with more than maxTokens different tokens. Each row group has a
// filter of its own, as long as all of a file are small.
const (
	minToken  = 3
	maxTokens = 16_384
	// tokenBits per token and tokenProbes give four false answers in a thousand.
	tokenBits   = 12
	tokenProbes = 6
	// maxGroupFilters bounds the filters of a file's row groups, in bytes.
	maxGroupFilters = 64 << 10
)

// alnum tells for each byte whether it belongs to tokens.
var alnum = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= '0' && c <= '9' || letters[c] != 0
	}
	return t
}()

// tokens collects the tokens of messages.
type tokens struct {
	seen map[uint64]struct{}
	// recent holds what was seen at last, by the lowest bits.
	recent [1 << 12]uint64
	// off says that no filter can be made.
	off bool
}

// add adds the tokens of a message whose fields are f.
func (t *tokens) add(message []byte, f *fields) {
	if t.off {
		return
	}
	var room [64]cut
	cuts := room[:0]
	if !f.unlike {
		cuts = append(cuts, f.cuts...)
		for i, at := range holeAt {
			if v := &f.at[at]; v.at > 0 && !inDictionary[holeAt[i]] {
				cuts = append(cuts, cut{v.at, v.at + len(v.text)})
			}
		}
		slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	}
	at := 0
	for _, c := range cuts {
		t.text(message[at:c.start])
		at = c.end
	}
	t.text(message[at:])
}

// text adds the tokens of a text in which escapes are as JSON writes them.
func (t *tokens) text(b []byte) {
	for i := 0; i < len(b); {
		if b[i] == '\\' {
			i += 2
			if i > len(b) || b[i-1] != 'u' {
				continue
			}
			code, start := byte(0), i
			for ; i < len(b) && i < start+4 && hexDigit(b[i]) < 16; i++ {
				if i < start+2 && b[i] != '0' {
					code = 0xff // beyond ASCII
				} else if code != 0xff {
					code = code<<4 | hexDigit(b[i])
				}
			}
			if i == start+4 && alnum[code] {
				t.off = true
				return
			}
			continue
		}
		h, end := tokenAt(b, i)
		if end-i >= minToken {
			t.put(h)
		}
		i = max(end, i+1)
	}
}

// hexDigit is the value of a hexadecimal digit, 16 for others.
func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

func (t *tokens) put(h uint64) {
	slot := &t.recent[h%uint64(len(t.recent))]
	if *slot == h {
		return
	}
	*slot = h
	if t.seen == nil {
		t.seen = make(map[uint64]struct{})
	}
	if t.seen[h] = struct{}{}; len(t.seen) > maxTokens {
		t.off = true
	}
}

// merge adds what another has collected.
func (t *tokens) merge(o *tokens) {
	t.off = t.off || o.off
	for h := range o.seen {
		if t.off {
			return
		}
		t.put(h)
	}
}

// tokenAt hashes the token at place i of b, and returns the place after it.
func tokenAt[T []byte | string](b T, i int) (hash uint64, end int) {
	hash = 14695981039346656037 // FNV-1a, with a last step that spreads it
	for end = i; end < len(b) && alnum[b[end]]; end++ {
		hash = (hash ^ uint64(b[end])) * 1099511628211
	}
	hash ^= hash >> 29
	hash *= 0xbf58476d1ce4e5b9
	return hash ^ hash>>32, end
}

// filter is the bloom filter, or nil if there can be none.
func (t *tokens) filter() tokenFilter {
	if t.off {
		return nil
	}
	f := make(tokenFilter, max(8, (len(t.seen)*tokenBits+7)/8))
	for h := range t.seen {
		f.each(h, func(at uint64) bool { f[at/8] |= 1 << (at % 8); return true })
	}
	return f
}

// tokenFilter is a bloom filter of tokens; nil says nothing.
type tokenFilter []byte

// each calls do for the bits of a token until it returns false.
func (f tokenFilter) each(h uint64, do func(at uint64) bool) bool {
	step := h>>32 | 1
	for range tokenProbes {
		if !do(h % (uint64(len(f)) * 8)) {
			return false
		}
		h += step
	}
	return true
}

// boundFilters drops the filters of row groups if they are too large.
func boundFilters(groups []rowGroupInfo) {
	size := 0
	for i := range groups {
		size += len(groups[i].Tokens)
	}
	if size > maxGroupFilters {
		for i := range groups {
			groups[i].Tokens = nil
		}
	}
}

// may tells whether all tokens of a text, as a query reads it, may be there.
func (f tokenFilter) may(text string) bool {
	for i := 0; i < len(text); {
		h, end := tokenAt(text, i)
		if end-i >= minToken && !f.each(h, func(at uint64) bool { return f[at/8]&(1<<(at%8)) != 0 }) {
			return false
		}
		i = max(end, i+1)
	}
	return true
}

// mayHold tells whether a message may fulfil a condition on a field without column.
func (f tokenFilter) mayHold(pr block.Predicate) bool {
	if f == nil || !isPath(pr) {
		return true
	}
	for name := range pathNames(pr.Column) {
		if !f.may(name) {
			return false
		}
	}
	return pr.Op == block.Exists || slices.ContainsFunc(pr.Values, f.may)
}

// mayHoldAll tells whether a message may fulfil all conditions.
func (f tokenFilter) mayHoldAll(prs []block.Predicate) bool {
	return !slices.ContainsFunc(prs, func(pr block.Predicate) bool { return !f.mayHold(pr) })
}

// isPath tells whether a condition holds only for messages with the field, and is about one without column.
func isPath(pr block.Predicate) bool {
	return pr.Op != block.Ne && pr.Op != block.Contains && pr.Column != "" && pr.Column[0] != '@' && !slices.Contains(promoted, pr.Column)
}

// pathNames are the parts of a path that stand in the message: not the places in lists.
func pathNames(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range strings.SplitSeq(path, ".") {
			if strings.Trim(name, "0123456789") != "" && !yield(name) {
				return
			}
		}
	}
}

// wordsOf are texts of which a message must hold each, outside of promoted texts, if a condition on a path is to hold.
func wordsOf(pr block.Predicate) []string {
	var out []string
	for name := range pathNames(pr.Column) {
		out = append(out, name)
	}
	if pr.Op == block.Eq {
		out = append(out, pr.Values[0])
	}
	return out
}
