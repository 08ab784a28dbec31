package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
)

// matcher tells whether one value of an event matches: a string, json.Number, bool or nil.
type matcher func(v any) bool

// any value that is there.
func present(any) bool { return true }

// parseMatcher reads one element of a field's list. absent is {"exists": false}.
func parseMatcher(e any) (m matcher, absent bool, err error) {
	op, ok := e.(map[string]any)
	if !ok {
		m, err := exact(e)
		return m, false, err
	}
	name, arg, err := single(op)
	if err != nil {
		return nil, false, err
	}
	if name == "exists" {
		yes, ok := arg.(bool)
		if !ok {
			return nil, false, errors.New("exists takes true or false")
		}
		return present, !yes, nil
	}
	m, err = parseOperator(name, arg)
	return m, false, err
}

func single(op map[string]any) (string, any, error) {
	if len(op) != 1 {
		return "", nil, errors.New("a matcher has exactly one operator")
	}
	for name, arg := range op {
		return name, arg, nil
	}
	return "", nil, nil
}

// exact compares text to the letter and numbers as they are written. [EventBridge: event patterns]
func exact(want any) (matcher, error) {
	switch want.(type) {
	case string, json.Number, bool, nil:
		return func(v any) bool { return v == want }, nil
	}
	return nil, errors.New("a list must not hold lists")
}

func parseOperator(name string, arg any) (matcher, error) {
	switch name {
	case "prefix", "suffix":
		return affix(name, arg)
	case "equals-ignore-case":
		want, ok := arg.(string)
		if !ok {
			return nil, errors.New("equals-ignore-case takes a string")
		}
		return ofText(func(s string) bool { return strings.EqualFold(s, want) }), nil
	case "wildcard":
		want, ok := arg.(string)
		if !ok {
			return nil, errors.New("wildcard takes a string")
		}
		return wildcard(want)
	case "anything-but":
		return anythingBut(arg)
	case "numeric":
		return numeric(arg)
	case "cidr":
		text, _ := arg.(string)
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, errors.New("cidr takes a range of addresses, like 10.0.0.0/24")
		}
		network = network.Masked()
		return ofText(func(s string) bool {
			a, err := netip.ParseAddr(s)
			return err == nil && network.Contains(a)
		}), nil
	}
	return nil, fmt.Errorf("the operator %q is not known", name)
}

func ofText(f func(string) bool) matcher {
	return func(v any) bool {
		s, ok := v.(string)
		return ok && f(s)
	}
}

// affix is prefix or suffix, of text or of {"equals-ignore-case": text}.
func affix(name string, arg any) (matcher, error) {
	fold := false
	if op, ok := arg.(map[string]any); ok {
		inner, text, err := single(op)
		if err != nil || inner != "equals-ignore-case" {
			return nil, fmt.Errorf("%s takes a string or equals-ignore-case", name)
		}
		arg, fold = text, true
	}
	want, ok := arg.(string)
	if !ok {
		return nil, fmt.Errorf("%s takes a string", name)
	}
	return ofText(func(s string) bool {
		if len(s) < len(want) {
			return false
		}
		part := s[:len(want)]
		if name == "suffix" {
			part = s[len(s)-len(want):]
		}
		return part == want || fold && strings.EqualFold(part, want)
	}), nil
}

// wildcard compares with a text in which * stands for any characters; \* and \\ stand for * and \.
func wildcard(text string) (matcher, error) {
	pieces := []string{""}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && i+1 < len(text) && (text[i+1] == '*' || text[i+1] == '\\'):
			i++
			pieces[len(pieces)-1] += text[i : i+1]
		case c == '\\':
			return nil, errors.New(`wildcard has a \ that escapes nothing`)
		case c == '*' && i > 0 && text[i-1] == '*' && len(pieces) > 1 && pieces[len(pieces)-1] == "":
			return nil, errors.New("wildcard has ** in it")
		case c == '*':
			pieces = append(pieces, "")
		default:
			pieces[len(pieces)-1] += text[i : i+1]
		}
	}
	return ofText(func(s string) bool { return glob(pieces, s) }), nil
}

// glob takes each piece at its first place; that finds a match if there is one.
func glob(pieces []string, s string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(pieces) == 1 {
		return s == first
	}
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, p := range pieces[1 : len(pieces)-1] {
		_, after, ok := strings.Cut(s, p)
		if !ok {
			return false
		}
		s = after
	}
	return true
}

// anythingBut matches a value that is there and none of the given.
func anythingBut(arg any) (matcher, error) {
	var not []matcher
	switch arg := arg.(type) {
	case map[string]any:
		name, inner, err := single(arg)
		if err != nil {
			return nil, err
		}
		switch name {
		case "prefix", "suffix", "equals-ignore-case", "wildcard":
		default:
			return nil, fmt.Errorf("anything-but does not take %q", name)
		}
		list, ok := inner.([]any)
		if !ok {
			list = []any{inner}
		}
		for _, e := range list {
			m, err := parseOperator(name, e)
			if err != nil {
				return nil, err
			}
			not = append(not, m)
		}
	case []any:
		for _, e := range arg {
			m, err := exact(e)
			if err != nil {
				return nil, err
			}
			not = append(not, m)
		}
	default:
		m, err := exact(arg)
		if err != nil {
			return nil, err
		}
		not = []matcher{m}
	}
	if len(not) == 0 {
		return nil, errors.New("anything-but takes at least one value")
	}
	return func(v any) bool {
		for _, m := range not {
			if m(v) {
				return false
			}
		}
		return true
	}, nil
}

// numeric takes one or two comparisons: ["=", 1], [">", 0, "<=", 5].
func numeric(arg any) (matcher, error) {
	list, _ := arg.([]any)
	if len(list) != 2 && len(list) != 4 {
		return nil, errors.New("numeric takes one comparison or two")
	}
	low, high := math.Inf(-1), math.Inf(1)
	lowOpen, highOpen := false, false
	for i := 0; i < len(list); i += 2 {
		op, _ := list[i].(string)
		number, _ := list[i+1].(json.Number)
		n, err := number.Float64()
		if err != nil {
			return nil, errors.New("numeric takes numbers")
		}
		switch {
		case op == "=" && len(list) == 2:
			low, high = n, n
		case op == ">" || op == ">=":
			if !math.IsInf(low, -1) {
				return nil, errors.New("numeric has two lower bounds")
			}
			low, lowOpen = n, op == ">"
		case op == "<" || op == "<=":
			if !math.IsInf(high, 1) {
				return nil, errors.New("numeric has two upper bounds")
			}
			high, highOpen = n, op == "<"
		default:
			return nil, fmt.Errorf("numeric does not take %q here", op)
		}
	}
	if low > high {
		return nil, errors.New("numeric has its bounds the wrong way round")
	}
	return func(v any) bool {
		number, ok := v.(json.Number)
		if !ok {
			return false
		}
		n, err := number.Float64()
		return err == nil && (n > low || n == low && !lowOpen) && (n < high || n == high && !highOpen)
	}, nil
}
