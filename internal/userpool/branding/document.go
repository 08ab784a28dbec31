package branding

import (
	"bytes"
	"encoding/json"
)

// Bounds of a settings document.
const (
	maxDepth = 32
	maxNodes = 20_000
)

// sections are the members a settings document may have. [Cognito: branding designer and customizing managed login]
var sections = map[string]bool{"categories": true, "componentClasses": true, "components": true}

// checkDocument checks that a settings document is an object of the known sections, each an object, not too deep. What is in them
// is for the pages to read or to leave.
func checkDocument(raw []byte) error {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(raw, &top); err != nil || top == nil {
		return badSettings()
	}
	for name, section := range top {
		if !sections[name] || !bytes.HasPrefix(bytes.TrimSpace(section), []byte("{")) {
			return badSettings()
		}
	}
	depth, nodes := 0, 0
	dec := json.NewDecoder(bytes.NewReader(raw))
	for {
		t, err := dec.Token()
		if err != nil {
			return nil // the end: it was valid above
		}
		if nodes++; nodes > maxNodes {
			return badSettings()
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > maxDepth {
				return badSettings()
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
}
