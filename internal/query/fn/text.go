package fn

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var text = []*Func{
	{Name: "isempty", Args: []Arg{Any}, Min: 1, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok := a[0].Display()
		return value.OfBool(!ok || s == "")
	}},
	{Name: "isblank", Args: []Arg{Any}, Min: 1, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok := a[0].Display()
		return value.OfBool(!ok || strings.TrimSpace(s) == "")
	}},
	{Name: "concat", Args: []Arg{Text}, Min: 1, Variadic: true, Result: value.String, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		var b strings.Builder
		for _, v := range a { // a missing part adds nothing (inferred)
			if b.WriteString(str(v)); b.Len() > MaxText {
				return value.Value{}
			}
		}
		return value.OfString(b.String())
	}},
	trimmer("trim", strings.Trim, strings.TrimSpace),
	trimmer("ltrim", strings.TrimLeft, func(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) }),
	trimmer("rtrim", strings.TrimRight, func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) }),
	{Name: "strlen", Args: []Arg{Text}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfInt(int64(utf8.RuneCountInString(str(a[0]))))
	}},
	text1("toupper", strings.ToUpper),
	text1("tolower", strings.ToLower),
	{Name: "substr", Args: []Arg{Text, Num, Num}, Min: 2, Result: value.String, Eval: substr},
	{Name: "replace", Args: []Arg{Text, Text, Text}, Min: 3, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, search, repl := str(a[0]), str(a[1]), str(a[2])
		if search == "" {
			return a[0]
		}
		if n := strings.Count(s, search); len(s)+n*(len(repl)-len(search)) > MaxText {
			return value.Value{}
		}
		return value.OfString(strings.ReplaceAll(s, search, repl))
	}},
	{Name: "strcontains", Args: []Arg{Text, Text, Any}, Min: 2, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok1 := a[0].Text()
		t, ok2 := a[1].Text()
		if len(a) == 3 && a[2].Truth() {
			s, t = strings.ToLower(s), strings.ToLower(t)
		}
		return value.OfBool(ok1 && ok2 && strings.Contains(s, t))
	}},
	affix("startsWith", strings.HasPrefix),
	affix("endsWith", strings.HasSuffix),
	{Name: "regexReplace", Aliases: []string{"regex_replace"}, Args: []Arg{Text, Pattern, Text}, Min: 3, Result: value.String,
		Prepare: func(c []Const) (Body, error) {
			re := c[1].Regexp
			if re == nil {
				return nil, fmt.Errorf("regexReplace needs a constant regular expression")
			}
			return func(_ *Ctx, a []value.Value) value.Value {
				return regexReplace(re, str(a[0]), str(a[2]))
			}, nil
		}},
	{Name: "split", Args: []Arg{Text, Text}, Min: 2, Result: value.List, Eval: func(_ *Ctx, a []value.Value) value.Value {
		out := []byte{'['}
		for i, p := range strings.SplitN(str(a[0]), str(a[1]), maxSplit) {
			if i > 0 {
				out = append(out, ',')
			}
			out = gjson.AppendJSONString(out, p)
		}
		return value.OfList(string(append(out, ']')))
	}},
}

// MaxText is the largest text in bytes that an expression may make; larger results are null. Without it, a few nested
// functions could turn one event into gigabytes.
const MaxText = 4 << 20

// regexReplace is ReplaceAllString with a bound.
func regexReplace(re *regexp.Regexp, s, repl string) value.Value {
	var out []byte
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		out = append(out, s[last:m[0]]...)
		if out = re.ExpandString(out, repl, s, m); len(out) > MaxText {
			return value.Value{}
		}
		last = m[1]
	}
	return value.OfString(string(out) + s[last:])
}

// maxSplit bounds the elements that split makes; the last one holds the rest.
const maxSplit = 10000

func text1(name string, f func(string) string) *Func {
	return &Func{Name: name, Args: []Arg{Text}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		return value.OfString(f(str(a[0])))
	}}
}

func trimmer(name string, chars func(s, cut string) string, space func(string) string) *Func {
	return &Func{Name: name, Args: []Arg{Text, Text}, Min: 1, Result: value.String, Eval: func(_ *Ctx, a []value.Value) value.Value {
		if len(a) == 2 {
			return value.OfString(chars(str(a[0]), str(a[1])))
		}
		return value.OfString(space(str(a[0])))
	}}
}

func affix(name string, f func(s, t string) bool) *Func {
	return &Func{Name: name, Args: []Arg{Text, Text}, Min: 2, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok1 := a[0].Text()
		t, ok2 := a[1].Text()
		return value.OfBool(ok1 && ok2 && f(s, t))
	}}
}

// substr counts code points from 0; what lies outside the text is left out (inferred).
func substr(_ *Ctx, a []value.Value) value.Value {
	s := str(a[0])
	start := int(min(max(num(a[1]), 0), 1<<30))
	length := 1 << 30
	if len(a) == 3 {
		length = int(min(max(num(a[2]), 0), 1<<30))
	}
	from, to, n := len(s), len(s), 0
	for i := range s {
		if n == start {
			from = i
		}
		if n == start+length {
			to = i
			break
		}
		n++
	}
	if from > to {
		return value.OfString("")
	}
	return value.OfString(s[from:to])
}
