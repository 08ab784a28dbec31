package fn

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var encoding = []*Func{
	text1("urlencode", func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }),
	partial("urldecode", func(s string) (string, bool) {
		d, err := url.QueryUnescape(s)
		return d, err == nil
	}),
	text1("base64encode", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	partial("base64decode", func(s string) (string, bool) {
		d, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			d, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
		}
		return string(d), err == nil
	}),
	partial("hexToAscii", func(s string) (string, bool) {
		d, err := hex.DecodeString(strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X"))
		return string(d), err == nil
	}),
	{Name: "hexToDec", Args: []Arg{Text}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, neg := strings.CutPrefix(strings.ToLower(str(a[0])), "-")
		n, err := strconv.ParseInt(strings.TrimPrefix(s, "0x"), 16, 64)
		if err != nil || n < 0 {
			return value.Value{}
		}
		if neg {
			n = -n
		}
		return value.OfInt(n)
	}},
	{Name: "decToHex", Args: []Arg{Num}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		f := math.Trunc(num(a[0]))
		if math.Abs(f) >= 1<<63 {
			return value.Value{}
		}
		if f < 0 {
			return value.OfString("-0x" + strconv.FormatInt(int64(-f), 16))
		}
		return value.OfString("0x" + strconv.FormatInt(int64(f), 16))
	}},
	// md5 is offered because the language has it; nothing here relies on its strength.
	text1("md5", func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }),
	text1("sha256", func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }),
}

func partial(name string, f func(string) (string, bool)) *Func {
	return &Func{Name: name, Args: []Arg{Text}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok := f(str(a[0]))
		if !ok {
			return value.Value{}
		}
		return value.OfString(s)
	}}
}
