package json

import (
	"bytes"
	"encoding/base64"
	stdjson "encoding/json"
	"math"
	"strconv"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
	"github.com/cogtrail/cogtrail/internal/wire/internal/scalar"
)

// Decode reads a structure. An empty text and null are an empty structure. Its
// errors are *schema.Error with code SerializationException.
func Decode(data []byte, shape *schema.Shape) (*schema.Struct, error) {
	return decode(data, shape, false)
}

// DecodeBody reads a structure whose members with a location (header, query,
// URI, status) do not stand in the body.
func DecodeBody(data []byte, shape *schema.Shape) (*schema.Struct, error) {
	return decode(data, shape, true)
}

func decode(data []byte, shape *schema.Shape, bodyOnly bool) (*schema.Struct, error) {
	d := decoder{scanner: scanner{data: data}, bodyOnly: bodyOnly}
	out := schema.NewStruct(shape)
	if d.peek() == 0 && d.pos == len(data) {
		return out, nil
	}
	v, err := d.structure(shape, out)
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos != len(data) {
		return nil, d.unexpected()
	}
	if v == nil {
		return out, nil
	}
	return v, nil
}

// DecodeValue reads any shape, for payload members. nil is null.
func DecodeValue(data []byte, m *schema.Member) (any, error) {
	d := decoder{scanner: scanner{data: data}}
	v, err := d.value(m)
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos != len(data) {
		return nil, d.unexpected()
	}
	return v, nil
}

type decoder struct {
	scanner
	bodyOnly bool
}

// value reads one value of the member's shape, nil for null.
func (d *decoder) value(m *schema.Member) (any, error) {
	switch d.peek() {
	case 0:
		return nil, d.unexpected()
	case 'n':
		return nil, d.literal("null")
	}
	s := m.Shape
	switch s.Kind {
	case schema.Structure:
		v, err := d.structure(s, schema.NewStruct(s))
		if err != nil || v == nil {
			return nil, err
		}
		return v, nil
	case schema.List:
		return d.list(s)
	case schema.Map:
		return d.pairs(s)
	case schema.Document:
		from := d.pos
		if err := d.skip(); err != nil {
			return nil, err
		}
		return stdjson.RawMessage(bytes.Clone(d.data[from:d.pos])), nil
	}
	switch c := d.data[d.pos]; c {
	case '"':
		return d.fromText(m)
	case 't', 'f':
		return d.fromBool(s.Kind)
	case '{':
		return nil, d.mismatch(fault.Serialization("Start of structure or map found where not expected."))
	case '[':
		return nil, d.mismatch(fault.Serialization("Start of list found where not expected"))
	default:
		if c == '-' || c >= '0' && c <= '9' {
			return d.fromNumber(s.Kind)
		}
		return nil, d.unexpected()
	}
}

// mismatch prefers the fault of broken syntax over that of a wrong type.
func (d *decoder) mismatch(e error) error {
	if err := d.skip(); err != nil {
		return err
	}
	return e
}

func (d *decoder) structure(s *schema.Shape, out *schema.Struct) (*schema.Struct, error) {
	switch d.peek() {
	case '{':
	case 'n':
		return nil, d.literal("null")
	case '[':
		return nil, d.mismatch(fault.Serialization("Start of list found where not expected"))
	default:
		return nil, d.mismatch(fault.Serialization("Expected null"))
	}
	top := d.depth == 0 && d.bodyOnly
	next := 0
	err := d.object(func() error {
		raw, plain, err := d.raw()
		if err != nil {
			return err
		}
		if err := d.colon(); err != nil {
			return err
		}
		i := find(s.Members, raw, plain, next)
		if i < 0 || top && s.Members[i].Location != "" {
			return d.skip()
		}
		next = i + 1
		out.Fields[i], err = d.value(s.Members[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// find looks a member up by its wire name, beginning where the last one was
// found: clients tend to send members in the model's order.
func find(ms []*schema.Member, raw []byte, plain bool, from int) int {
	if !plain {
		raw = []byte(unescape(raw))
	}
	for k := range ms {
		i := from + k
		if i >= len(ms) {
			i -= len(ms)
		}
		name := ms[i].WireName()
		if len(name) == len(raw) && name == string(raw) {
			return i
		}
	}
	return -1
}

func (d *decoder) list(s *schema.Shape) (any, error) {
	switch d.peek() {
	case '[':
	case '{':
		return nil, d.mismatch(fault.Serialization("Start of structure or map found where not expected."))
	default:
		return nil, d.mismatch(fault.Serialization("Expected list or null"))
	}
	out := []any{}
	err := d.array(func() error {
		v, err := d.value(s.Elem)
		out = append(out, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (d *decoder) pairs(s *schema.Shape) (any, error) {
	switch d.peek() {
	case '{':
	case '[':
		return nil, d.mismatch(fault.Serialization("Start of list found where not expected"))
	default:
		return nil, d.mismatch(fault.Serialization("Expected map or null"))
	}
	b := newPairs()
	err := d.object(func() error {
		k, err := d.text()
		if err != nil {
			return err
		}
		if err := d.colon(); err != nil {
			return err
		}
		v, err := d.value(s.Elem)
		if err == nil {
			b.set(k, v)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return b.done(), nil
}

// pairs builds a map; the last of equal keys wins and null removes.
type pairs struct {
	out   *schema.Pairs
	index map[string]int // made when a linear search would get slow
}

func newPairs() *pairs { return &pairs{out: &schema.Pairs{}} }

const linearKeys = 8

func (p *pairs) set(k string, v any) {
	if i := p.find(k); i >= 0 {
		p.out.Values[i] = v
		return
	}
	if p.index != nil {
		p.index[k] = len(p.out.Keys)
	}
	p.out.Keys, p.out.Values = append(p.out.Keys, k), append(p.out.Values, v)
}

func (p *pairs) find(k string) int {
	if len(p.out.Keys) < linearKeys {
		for i, have := range p.out.Keys {
			if have == k {
				return i
			}
		}
		return -1
	}
	if p.index == nil {
		p.index = make(map[string]int, 2*linearKeys)
		for i, have := range p.out.Keys {
			p.index[have] = i
		}
	}
	if i, ok := p.index[k]; ok {
		return i
	}
	return -1
}

func (p *pairs) done() *schema.Pairs {
	n := 0
	for i, v := range p.out.Values {
		if v == nil {
			continue
		}
		p.out.Keys[n], p.out.Values[n] = p.out.Keys[i], v
		n++
	}
	p.out.Keys, p.out.Values = p.out.Keys[:n], p.out.Values[:n]
	return p.out
}

func (d *decoder) fromText(m *schema.Member) (any, error) {
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	switch m.Shape.Kind {
	case schema.String:
		return text, nil
	case schema.Blob:
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, fault.Convert("STRING_VALUE", schema.Blob)
		}
		return b, nil
	case schema.Timestamp:
		t, err := scalar.ISO(text)
		if err != nil {
			if t, err = scalar.HTTPDate(text); err != nil {
				return nil, fault.Convert("STRING_VALUE", schema.Timestamp)
			}
		}
		return t, nil
	case schema.Float, schema.Double:
		switch text {
		case "NaN":
			return math.NaN(), nil
		case "Infinity":
			return math.Inf(1), nil
		case "-Infinity":
			return math.Inf(-1), nil
		}
	}
	return nil, fault.Convert("STRING_VALUE", m.Shape.Kind)
}

func (d *decoder) fromBool(k schema.Kind) (any, error) {
	word, token, value := "true", "TRUE_VALUE", true
	if d.data[d.pos] == 'f' {
		word, token, value = "false", "FALSE_VALUE", false
	}
	if err := d.literal(word); err != nil {
		return nil, err
	}
	if k != schema.Boolean {
		return nil, fault.Convert(token, k)
	}
	return value, nil
}

func (d *decoder) fromNumber(k schema.Kind) (any, error) {
	text, whole, err := d.number()
	if err != nil {
		return nil, err
	}
	token := "NUMBER_VALUE"
	if !whole {
		token = "DECIMAL_VALUE"
	}
	switch k {
	case schema.Integer, schema.Long:
		n, ok := integer(text, whole)
		if !ok || k == schema.Integer && (n < math.MinInt32 || n > math.MaxInt32) {
			return nil, fault.Convert(token, k)
		}
		return n, nil
	case schema.Float, schema.Double:
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil {
			return nil, fault.Convert(token, k)
		}
		return f, nil
	case schema.Timestamp:
		t, err := scalar.Epoch(string(text))
		if err != nil {
			return nil, fault.Convert(token, k)
		}
		return t, nil
	}
	return nil, fault.Convert(token, k)
}

// integer cuts the fraction of a decimal, as AWS's framework does (inferred).
func integer(text []byte, whole bool) (int64, bool) {
	if whole {
		n, err := strconv.ParseInt(string(text), 10, 64)
		return n, err == nil
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f < -(1<<63) || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}
