package json

import (
	"encoding/base64"
	stdjson "encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// Append writes a structure. Absent members are left out.
func Append(dst []byte, v *schema.Struct) ([]byte, error) { return appendStruct(dst, v, false) }

// AppendBody writes a structure without the members that have a location.
func AppendBody(dst []byte, v *schema.Struct) ([]byte, error) { return appendStruct(dst, v, true) }

func appendStruct(dst []byte, v *schema.Struct, bodyOnly bool) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for i, m := range v.Shape.Members {
		x := v.Fields[i]
		if x == nil || bodyOnly && m.Location != "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = AppendString(dst, m.WireName())
		dst = append(dst, ':')
		var err error
		if dst, err = AppendValue(dst, x, m); err != nil {
			return nil, fmt.Errorf("encode %s.%s: %w", v.Shape.Name, m.Name, err)
		}
	}
	return append(dst, '}'), nil
}

// AppendValue writes a value of the member's shape; nil is null.
func AppendValue(dst []byte, v any, m *schema.Member) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return AppendString(dst, x), nil
	case bool:
		return strconv.AppendBool(dst, x), nil
	case int64:
		return strconv.AppendInt(dst, x, 10), nil
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return append(scalar.AppendFloat(append(dst, '"'), x), '"'), nil
		}
		return scalar.AppendFloat(dst, x), nil
	case []byte:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), x)
		return append(dst, '"'), nil
	case time.Time:
		return appendTime(dst, x, m), nil
	case stdjson.RawMessage:
		if len(x) == 0 {
			return append(dst, "null"...), nil
		}
		return append(dst, x...), nil
	case *schema.Struct:
		return appendStruct(dst, x, false)
	case []any:
		return appendList(dst, x, m.Shape)
	case *schema.Pairs:
		return appendPairs(dst, x, m.Shape)
	}
	return nil, fmt.Errorf("BUG: value of type %T", v)
}

func appendTime(dst []byte, t time.Time, m *schema.Member) []byte {
	f := scalar.FormatOf(m, scalar.EpochSeconds)
	if f == scalar.EpochSeconds {
		return scalar.AppendEpoch(dst, t)
	}
	return append(scalar.Append(append(dst, '"'), t, m, f), '"')
}

func appendList(dst []byte, list []any, s *schema.Shape) ([]byte, error) {
	dst = append(dst, '[')
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = AppendValue(dst, x, s.Elem); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendPairs(dst []byte, p *schema.Pairs, s *schema.Shape) ([]byte, error) {
	dst = append(dst, '{')
	for i, k := range p.Keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, k), ':')
		var err error
		if dst, err = AppendValue(dst, p.Values[i], s.Elem); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

const hexDigits = "0123456789abcdef"

// AppendString writes a quoted string. Only what JSON demands is escaped;
// bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(dst, s[from:i]...)
				dst = append(dst, "\ufffd"...)
				from = i + 1
			}
			i += n
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
