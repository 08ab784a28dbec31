package cbor

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// Decode reads a structure; no bytes are an empty one. Its errors are
// *schema.Error with code SerializationException.
func Decode(data []byte, shape *schema.Shape) (*schema.Struct, error) {
	if len(data) == 0 {
		return schema.NewStruct(shape), nil
	}
	d := decoder{scanner{data: data}}
	h, _, err := d.untag()
	if err != nil {
		return nil, err
	}
	if h.null() {
		return schema.NewStruct(shape), nil
	}
	v, err := d.structure(h, shape)
	if err != nil {
		return nil, err
	}
	if d.pos != len(data) {
		return nil, errMalformed()
	}
	return v, nil
}

type decoder struct{ scanner }

func (d *decoder) next(m *schema.Member) (any, error) {
	h, tag, err := d.untag()
	if err != nil {
		return nil, err
	}
	return d.value(h, tag, m)
}

func (d *decoder) value(h head, tag uint64, m *schema.Member) (any, error) {
	if h.null() {
		return nil, nil
	}
	s := m.Shape
	switch s.Kind {
	case schema.Structure:
		return d.structure(h, s)
	case schema.List:
		if h.major != majorArray {
			return nil, d.mismatch(h, "Expected list or null")
		}
		out := []any{}
		err := d.items(h, func(i head, tag uint64) error {
			v, err := d.value(i, tag, s.Elem)
			out = append(out, v)
			return err
		})
		if err != nil {
			return nil, err
		}
		return out, nil
	case schema.Map:
		return d.pairs(h, s)
	}
	switch h.major {
	case majorMap:
		return nil, d.mismatch(h, "Start of structure or map found where not expected.")
	case majorArray:
		return nil, d.mismatch(h, "Start of list found where not expected")
	}
	return d.scalar(h, tag, s.Kind)
}

// mismatch prefers the fault of broken bytes over that of a wrong type.
func (d *decoder) mismatch(h head, message string) error {
	if err := d.skip(h); err != nil {
		return err
	}
	return fault.Serialization(message)
}

func (d *decoder) key(h head) (string, error) {
	if h.major != majorText {
		return "", errMalformed()
	}
	return d.text(h)
}

func (d *decoder) text(h head) (string, error) {
	b, err := d.bytes(h)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", fault.Serialization("Invalid UTF-8")
	}
	return string(b), nil
}

func (d *decoder) structure(h head, s *schema.Shape) (*schema.Struct, error) {
	switch h.major {
	case majorMap:
	case majorArray:
		return nil, d.mismatch(h, "Start of list found where not expected")
	default:
		return nil, d.mismatch(h, "Expected null")
	}
	out := schema.NewStruct(s)
	err := d.items(h, func(k head, _ uint64) error {
		name, err := d.key(k)
		if err != nil {
			return err
		}
		m := find(s, name)
		if m == nil {
			v, _, err := d.untag()
			if err != nil {
				return err
			}
			return d.skip(v)
		}
		out.Fields[m.Position], err = d.next(m)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// find looks a member up by its name; RPC v2 knows no other names.
func find(s *schema.Shape, name string) *schema.Member {
	m, _ := s.Member(name)
	return m
}

func (d *decoder) pairs(h head, s *schema.Shape) (any, error) {
	switch h.major {
	case majorMap:
	case majorArray:
		return nil, d.mismatch(h, "Start of list found where not expected")
	default:
		return nil, d.mismatch(h, "Expected map or null")
	}
	out := &schema.Pairs{}
	at := make(map[string]int)
	err := d.items(h, func(k head, _ uint64) error {
		key, err := d.key(k)
		if err != nil {
			return err
		}
		v, err := d.next(s.Elem)
		if err != nil || v == nil {
			return err
		}
		if i, dup := at[key]; dup {
			out.Values[i] = v
			return nil
		}
		at[key] = len(out.Keys)
		out.Keys, out.Values = append(out.Keys, key), append(out.Values, v)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (d *decoder) scalar(h head, tag uint64, k schema.Kind) (any, error) {
	switch h.major {
	case majorText:
		text, err := d.text(h)
		if err != nil {
			return nil, err
		}
		if k == schema.String {
			return text, nil
		}
		if k == schema.Timestamp {
			if t, err := scalar.ISO(text); err == nil {
				return t, nil
			}
		}
		return nil, fault.Convert("STRING_VALUE", k)
	case majorBytes:
		b, err := d.bytes(h)
		if err != nil {
			return nil, err
		}
		if k != schema.Blob {
			return nil, fault.Convert("BINARY_VALUE", k)
		}
		if b = bytes.Clone(b); b == nil {
			b = []byte{}
		}
		return b, nil
	case majorUint, majorNegative:
		return fromInteger(h, tag, k)
	}
	return d.simple(h, k)
}

func fromInteger(h head, _ uint64, k schema.Kind) (any, error) {
	switch k {
	case schema.Float, schema.Double:
		f := float64(h.arg)
		if h.major == majorNegative {
			f = -1 - f
		}
		return f, nil
	}
	n, ok := h.integer()
	switch {
	case !ok:
	case k == schema.Long, k == schema.Integer && n >= math.MinInt32 && n <= math.MaxInt32:
		return n, nil
	case k == schema.Timestamp:
		if t, err := scalar.EpochFloat(float64(n)); err == nil {
			return t, nil
		}
	}
	return nil, fault.Convert("NUMBER_VALUE", k)
}

func (d *decoder) simple(h head, k schema.Kind) (any, error) {
	if f, ok := h.float(); ok {
		switch k {
		case schema.Float, schema.Double:
			return f, nil
		case schema.Timestamp:
			if t, err := scalar.EpochFloat(f); err == nil {
				return t, nil
			}
		case schema.Integer, schema.Long:
			limit := float64(1 << 31)
			if k == schema.Long {
				limit = 1 << 63
			}
			if f == math.Trunc(f) && f >= -limit && f < limit {
				return int64(f), nil
			}
		}
		return nil, fault.Convert("DECIMAL_VALUE", k)
	}
	switch h.info {
	case simpleTrue, simpleFalse:
		if k == schema.Boolean {
			return h.info == simpleTrue, nil
		}
		if h.info == simpleTrue {
			return nil, fault.Convert("TRUE_VALUE", k)
		}
		return nil, fault.Convert("FALSE_VALUE", k)
	}
	return nil, errMalformed()
}
