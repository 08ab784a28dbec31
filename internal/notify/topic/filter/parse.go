package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/eventbus/pattern"
)

// Scopes of a policy.
const (
	ByAttributes = "MessageAttributes" // the default
	ByBody       = "MessageBody"
)

// Limits of a policy. [SNS: filter policy constraints; the depth inferred]
const (
	MaxLength       = 256 << 10 // bytes
	maxKeys         = 5
	maxCombinations = 150
	maxNumber       = 1e9
	maxDepth        = 50
)

// Policy is a parsed filter policy. A nil Policy lets everything pass.
type Policy struct {
	pattern *pattern.Pattern
	body    bool
}

// Parse reads a policy of a scope, "" for the default. An empty text or object is no policy. Its errors are what SNS says after the words
// "Invalid parameter: ".
func Parse(text, scope string) (*Policy, error) {
	if text == "" {
		return nil, nil
	}
	fields, err := object([]byte(text))
	if err != nil || len(text) > MaxLength {
		return nil, errors.New("FilterPolicy: failed to parse JSON.")
	}
	if len(fields) == 0 {
		return nil, nil
	}
	c := &checker{flat: scope != ByBody, combinations: 1}
	if err := c.object(fields, 1); err != nil {
		return nil, err
	}
	if c.keys > maxKeys {
		return nil, fmt.Errorf("FilterPolicy: Filter policy can not have more than %d keys", maxKeys)
	}
	if c.combinations > maxCombinations {
		return nil, errors.New("FilterPolicy: Filter policy is too complex")
	}
	p, err := pattern.Compile(byValue(fields).(map[string]any))
	if err != nil {
		return nil, fmt.Errorf("FilterPolicy: %w", err) // the words are this server's own
	}
	return &Policy{p, scope == ByBody}, nil
}

// object reads one JSON object with its numbers as written.
func object(text []byte) (out map[string]any, err error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&out); err != nil || out == nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than a JSON object")
	}
	return out, nil
}

// byValue writes numbers so that equal ones are written the same.
func byValue(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(string(v))
	case []any:
		for i := range v {
			v[i] = byValue(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = byValue(v[k])
		}
	}
	return v
}

func number(text string) json.Number {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return json.Number(text)
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// checker says what SNS says about a policy.
type checker struct {
	flat         bool // no nested objects
	keys         int
	combinations int
}

func (c *checker) object(fields map[string]any, depth int) error {
	if depth > maxDepth {
		return errors.New("FilterPolicy: Filter policy is too complex")
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		switch v := fields[key].(type) {
		case map[string]any:
			if c.flat {
				return errors.New("Filter policy scope MessageAttributes does not support nested filter policy")
			}
			if err := c.object(v, depth+1); err != nil {
				return err
			}
		case []any:
			if key == "$or" && alternatives(v) {
				if err := c.or(v, depth); err != nil {
					return err
				}
				continue
			}
			if len(v) == 0 {
				return errors.New("FilterPolicy: Empty arrays are not allowed")
			}
			for _, value := range v {
				if err := match(value); err != nil {
					return err
				}
			}
			c.keys++
			c.combinations = min(c.combinations*len(v)*depth, maxCombinations+1)
		default:
			return fmt.Errorf("FilterPolicy: %q must be an object or an array", key)
		}
	}
	return nil
}

// or checks alternatives: their combinations add up, and each has keys of its own (inferred).
func (c *checker) or(list []any, depth int) error {
	sum, keys := 0, c.keys
	for _, e := range list {
		inner := &checker{flat: c.flat, combinations: 1}
		if err := inner.object(e.(map[string]any), depth); err != nil {
			return err
		}
		sum += inner.combinations
		c.keys = max(c.keys, keys+inner.keys)
	}
	c.combinations = min(c.combinations*sum, maxCombinations+1)
	return nil
}

// alternatives tells an $or from a key of that name: two or more objects that are no matchers.
func alternatives(list []any) bool {
	for _, e := range list {
		if _, ok := e.(map[string]any); !ok {
			return false
		}
	}
	return len(list) > 1
}

// match checks one element of a key's list.
func match(v any) error {
	switch v := v.(type) {
	case string, bool, nil:
		return nil
	case json.Number:
		if f, err := v.Float64(); err != nil || f >= maxNumber || f <= -maxNumber {
			return fmt.Errorf("FilterPolicy: Match value %s must be smaller than 1E9", v)
		}
		return nil
	case map[string]any:
		return operator(v)
	}
	return errors.New("FilterPolicy: Match value must be String, number, true, false, or null")
}

func operator(op map[string]any) error {
	if len(op) != 1 {
		return errors.New("FilterPolicy: Only one key allowed in match expression")
	}
	for name, arg := range op {
		switch name {
		case "exists":
			if _, ok := arg.(bool); !ok {
				return errors.New("FilterPolicy: exists match pattern must be either true or false.")
			}
		case "prefix", "suffix", "equals-ignore-case", "wildcard":
			if _, ok := arg.(string); !ok {
				return fmt.Errorf("FilterPolicy: %s match pattern must be a string", name)
			}
		case "cidr":
			if _, ok := arg.(string); !ok {
				return errors.New("FilterPolicy: prefix match pattern must be a string")
			}
		case "anything-but", "numeric": // by package pattern
		default:
			return fmt.Errorf("FilterPolicy: Unrecognized match type %s", name)
		}
	}
	return nil
}
