package cbor

import (
	"encoding/binary"
	"math"

	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
)

const maxDepth = 64

// Major types.
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorSimple
)

// indefinite marks a length that ends with a break.
const indefinite = math.MaxUint64

// Simple values.
const (
	simpleFalse     = 20
	simpleTrue      = 21
	simpleNull      = 22
	simpleUndefined = 23
	simpleBreak     = 31
)

// head is an item's first bytes: major type, argument, and for simple values
// and floats the width.
type head struct {
	major byte
	info  byte
	arg   uint64
}

func (h head) null() bool {
	return h.major == majorSimple && (h.info == simpleNull || h.info == simpleUndefined)
}

func (h head) isBreak() bool { return h.major == majorSimple && h.info == simpleBreak }

type scanner struct {
	data  []byte
	pos   int
	depth int
}

func errEnd() error       { return fault.Serialization("Unexpected end-of-input") }
func errMalformed() error { return fault.Serialization("Malformed CBOR") }

// head consumes an item's head.
func (s *scanner) head() (head, error) {
	if s.pos >= len(s.data) {
		return head{}, errEnd()
	}
	b := s.data[s.pos]
	s.pos++
	h := head{major: b >> 5, info: b & 31}
	switch {
	case h.info < 24:
		h.arg = uint64(h.info)
		return h, nil
	case h.info <= 27:
		n := 1 << (h.info - 24)
		if len(s.data)-s.pos < n {
			return head{}, errEnd()
		}
		var wide [8]byte
		copy(wide[8-n:], s.data[s.pos:s.pos+n])
		h.arg = binary.BigEndian.Uint64(wide[:])
		s.pos += n
		return h, nil
	case h.info == 31:
		switch h.major {
		case majorBytes, majorText, majorArray, majorMap, majorSimple:
			h.arg = indefinite
			return h, nil
		}
	}
	return head{}, errMalformed()
}

// untag consumes heads until one is no tag, and returns the innermost tag.
func (s *scanner) untag() (h head, tag uint64, err error) {
	for range maxDepth {
		if h, err = s.head(); err != nil || h.major != majorTag {
			return h, tag, err
		}
		tag = h.arg
	}
	return head{}, 0, errMalformed()
}

// bytes consumes the content of a byte or text string.
func (s *scanner) bytes(h head) ([]byte, error) {
	if h.info != 31 {
		if h.arg > uint64(len(s.data)-s.pos) {
			return nil, errEnd()
		}
		b := s.data[s.pos : s.pos+int(h.arg)]
		s.pos += int(h.arg)
		return b, nil
	}
	var out []byte
	for {
		chunk, err := s.head()
		if err != nil {
			return nil, err
		}
		if chunk.isBreak() {
			return out, nil
		}
		if chunk.major != h.major || chunk.info == 31 {
			return nil, errMalformed()
		}
		b, err := s.bytes(chunk)
		if err != nil {
			return nil, err
		}
		out = append(out, b...)
	}
}

// items calls each for the items of an array or the entries of a map. h is the
// head of the first item of the entry.
func (s *scanner) items(h head, each func(head, uint64) error) error {
	if s.depth++; s.depth > maxDepth {
		return fault.Serialization("Nesting depth exceeds the maximum allowed (64)")
	}
	for n := uint64(0); h.info == 31 || n < h.arg; n++ {
		item, tag, err := s.untag()
		if err != nil {
			return err
		}
		if item.isBreak() {
			if h.info != 31 || tag != 0 {
				return errMalformed()
			}
			break
		}
		if err := each(item, tag); err != nil {
			return err
		}
	}
	s.depth--
	return nil
}

// skip consumes the rest of an item.
func (s *scanner) skip(h head) error {
	switch h.major {
	case majorBytes, majorText:
		_, err := s.bytes(h)
		return err
	case majorArray:
		return s.items(h, func(i head, _ uint64) error { return s.skip(i) })
	case majorMap:
		return s.items(h, func(k head, _ uint64) error {
			if err := s.skip(k); err != nil {
				return err
			}
			v, _, err := s.untag()
			if err != nil {
				return err
			}
			return s.skip(v)
		})
	case majorSimple:
		if h.isBreak() {
			return errMalformed()
		}
	}
	return nil
}

// float returns the value of a float head.
func (h head) float() (float64, bool) {
	if h.major != majorSimple {
		return 0, false
	}
	switch h.info {
	case 25:
		return half(uint16(h.arg)), true
	case 26:
		return float64(math.Float32frombits(uint32(h.arg))), true
	case 27:
		return math.Float64frombits(h.arg), true
	}
	return 0, false
}

// half widens a 16-bit float.
func half(b uint16) float64 {
	exp, frac := int(b>>10&31), float64(b&1023)
	v := 0.0
	switch exp {
	case 0:
		v = math.Ldexp(frac, -24)
	case 31:
		if v = math.Inf(1); frac != 0 {
			return math.NaN()
		}
	default:
		v = math.Ldexp(1024+frac, exp-25)
	}
	if b&0x8000 != 0 {
		return -v
	}
	return v
}

// integer returns the value of an integer head that fits 64 signed bits.
func (h head) integer() (int64, bool) {
	switch {
	case h.major == majorUint && h.arg <= math.MaxInt64:
		return int64(h.arg), true
	case h.major == majorNegative && h.arg <= math.MaxInt64:
		return -1 - int64(h.arg), true
	}
	return 0, false
}
