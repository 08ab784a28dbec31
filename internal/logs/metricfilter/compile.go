package metricfilter

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// program is a compiled filter.
type program struct {
	pattern    *pattern.Pattern
	value      *pattern.Selector
	dimensions []dimension
}

type dimension struct {
	name  string
	value *pattern.Selector
}

// compile checks the texts of a filter; its errors are refusals.
func compile(f *logs.Filter) (*program, error) {
	p, err := pattern.Parse(f.Pattern)
	if err != nil {
		return nil, logs.Invalid(err.Error())
	}
	out := &program{pattern: p}
	if out.value, err = p.Selector(f.Value); err != nil {
		return nil, logs.Invalid("Invalid metric transformation: invalid metric value '" + f.Value + "'") // (inferred)
	}
	for name, text := range f.Dimensions {
		sel, err := p.Selector(text)
		if err != nil || sel.Constant() {
			return nil, logs.Invalid("Invalid metric transformation: invalid dimension value '" + text + "'") // (inferred)
		}
		out.dimensions = append(out.dimensions, dimension{name, sel})
	}
	return out, nil
}

// maxCompiled bounds the cache of compiled filters.
const maxCompiled = 10_000

// program compiles a stored filter, once for its texts: a changed filter has
// other texts, so nothing ever needs to be thrown out for being old.
func (s *Service) program(f *logs.Filter) (*program, error) {
	var b strings.Builder
	for _, part := range []string{f.Pattern, f.Value} {
		b.WriteString(part)
		b.WriteByte(0)
	}
	for _, name := range sortedKeys(f.Dimensions) {
		b.WriteString(name)
		b.WriteByte(0)
		b.WriteString(f.Dimensions[name])
		b.WriteByte(0)
	}
	key := b.String()
	s.mu.Lock()
	p := s.compiled[key]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := compile(f)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.compiled == nil || len(s.compiled) >= maxCompiled {
		s.compiled = make(map[string]*program)
	}
	s.compiled[key] = p
	return p, nil
}
