package value

import (
	"math"
	"strconv"
	"time"
	"unsafe"
)

// Kind is the kind of a Value; the zero Kind is Null.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	Time
	String
	Map
	List
)

var kindNames = [...]string{"null", "boolean", "number", "timestamp", "string", "map", "list"}

func (k Kind) String() string { return kindNames[k] }

// Value is one cell. The zero Value is null. Values are immutable and may be copied freely; a Value's text may point into
// memory of a block, use Clone before keeping it.
type Value struct {
	kind Kind
	bits uint64
	text string
}

// OfBool makes a boolean.
func OfBool(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// OfNumber makes a number; NaN and infinities become null.
func OfNumber(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{kind: Number, bits: math.Float64bits(f)}
}

// OfInt makes a number from an integer.
func OfInt(n int64) Value { return Value{kind: Number, bits: math.Float64bits(float64(n))} }

// OfTime makes a timestamp from epoch milliseconds.
func OfTime(ms int64) Value { return Value{kind: Time, bits: uint64(ms)} }

// OfString makes a text.
func OfString(s string) Value { return Value{kind: String, text: s} }

// OfMap makes a map from the text of a JSON object.
func OfMap(raw string) Value { return Value{kind: Map, text: raw} }

// OfList makes a list from the text of a JSON array.
func OfList(raw string) Value { return Value{kind: List, text: raw} }

// Kind returns the kind.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// Raw returns the JSON text of a map or list, the text of a string, else "".
func (v Value) Raw() string { return v.text }

// Millis returns the milliseconds of a timestamp; meaningless for other kinds.
func (v Value) Millis() int64 { return int64(v.bits) }

// Clone returns v with text of its own.
func (v Value) Clone() Value {
	if len(v.text) > 0 {
		b := make([]byte, len(v.text))
		copy(b, v.text)
		v.text = unsafe.String(&b[0], len(b))
	}
	return v
}

// Size is the memory v holds, in bytes, for budgets.
func (v Value) Size() int64 { return int64(unsafe.Sizeof(v)) + int64(len(v.text)) }

// Num is the numeric view.
func (v Value) Num() (float64, bool) {
	switch v.kind {
	case Number:
		return math.Float64frombits(v.bits), true
	case Time:
		return float64(int64(v.bits)), true
	case Bool:
		return float64(v.bits), true
	case String:
		return ParseNumber(v.text)
	default:
		return 0, false
	}
}

// Text is the text view, the same as in results. Null, maps and lists have none.
func (v Value) Text() (string, bool) {
	switch v.kind {
	case String:
		return v.text, true
	case Bool:
		if v.bits == 1 {
			return "1", true
		}
		return "0", true
	case Number:
		return FormatNumber(math.Float64frombits(v.bits)), true
	case Time:
		return FormatTime(int64(v.bits)), true
	default:
		return "", false
	}
}

// Display is the text in a result cell and false for null. Maps and lists show their JSON.
func (v Value) Display() (string, bool) {
	if v.kind == Map || v.kind == List {
		return v.text, true
	}
	return v.Text()
}

// Truth is v as a condition.
func (v Value) Truth() bool {
	switch v.kind {
	case Bool:
		return v.bits == 1
	case Number:
		return math.Float64frombits(v.bits) != 0
	case String:
		if v.text == "true" {
			return true
		}
		f, ok := ParseNumber(v.text)
		return ok && f != 0
	default:
		return false
	}
}

// TimeLayout is how timestamps are shown, in UTC.
const TimeLayout = "2006-01-02 15:04:05.000"

// FormatTime shows epoch milliseconds.
func FormatTime(ms int64) string { return time.UnixMilli(ms).UTC().Format(TimeLayout) }

// FormatNumber shows integers without decimals and all else with the fewest digits that read back the same.
// [inferred: AWS documents no number format]
func FormatNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// ParseNumber reads a whole text as decimal number: sign, digits, fraction, exponent. Hexadecimal, underscores, blanks,
// "NaN" and "Inf" are not numbers.
func ParseNumber(s string) (float64, bool) {
	n := len(s)
	if n == 0 || n > 64 {
		return 0, false
	}
	i := 0
	neg := false
	if s[0] == '-' || s[0] == '+' {
		neg = s[0] == '-'
		i++
	}
	start := i
	var u uint64
	for i < n && s[i]-'0' < 10 {
		u = u*10 + uint64(s[i]-'0')
		i++
	}
	if i == n && i > start && i-start <= 15 {
		f := float64(u)
		if neg {
			f = -f
		}
		return f, true
	}
	if i == start && (i == n || s[i] != '.') {
		return 0, false
	}
	// ParseFloat knows more spellings, and its errors are dear: an address or a version must not get there.
	mantissa := i - start
	if i < n && s[i] == '.' {
		i++
		for i < n && s[i]-'0' < 10 {
			i++
			mantissa++
		}
	}
	if mantissa == 0 {
		return 0, false
	}
	if i < n && s[i]|0x20 == 'e' {
		i++
		if i < n && (s[i] == '-' || s[i] == '+') {
			i++
		}
		for i < n && s[i]-'0' < 10 {
			i++
		}
		if s[i-1]-'0' >= 10 {
			return 0, false
		}
	}
	if i < n {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	return f, true
}
