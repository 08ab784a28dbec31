package json

import (
	stdjson "encoding/json"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/wire/internal/fault"
)

// capital lists framework errors whose text stands in Message, as against the
// services' own message.
var capital = map[string]bool{"SerializationException": true, "AccessDeniedException": true}

// AppendError writes an error's body: its type if one is given, its message and
// its further members.
func AppendError(dst []byte, typ string, e *schema.Error) ([]byte, error) {
	dst = append(dst, '{')
	key := func(name string) {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, name), ':')
	}
	if typ != "" {
		key("__type")
		dst = AppendString(dst, typ)
	}
	if e.Message != "" {
		if capital[e.Code] {
			key("Message")
		} else {
			key("message")
		}
		dst = AppendString(dst, e.Message)
	}
	for _, name := range fault.Members(e) {
		raw, err := stdjson.Marshal(e.Members[name])
		if err != nil {
			return nil, fmt.Errorf("encode error member %s: %w", name, err)
		}
		key(name)
		dst = append(dst, raw...)
	}
	return append(dst, '}'), nil
}
