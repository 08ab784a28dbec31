package value

import "encoding/binary"

// AppendKey appends an encoding in which two values are the same bytes exactly if group by and dedup treat them as the
// same: by kind null or text view. A JSON boolean true and the text 1 are the same key, as they show the same.
func AppendKey(dst []byte, v Value) []byte {
	if v.kind == Null || v.kind >= Map {
		return append(dst, 0)
	}
	var s string
	switch v.kind {
	case String:
		s = v.text
	case Time:
		dst = append(dst, 2)
		return binary.LittleEndian.AppendUint64(dst, v.bits)
	default:
		s, _ = v.Text()
	}
	dst = append(dst, 1)
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}
