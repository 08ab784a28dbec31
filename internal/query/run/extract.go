package run

import (
	"encoding/csv"
	"encoding/xml"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// extract compiles parse: a hidden slot does the work once per row, the aliases read its parts.
func (p *program) extract(cmd *syntax.Extract) {
	var src eval
	if cmd.Source == nil {
		src = p.field([]string{block.Message})
	} else {
		src = p.expr(cmd.Source)
	}
	if cmd.Form == syntax.Logfmt {
		p.define(cmd.Aliases[0].Name(), func() value.Value {
			s, ok := src().Text()
			if !ok {
				return value.Value{}
			}
			return logfmt(s)
		})
		return
	}
	names := cmd.Names()
	parts := make([]value.Value, len(names))
	var split func(s string, out []value.Value) bool
	switch cmd.Form {
	case syntax.Glob:
		split = globber(cmd.Pattern)
	case syntax.RegexForm:
		re, err := regexp.Compile(cmd.Pattern)
		if err != nil {
			p.fail("compile regular expression: %w", err)
			return
		}
		groups := groupIndexes(re, names, len(cmd.Aliases) > 0)
		if cmd.Multi {
			p.extractAll(src, re, groups, names)
			return
		}
		split = func(s string, out []value.Value) bool {
			m := re.FindStringSubmatchIndex(s)
			if m == nil {
				return false
			}
			takeGroups(s, m, groups, out)
			return true
		}
	case syntax.CSV:
		split = func(s string, out []value.Value) bool {
			r := csv.NewReader(strings.NewReader(s))
			r.LazyQuotes = true
			rec, err := r.Read()
			if err != nil {
				return false
			}
			for i := range out {
				if i < len(rec) {
					out[i] = value.OfString(rec[i])
				}
			}
			return true
		}
	case syntax.XML:
		path := strings.Split(strings.Trim(cmd.Pattern, "/"), "/")
		split = func(s string, out []value.Value) bool {
			t, ok := xmlText(s, path)
			if ok {
				out[0] = value.OfString(t)
			}
			return ok
		}
	case syntax.JSON:
		path := value.NewPath(strings.Split(cmd.Pattern, "."))
		split = func(s string, out []value.Value) bool {
			j := value.ParseJSON(s)
			if j.IsNull() {
				return false
			}
			out[0] = path.Any(j.Raw())
			return true
		}
	}
	work := p.read(p.slot(func() value.Value {
		clear(parts)
		s, ok := src().Text()
		if ok && !split(s, parts) {
			clear(parts)
		}
		return value.Value{}
	}))
	for i, n := range names {
		p.define(n, func() value.Value {
			work()
			return parts[i]
		})
	}
}

// extractAll is parse … multi: one row per match, one row without the fields if there is none.
func (p *program) extractAll(src eval, re *regexp.Regexp, groups []int, names []string) {
	e := p.e
	first := len(e.slots)
	slots := make([]int, len(names))
	for i, n := range names {
		slots[i] = p.define(n, nil)
	}
	parts := make([]value.Value, len(names))
	p.ops = append(p.ops, op{each: func(next func()) {
		s, _ := src().Text()
		matches := re.FindAllStringSubmatchIndex(s, maxMatches)
		if len(matches) == 0 {
			for _, i := range slots {
				e.set(i, value.Value{})
			}
			next()
			return
		}
		for _, m := range matches {
			if p.stopped() {
				return
			}
			clear(parts)
			takeGroups(s, m, groups, parts)
			p.forget(first)
			for i, slot := range slots {
				e.set(slot, parts[i])
			}
			next()
		}
	}})
}

// maxMatches bounds the rows that parse … multi makes of one event.
const maxMatches = 10000

// groupIndexes finds the groups of the names; aliases name the groups in order.
func groupIndexes(re *regexp.Regexp, names []string, aliases bool) []int {
	out := make([]int, len(names))
	for i, n := range names {
		if aliases {
			out[i] = i + 1
		} else {
			out[i] = re.SubexpIndex(n)
		}
	}
	return out
}

func takeGroups(s string, m, groups []int, out []value.Value) {
	for i, g := range groups {
		if m[2*g] >= 0 {
			out[i] = value.OfString(s[m[2*g]:m[2*g+1]])
		}
	}
}

// globber compiles a pattern in which * matches as little as possible; the last * at the end takes the rest.
func globber(pattern string) func(string, []value.Value) bool {
	lit := strings.Split(pattern, "*")
	return func(s string, out []value.Value) bool {
		at := strings.Index(s, lit[0])
		if at < 0 {
			return false
		}
		s = s[at+len(lit[0]):]
		for i, l := range lit[1:] {
			if l == "" && i == len(out)-1 {
				out[i] = value.OfString(s)
				return true
			}
			n := strings.Index(s, l)
			if n < 0 {
				return false
			}
			out[i] = value.OfString(s[:n])
			s = s[n+len(l):]
		}
		return true
	}
}

// logfmt reads key=value pairs, values perhaps quoted, into a map.
func logfmt(s string) value.Value {
	out := []byte{'{'}
	for len(s) > 0 {
		s = strings.TrimLeft(s, " \t\r\n")
		end := strings.IndexAny(s, "= \t\r\n")
		if end < 0 || s[end] != '=' {
			if end < 0 {
				break
			}
			s = s[end:]
			continue
		}
		key := s[:end]
		s = s[end+1:]
		var val string
		if strings.HasPrefix(s, `"`) {
			n := 1
			for n < len(s) && s[n] != '"' {
				if s[n] == '\\' {
					n++
				}
				n++
			}
			n = min(n, len(s))
			val = strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\n`, "\n").Replace(s[1:max(n, 1)])
			s = s[min(n+1, len(s)):]
		} else {
			n := strings.IndexAny(s, " \t\r\n")
			if n < 0 {
				n = len(s)
			}
			val, s = s[:n], s[n:]
		}
		if key == "" {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = gjson.AppendJSONString(out, key)
		out = append(out, ':')
		out = gjson.AppendJSONString(out, val)
	}
	if len(out) == 1 {
		return value.Value{}
	}
	return value.OfMap(string(append(out, '}')))
}

// xmlText is the text of the first element at the path.
func xmlText(s string, path []string) (string, bool) {
	d := xml.NewDecoder(strings.NewReader(s))
	d.Strict = false
	depth, matched := 0, 0
	var b strings.Builder
	for {
		t, err := d.Token()
		if err != nil {
			return "", false
		}
		switch t := t.(type) {
		case xml.StartElement:
			if matched == depth && matched < len(path) && t.Name.Local == path[matched] {
				matched++
			}
			depth++
		case xml.CharData:
			if matched == len(path) && depth == matched {
				b.Write(t)
			}
		case xml.EndElement:
			if matched == len(path) && depth == matched {
				return strings.TrimSpace(b.String()), true
			}
			depth--
			matched = min(matched, depth)
		}
	}
}
