package store

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
)

// Key is an order-preserving encoding of a tuple. Build it with K.
type Key []byte

// K encodes parts into a key: strings compare as strings, integers as numbers,
// and a shorter tuple sorts before every tuple it begins. Parts may be string
// (or any string type by conversion), []byte, int64, int or uint64.
func K(parts ...any) Key {
	size := 0
	for _, p := range parts {
		switch v := p.(type) {
		case string:
			size += len(v) + 3
		case []byte:
			size += len(v) + 3
		default:
			size += 9
		}
	}
	k := make(Key, 0, size) // enough unless a text holds zero bytes
	for _, p := range parts {
		switch v := p.(type) {
		case string:
			k = appendText(k, v)
		case []byte:
			k = appendText(k, string(v))
		case int64:
			k = binary.BigEndian.AppendUint64(append(k, 2), uint64(v)^(1<<63))
		case int:
			k = binary.BigEndian.AppendUint64(append(k, 2), uint64(int64(v))^(1<<63))
		case uint64:
			k = binary.BigEndian.AppendUint64(append(k, 3), v)
		default:
			// Not by fmt: parts would move to the heap for it, all of them, always.
			panic("BUG: store.K: key part of type " + reflect.TypeOf(p).String())
		}
	}
	return k
}

// appendText writes s so that no encoded text is a prefix of another: 0x00 is
// escaped to 0x00 0xff and the text ends with 0x00 0x00.
func appendText(k Key, s string) Key {
	k = append(k, 1)
	if strings.IndexByte(s, 0) < 0 {
		return append(append(k, s...), 0, 0)
	}
	for i := 0; i < len(s); i++ {
		if s[i] == 0 {
			k = append(k, 0, 0xff)
		} else {
			k = append(k, s[i])
		}
	}
	return append(k, 0, 0)
}

// Parts decodes a key made by K into string, int64 and uint64 values.
func (k Key) Parts() ([]any, error) {
	var out []any
	for len(k) > 0 {
		tag := k[0]
		k = k[1:]
		switch tag {
		case 1:
			var s []byte
			done := false
			for i := 0; i < len(k); i++ {
				if k[i] != 0 {
					s = append(s, k[i])
					continue
				}
				if i+1 >= len(k) {
					break
				}
				if k[i+1] == 0 {
					k, done = k[i+2:], true
					break
				}
				if k[i+1] != 0xff {
					return nil, fmt.Errorf("key text with an escape of unknown kind %d", k[i+1])
				}
				s = append(s, 0)
				i++
			}
			if !done {
				return nil, fmt.Errorf("key text without end")
			}
			out = append(out, string(s))
		case 2, 3:
			if len(k) < 8 {
				return nil, fmt.Errorf("key number cut short")
			}
			n := binary.BigEndian.Uint64(k)
			k = k[8:]
			if tag == 2 {
				out = append(out, int64(n^(1<<63)))
			} else {
				out = append(out, n)
			}
		default:
			return nil, fmt.Errorf("key part of unknown kind %d", tag)
		}
	}
	return out, nil
}

// begin is the length of the first n parts, -1 if there are not so many.
func (k Key) begin(n int) int {
	at := 0
	for ; n > 0; n-- {
		switch {
		case at < len(k) && k[at] == 1:
			// An escaped zero is followed by 0xff, never by the zero that ends a text.
			end := bytes.Index(k[at+1:], []byte{0, 0})
			if end < 0 {
				return -1
			}
			at += 1 + end + 2
		case at+9 <= len(k):
			at += 9
		default:
			return -1
		}
	}
	return at
}

// After returns the smallest key that sorts after every key beginning with k,
// or nil when there is none.
func (k Key) After() Key {
	for i := len(k) - 1; i >= 0; i-- {
		if k[i] != 0xff {
			end := append(Key(nil), k[:i+1]...)
			end[i]++
			return end
		}
	}
	return nil
}
