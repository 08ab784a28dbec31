package segment

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
)

// Position is the place of an event in the order of its group: by time, then by
// arrival. Both parts ascend.
type Position struct {
	Time int64 // milliseconds since 1970 UTC
	Ord  int64
}

// Compare orders positions.
func (p Position) Compare(o Position) int {
	if c := cmp.Compare(p.Time, o.Time); c != 0 {
		return c
	}
	return cmp.Compare(p.Ord, o.Ord)
}

// errPointer says that a text is no pointer.
var errPointer = errors.New("malformed event pointer")

// Pointer makes the opaque @ptr of an event. It names no account: the reader's
// own account is used, so that a pointer opens nothing to others.
func Pointer(k Key, p Position) string {
	b := binary.AppendVarint(nil, p.Time)
	b = binary.AppendVarint(b, p.Ord)
	b = append(b, k.Region...)
	b = append(b, 0)
	b = append(b, k.Group...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParsePointer reads what Pointer made, for the reader's account.
func ParsePointer(account, s string) (Key, Position, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return Key{}, Position{}, errPointer
	}
	t, n := binary.Varint(b)
	if n <= 0 {
		return Key{}, Position{}, errPointer
	}
	ord, m := binary.Varint(b[n:])
	if m <= 0 {
		return Key{}, Position{}, errPointer
	}
	region, group, ok := strings.Cut(string(b[n+m:]), "\x00")
	if !ok {
		return Key{}, Position{}, errPointer
	}
	return Key{account, region, group}, Position{t, ord}, nil
}
