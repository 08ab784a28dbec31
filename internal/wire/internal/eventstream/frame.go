// Package eventstream writes messages of application/vnd.amazon.eventstream.
//
//	total length, length of the headers, CRC of both │ headers │ payload │ CRC of all before
//
// Numbers are big endian, CRCs those of IEEE. A header is a name and a text here;
// other types of headers are not needed. [Amazon event stream encoding]
package eventstream

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// ContentType is that of a body of messages.
const ContentType = "application/vnd.amazon.eventstream"

// Header is a name with a text.
type Header struct{ Name, Value string }

// maxHeaders and maxPayload bound a message. [Amazon event stream encoding]
const (
	maxHeaders = 128 << 10
	maxPayload = 16 << 20
)

// Append adds a message to b.
func Append(b []byte, headers []Header, payload []byte) ([]byte, error) {
	size := 0
	for _, h := range headers {
		if len(h.Name) == 0 || len(h.Name) > 255 || len(h.Value) > 1<<15-1 {
			return nil, fmt.Errorf("header %q of an event is too long", h.Name)
		}
		size += 1 + len(h.Name) + 1 + 2 + len(h.Value)
	}
	if size > maxHeaders || len(payload) > maxPayload {
		return nil, fmt.Errorf("event of %d bytes is too large", size+len(payload))
	}
	from := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(12+size+len(payload)+4))
	b = binary.BigEndian.AppendUint32(b, uint32(size))
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
	for _, h := range headers {
		b = append(append(b, byte(len(h.Name))), h.Name...)
		b = append(b, typeString)
		b = append(binary.BigEndian.AppendUint16(b, uint16(len(h.Value))), h.Value...)
	}
	b = append(b, payload...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:])), nil
}

const typeString = 7
