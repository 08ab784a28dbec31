package scalar

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// Parse reads the text of a scalar shape, as it stands in forms, XML, headers
// and queries. It answers ErrSyntax for text of another type and for text that
// is not UTF-8. Timestamps are read in any form.
func Parse(s string, sh *schema.Shape) (any, error) {
	switch sh.Kind {
	case schema.String, schema.Document:
		if !utf8.ValidString(s) {
			return nil, ErrSyntax
		}
		return s, nil
	case schema.Boolean:
		switch {
		case strings.EqualFold(s, "true"):
			return true, nil
		case strings.EqualFold(s, "false"):
			return false, nil
		}
	case schema.Integer:
		if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 32); err == nil {
			return n, nil
		}
	case schema.Long:
		if n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
			return n, nil
		}
	case schema.Float, schema.Double:
		if f, ok := Float(strings.TrimSpace(s)); ok {
			return f, nil
		}
	case schema.Blob:
		b, err := base64.StdEncoding.DecodeString(s)
		if err == nil {
			return b, nil
		}
	case schema.Timestamp:
		return asAny(Any(strings.TrimSpace(s)))
	}
	return nil, ErrSyntax
}

func asAny(t time.Time, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Float reads a decimal number or one of NaN, Infinity, -Infinity. Forms that
// only Go knows (hexadecimal, underscores, "inf") are refused.
func Float(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	case "":
		return 0, false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && !strings.ContainsRune("+-.eE", rune(c)) {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// AppendFloat prints a number as Java does for everyday values: 5.0, 0.25,
// 1.0E10 only where a plain form would be unreadable.
func AppendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(dst, f, 'E', -1, 64)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[from:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// Format is how a timestamp is printed.
type Format uint8

// Formats of timestamps.
const (
	ISOSeconds Format = iota // milliseconds only when there are any
	ISOMillis
	EpochSeconds
	HTTP
)

// FormatOf is the format of a member: its own, its shape's, or the default.
func FormatOf(m *schema.Member, def Format) Format {
	name := m.TimestampFormat
	if name == "" {
		name = m.Shape.TimestampFormat
	}
	switch name {
	case "iso8601":
		if def == ISOMillis {
			return ISOMillis
		}
		return ISOSeconds
	case "unixTimestamp":
		return EpochSeconds
	case "rfc822":
		return HTTP
	}
	return def
}

// Append prints a scalar value as text; def is the timestamp format of the place.
func Append(dst []byte, v any, m *schema.Member, def Format) []byte {
	switch x := v.(type) {
	case string:
		return append(dst, x...)
	case bool:
		return strconv.AppendBool(dst, x)
	case int64:
		return strconv.AppendInt(dst, x, 10)
	case float64:
		return AppendFloat(dst, x)
	case []byte:
		return base64.StdEncoding.AppendEncode(dst, x)
	case time.Time:
		switch FormatOf(m, def) {
		case ISOMillis:
			return AppendISO(dst, x, true)
		case EpochSeconds:
			return AppendEpoch(dst, x)
		case HTTP:
			return AppendHTTPDate(dst, x)
		default:
			return AppendISO(dst, x, false)
		}
	}
	return dst
}
