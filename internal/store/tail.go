package store

import (
	"bytes"
	"encoding/hex"
)

// uuidPart begins a part of a key that K wrote as the text of a UUID and an index keeps as its sixteen bytes.
const uuidPart = 4

// uuidText is the length of a UUID's text. [RFC 9562 section 4]
const uuidText = 36

// shorten is the end of a key as an index keeps it: what begins with a UUID begins with its bytes. Two ends that differ stay
// different, and UUIDs stay in order.
func shorten(tail Key) Key {
	if len(tail) < 1+uuidText+2 || tail[0] != 1 {
		return tail
	}
	text, rest := tail[1:1+uuidText], tail[1+uuidText:]
	if rest[0] != 0 || rest[1] != 0 {
		return tail
	}
	short := append(make(Key, 0, 1+16+len(rest)-2), uuidPart)
	for i := 0; i < uuidText; {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			i++
			continue
		}
		var err error
		if short, err = hex.AppendDecode(short, text[i:i+2]); err != nil {
			return tail
		}
		i += 2
	}
	// Other spellings, such as capital letters, stay as they are.
	if !bytes.Equal(appendUUID(nil, short[1:]), text) {
		return tail
	}
	return append(short, rest[2:]...)
}

// lengthen is the end of a key that was shortened.
func lengthen(short Key) Key {
	if len(short) < 1+16 || short[0] != uuidPart {
		return short
	}
	tail := append(make(Key, 0, 1+uuidText+2+len(short)-17), 1)
	tail = append(appendUUID(tail, short[1:17]), 0, 0)
	return append(tail, short[17:]...)
}

// appendUUID writes sixteen bytes as text.
func appendUUID(to, id []byte) []byte {
	for i, n := range []int{4, 2, 2, 2, 6} {
		if i > 0 {
			to = append(to, '-')
		}
		to = hex.AppendEncode(to, id[:n])
		id = id[n:]
	}
	return to
}
