package value

import (
	"cmp"
	"strings"
	"unicode/utf8"
)

// Equal is the = of the language.
func Equal(a, b Value) bool {
	if a.kind == String && b.kind == String {
		if a.text == b.text {
			return true
		}
		// Long digit strings are identifiers; as doubles, different ones would become equal.
		if len(a.text) > 15 || len(b.text) > 15 {
			return false
		}
		x, ok := ParseNumber(a.text)
		if !ok {
			return false
		}
		y, ok := ParseNumber(b.text)
		return ok && x == y
	}
	c, ok := order(a, b)
	if ok {
		return c == 0
	}
	// A number against text that is no number: compare texts, except null, maps and lists.
	if a.kind == Bool && b.kind == String {
		return boolText(a, b.text)
	}
	if b.kind == Bool && a.kind == String {
		return boolText(b, a.text)
	}
	s, ok1 := a.Text()
	t, ok2 := b.Text()
	return ok1 && ok2 && s == t
}

func boolText(b Value, s string) bool {
	return b.bits == 1 && s == "true" || b.bits == 0 && s == "false"
}

// Order compares for <, <=, > and >=; ok is false if the two cannot be ordered, which makes all four false.
func Order(a, b Value) (c int, ok bool) { return order(a, b) }

func order(a, b Value) (int, bool) {
	if a.kind == Null || b.kind == Null || a.kind >= Map || b.kind >= Map {
		return 0, false
	}
	x, ok1 := a.Num()
	y, ok2 := b.Num()
	if ok1 && ok2 {
		return cmp.Compare(x, y), true
	}
	if a.kind == String && b.kind == String {
		return strings.Compare(a.text, b.text), true
	}
	return 0, false
}

// Compare is the order of sort, ascending: non-numbers in natural order, then numbers; null comes after everything (and
// sort keeps it last when descending too). Maps and lists count as null.
func Compare(a, b Value) int {
	an, bn := a.kind == Null || a.kind >= Map, b.kind == Null || b.kind >= Map
	if an || bn {
		switch {
		case an && bn:
			return 0
		case an:
			return 1
		default:
			return -1
		}
	}
	x, ok1 := a.Num()
	y, ok2 := b.Num()
	switch {
	case ok1 && ok2:
		if c := cmp.Compare(x, y); c != 0 || a.kind != String || b.kind != String {
			return c
		}
		return strings.Compare(a.text, b.text) // 01 before 1, as in AWS's sample
	case ok1:
		return 1
	case ok2:
		return -1
	}
	return natural(a.text, b.text)
}

// natural cuts both texts into runs of digits and runs of anything else.
func natural(a, b string) int {
	for len(a) > 0 && len(b) > 0 {
		ad, bd := isDigit(a[0]), isDigit(b[0])
		if ad && bd {
			i, j := digits(a), digits(b)
			if c := cmp.Compare(i, j); c != 0 {
				return c
			}
			if c := strings.Compare(a[:i], b[:j]); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] < utf8.RuneSelf && b[0] < utf8.RuneSelf {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		r, n := utf8.DecodeRuneInString(a)
		s, m := utf8.DecodeRuneInString(b)
		if c := cmp.Compare(r, s); c != 0 {
			return c
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

func isDigit(c byte) bool { return c-'0' < 10 }

func digits(s string) int {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}
