package insight

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/logs"
)

// tagSelector is one key of logGroupTags: groups whose tag has one of the values. A * in a value stands for any text, a !
// before it for groups whose tag is another. [CloudWatch Logs: SOURCE]
type tagSelector struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// readTags reads [{"key":"env","values":["prod","!dev*"]}]: keys are connected by and, values by or.
func readTags(raw string) ([]tagSelector, error) {
	var tags []tagSelector
	if json.Unmarshal([]byte(raw), &tags) != nil || len(tags) == 0 {
		return nil, sourceFault("Query cannot be compiled")
	}
	if len(tags) > maxTagKeys {
		return nil, sourceFault(fmt.Sprintf("SOURCE takes %d tag keys at most", maxTagKeys)) // (inferred)
	}
	for _, t := range tags {
		if t.Key == "" || len(t.Values) == 0 || len(t.Values) > maxTagValues {
			return nil, sourceFault(fmt.Sprintf("SOURCE takes a key with 1 to %d values", maxTagValues)) // (inferred)
		}
	}
	return tags, nil
}

// takes is false for groups without the tag, also of values with ! (inferred).
func (t tagSelector) takes(g *logs.Group) bool {
	have, ok := g.Tags[t.Key]
	if !ok {
		return false
	}
	for _, v := range t.Values {
		pattern, not := strings.CutPrefix(v, "!")
		if wildcard(pattern, have) != not {
			return true
		}
	}
	return false
}

// wildcard matches text against a pattern in which * stands for any text.
func wildcard(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || !strings.HasSuffix(text[len(first):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(text, p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return true
}
