package cbor

import (
	"encoding/binary"
	stdjson "encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
)

// Append writes a structure as a map of definite length. Absent members are left out.
func Append(dst []byte, v *schema.Struct) ([]byte, error) {
	n := 0
	for _, x := range v.Fields {
		if x != nil {
			n++
		}
	}
	dst = appendHead(dst, majorMap, uint64(n))
	for i, m := range v.Shape.Members {
		if v.Fields[i] == nil {
			continue
		}
		dst = appendText(dst, m.Name)
		var err error
		if dst, err = appendValue(dst, v.Fields[i], m.Shape); err != nil {
			return nil, fmt.Errorf("encode %s.%s: %w", v.Shape.Name, m.Name, err)
		}
	}
	return dst, nil
}

func appendValue(dst []byte, v any, s *schema.Shape) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return append(dst, majorSimple<<5|simpleNull), nil
	case string:
		return appendText(dst, x), nil
	case bool:
		if x {
			return append(dst, majorSimple<<5|simpleTrue), nil
		}
		return append(dst, majorSimple<<5|simpleFalse), nil
	case int64:
		return appendInt(dst, x), nil
	case float64:
		return appendFloat(dst, x), nil
	case []byte:
		return append(appendHead(dst, majorBytes, uint64(len(x))), x...), nil
	case time.Time:
		ms := x.UnixMilli()
		return appendFloat(appendHead(dst, majorTag, 1), float64(ms)/1000), nil
	case stdjson.RawMessage:
		return nil, fmt.Errorf("BUG: document in CBOR")
	case *schema.Struct:
		return Append(dst, x)
	case []any:
		dst = appendHead(dst, majorArray, uint64(len(x)))
		for _, e := range x {
			var err error
			if dst, err = appendValue(dst, e, s.Elem.Shape); err != nil {
				return nil, err
			}
		}
		return dst, nil
	case *schema.Pairs:
		dst = appendHead(dst, majorMap, uint64(len(x.Keys)))
		for i, k := range x.Keys {
			var err error
			if dst, err = appendValue(appendText(dst, k), x.Values[i], s.Elem.Shape); err != nil {
				return nil, err
			}
		}
		return dst, nil
	}
	return nil, fmt.Errorf("BUG: value of type %T", v)
}

// AppendError writes an error's type, message and further members.
func AppendError(dst []byte, typ string, e *schema.Error) []byte {
	n := uint64(1 + len(e.Members))
	if e.Message != "" {
		n++
	}
	dst = appendHead(dst, majorMap, n)
	dst = appendText(appendText(dst, "__type"), typ)
	if e.Message != "" {
		dst = appendText(appendText(dst, "message"), e.Message)
	}
	for _, name := range fault.Members(e) {
		dst = appendAny(appendText(dst, name), e.Members[name])
	}
	return dst
}

// appendAny writes the plain values that errors carry.
func appendAny(dst []byte, v any) []byte {
	switch x := v.(type) {
	case string:
		return appendText(dst, x)
	case int:
		return appendInt(dst, int64(x))
	case []string:
		dst = appendHead(dst, majorArray, uint64(len(x)))
		for _, e := range x {
			dst = appendText(dst, e)
		}
		return dst
	}
	if out, err := appendValue(dst, v, nil); err == nil {
		return out
	}
	return appendText(dst, fmt.Sprint(v))
}

func appendHead(dst []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n <= math.MaxUint8:
		return append(dst, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(dst, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, major|27), n)
}

func appendText(dst []byte, s string) []byte {
	return append(appendHead(dst, majorText, uint64(len(s))), s...)
}

func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return appendHead(dst, majorNegative, uint64(-1-n))
	}
	return appendHead(dst, majorUint, uint64(n))
}

func appendFloat(dst []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, majorSimple<<5|27), math.Float64bits(f))
}
