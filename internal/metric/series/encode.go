package series

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// version is the first byte of an encoded summary.
const version = 1

// Flags of the second byte.
const (
	flagLost   = 1 << iota // no distribution
	flagBinned             // cells are bins
	flagSingle             // one value: count and value follow, nothing else
)

// ErrEncoding reports bytes that AppendBinary did not write.
var ErrEncoding = errors.New("encoded summary is damaged")

// AppendBinary appends the summary: version, flags, then numbers. A number is a varint of its reversed bits, so that small
// integers, which most metrics are, take two or three bytes. An empty summary is two bytes, a single value about seven.
func (s *Summary) AppendBinary(b []byte) ([]byte, error) {
	flags := byte(0)
	switch {
	case s.lost:
		flags = flagLost
	case s.dist.binned:
		flags = flagBinned
	case len(s.dist.cells) == 1 && s.dist.cells[0].count == s.Count && s.Min == s.dist.cells[0].at && s.Max == s.Min && s.Sum == s.Min*s.Count:
		return appendNumber(appendNumber(append(b, version, flagSingle), s.Count), s.Min), nil
	}
	b = append(b, version, flags)
	if s.Count == 0 {
		return b, nil
	}
	for _, n := range []float64{s.Count, s.Sum, s.Min, s.Max} {
		b = appendNumber(b, n)
	}
	if s.lost {
		return b, nil
	}
	if s.dist.binned {
		b = append(b, byte(s.dist.width))
	}
	b = binary.AppendUvarint(b, uint64(len(s.dist.cells)))
	for _, c := range s.dist.cells {
		if s.dist.binned {
			b = binary.AppendVarint(b, int64(c.at))
		} else {
			b = appendNumber(b, c.at)
		}
		b = appendNumber(b, c.count)
	}
	return b, nil
}

// MarshalBinary returns the summary as bytes.
func (s *Summary) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary replaces the summary; on error, which is ErrEncoding, it stays as it was. It keeps nothing of b.
func (s *Summary) UnmarshalBinary(b []byte) error {
	d := decoder{rest: b}
	got, err := d.summary()
	if err != nil {
		return err
	}
	*s = got
	return nil
}

func appendNumber(b []byte, n float64) []byte {
	return binary.AppendUvarint(b, bits.ReverseBytes64(math.Float64bits(n)))
}

type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) byte() byte {
	if len(d.rest) == 0 {
		d.bad = true
		return 0
	}
	c := d.rest[0]
	d.rest = d.rest[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

// number reads a finite number.
func (d *decoder) number() float64 {
	n := math.Float64frombits(bits.ReverseBytes64(d.uvarint()))
	if math.IsNaN(n) || math.IsInf(n, 0) {
		d.bad = true
		return 0
	}
	return n
}

func (d *decoder) summary() (Summary, error) {
	var s Summary
	if v := d.byte(); v != version || d.bad {
		return s, fmt.Errorf("version %d: %w", v, ErrEncoding)
	}
	flags := d.byte()
	if flags&flagSingle != 0 {
		count, v := d.number(), d.number()
		if d.bad || flags != flagSingle || len(d.rest) > 0 || s.Add(v, count) != nil || s.lost {
			return Summary{}, fmt.Errorf("single value: %w", ErrEncoding)
		}
		return s, nil
	}
	if d.bad || flags > flagLost|flagBinned || flags == flagLost|flagBinned {
		return s, fmt.Errorf("flags %d: %w", flags, ErrEncoding)
	}
	if len(d.rest) == 0 && flags == 0 {
		return s, nil
	}
	s.Count, s.Sum, s.Min, s.Max = d.number(), d.number(), d.number(), d.number()
	s.lost = flags&flagLost != 0
	if d.bad || !(s.Count > 0) || s.Min > s.Max || math.Abs(s.Min) > MaxValue || math.Abs(s.Max) > MaxValue || !s.lost && s.Min < 0 {
		return Summary{}, fmt.Errorf("totals: %w", ErrEncoding)
	}
	if !s.lost {
		d.cells(&s.dist, flags&flagBinned != 0)
	}
	if d.bad || len(d.rest) > 0 {
		return Summary{}, fmt.Errorf("distribution: %w", ErrEncoding)
	}
	return s, nil
}

func (d *decoder) cells(h *histogram, binned bool) {
	h.binned = binned
	if binned {
		if h.width = int(d.byte()); h.width > maxWidth {
			d.bad = true
			return
		}
	}
	n := d.uvarint()
	if d.bad || n == 0 || n > MaxDistinct {
		d.bad = true
		return
	}
	h.cells = make([]cell, n)
	for i := range h.cells {
		c := &h.cells[i]
		if binned {
			c.at = float64(d.varint())
		} else {
			c.at = d.number()
		}
		c.count = d.number()
		switch {
		case d.bad, !(c.count > 0), i > 0 && c.at <= h.cells[i-1].at:
			d.bad = true
		case binned && (c.at < zeroBin || c.at > farthestBin):
			d.bad = true
		case !binned && (c.at < 0 || c.at > MaxValue || math.Signbit(c.at)):
			d.bad = true
		}
		if d.bad {
			return
		}
	}
}
