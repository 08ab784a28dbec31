package pattern

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at at once: each byte of a word, or the high bit of each.
const (
	everyByte = 0x0101010101010101
	highBits  = 0x8080808080808080
)

// below has the high bit of each byte under limit (at most 0x80) set, from the lowest such byte on exactly up to it: bits above the first
// may be wrong.
func below(word uint64, limit byte) uint64 {
	return (word - everyByte*uint64(limit)) &^ word & highBits
}

// equal is below for the bytes that are c.
func equal(word uint64, c byte) uint64 { return below(word^everyByte*uint64(c), 1) }

// wordEnd returns the place of the first blank from i on, or the end.
func wordEnd(b []byte, i int) int {
	for i+8 <= len(b) {
		low := below(binary.LittleEndian.Uint64(b[i:]), ' '+1)
		if low == 0 {
			i += 8
			continue
		}
		if i += bits.TrailingZeros64(low) / 8; isBlank(b[i]) {
			return i
		}
		i++ // another control character
	}
	for i < len(b) && !isBlank(b[i]) {
		i++
	}
	return i
}

// plainEnd returns the place of the first quote, backslash or control character from i on, or the end.
func plainEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		// With its second bit turned over a quote is right above the control characters, and blank and ! are not.
		if found := below(w^everyByte*2, ' '+1) | equal(w, '\\'); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}
