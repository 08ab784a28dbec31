package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a pattern. [EventBridge: PutRule; the last two inferred]
const (
	MaxLength       = 4096 // bytes
	maxDepth        = 50
	maxAlternatives = 1000
)

// Pattern is a parsed event pattern.
type Pattern struct{ root *object }

// object is the fields that must match, and the alternatives of which one must.
type object struct {
	fields map[string]field
	or     []*object
}

// field is either nested fields or matchers of which one must match.
type field struct {
	nested   *object
	matchers []matcher
	absent   bool // {"exists": false} is among the matchers
}

// Parse reads a pattern. Its errors say what is wrong in words for the caller of PutRule.
func Parse(text string) (*Pattern, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("the pattern is longer than %d characters", MaxLength)
	}
	v, err := decode(text)
	if err != nil {
		return nil, err
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("the pattern is not a JSON object")
	}
	return Compile(fields)
}

// Compile makes a pattern of what encoding/json makes of its text with UseNumber, however long that was. It keeps nothing of fields.
func Compile(fields map[string]any) (*Pattern, error) {
	p := &parser{}
	root, err := p.object(fields, 0)
	if err != nil {
		return nil, err
	}
	return &Pattern{root}, nil
}

// decode reads one JSON value with its numbers as written.
func decode(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("the pattern is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the pattern is not one JSON value")
	}
	return v, nil
}

type parser struct{ alternatives int }

func (p *parser) object(fields map[string]any, depth int) (*object, error) {
	if depth > maxDepth {
		return nil, errors.New("the pattern is nested too deeply")
	}
	if len(fields) == 0 {
		return nil, errors.New("an object of the pattern is empty")
	}
	o := &object{fields: map[string]field{}}
	for name, v := range fields {
		list, isList := v.([]any)
		if name == "$or" && isList && objects(list) {
			for _, e := range list {
				if p.alternatives++; p.alternatives > maxAlternatives {
					return nil, fmt.Errorf("the pattern has more than %d alternatives", maxAlternatives)
				}
				alternative, err := p.object(e.(map[string]any), depth+1)
				if err != nil {
					return nil, err
				}
				o.or = append(o.or, alternative)
			}
			continue
		}
		f, err := p.field(name, v, depth)
		if err != nil {
			return nil, err
		}
		o.fields[name] = f
	}
	return o, nil
}

// objects tells an $or from a field of that name: two or more objects.
func objects(list []any) bool {
	for _, e := range list {
		if _, ok := e.(map[string]any); !ok {
			return false
		}
	}
	return len(list) > 1
}

func (p *parser) field(name string, v any, depth int) (field, error) {
	switch v := v.(type) {
	case map[string]any:
		o, err := p.object(v, depth+1)
		return field{nested: o}, err
	case []any:
		if len(v) == 0 {
			return field{}, fmt.Errorf("the list of %q is empty", name)
		}
		var f field
		for _, e := range v {
			m, absent, err := parseMatcher(e)
			if err != nil {
				return f, fmt.Errorf("%q: %w", name, err)
			}
			if absent {
				f.absent = true
				continue
			}
			f.matchers = append(f.matchers, m)
		}
		return f, nil
	}
	return field{}, fmt.Errorf("%q must be an object or an array", name)
}
