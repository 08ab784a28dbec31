package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// MaxLength is the longest document IAM takes, in bytes.
	MaxLength = 131072
	// MaxDepth is how deep JSON may nest; a policy needs five.
	MaxDepth = 8
)

// node is a JSON value that remembers the order of members and where it stands.
type node struct {
	kind       byte // '{', '[', 's' string, 'n' number, 'b' bool, '0' null
	text       string
	members    []member
	items      []node
	start, end int64
}

type member struct {
	name  string
	value node
}

// decode reads one JSON value and nothing else. Repeated members are refused: readers differ in which of them counts.
func decode(text string) (node, int64, error) {
	if len(text) > MaxLength {
		return node{}, -1, fmt.Errorf("document of %d bytes", len(text))
	}
	if !utf8.ValidString(text) {
		return node{}, -1, fmt.Errorf("document is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	n, err := decodeValue(d, 0)
	if err != nil {
		return node{}, d.InputOffset(), err
	}
	if _, err := d.Token(); err != io.EOF {
		return node{}, d.InputOffset(), fmt.Errorf("more text after the document")
	}
	return n, 0, nil
}

func decodeValue(d *json.Decoder, depth int) (node, error) {
	if depth > MaxDepth {
		return node{}, fmt.Errorf("nested deeper than %d", MaxDepth)
	}
	tok, err := d.Token()
	if err != nil {
		return node{}, err
	}
	n := node{start: d.InputOffset(), kind: '0'}
	switch v := tok.(type) {
	case string:
		n.kind, n.text = 's', v
	case json.Number:
		n.kind, n.text = 'n', v.String()
	case bool:
		n.kind, n.text = 'b', "false"
		if v {
			n.text = "true"
		}
	case json.Delim:
		n.kind = byte(v)
		n.start--
		seen := make(map[string]bool)
		for d.More() {
			if v == '[' {
				item, err := decodeValue(d, depth+1)
				if err != nil {
					return node{}, err
				}
				n.items = append(n.items, item)
				continue
			}
			key, err := d.Token()
			if err != nil {
				return node{}, err
			}
			name, _ := key.(string)
			if seen[name] {
				return node{}, duplicateError(name)
			}
			seen[name] = true
			value, err := decodeValue(d, depth+1)
			if err != nil {
				return node{}, err
			}
			n.members = append(n.members, member{name, value})
		}
		if _, err := d.Token(); err != nil {
			return node{}, err
		}
	}
	n.end = d.InputOffset()
	return n, nil
}

// duplicateError names a repeated member: correct JSON, but no policy.
type duplicateError string

func (e duplicateError) Error() string { return "member " + string(e) + " is repeated" }

// texts reads a string or an array of strings.
func (n *node) texts() ([]string, bool) {
	if n.kind == 's' {
		return []string{n.text}, true
	}
	if n.kind != '[' {
		return nil, false
	}
	out := make([]string, 0, len(n.items))
	for _, i := range n.items {
		if i.kind != 's' {
			return nil, false
		}
		out = append(out, i.text)
	}
	return out, true
}

// scalars reads what a condition may hold: strings, numbers, booleans, one or an array of them.
func (n *node) scalars() ([]string, bool) {
	one := func(n *node) bool { return n.kind == 's' || n.kind == 'n' || n.kind == 'b' }
	if one(n) {
		return []string{n.text}, true
	}
	if n.kind != '[' {
		return nil, false
	}
	out := make([]string, 0, len(n.items))
	for i := range n.items {
		if !one(&n.items[i]) {
			return nil, false
		}
		out = append(out, n.items[i].text)
	}
	return out, true
}
