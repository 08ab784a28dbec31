package object

import (
	"strings"
	"time"
)

// conditions are the conditional headers of a read.
type conditions struct {
	match, noneMatch    *string
	modified, unchanged *time.Time // If-Modified-Since, If-Unmodified-Since
}

// check holds a read to its conditions in RFC 9110's order: a true If-Match
// makes If-Unmodified-Since void, a false If-None-Match makes If-Modified-Since
// void.
func (x conditions) check(o *Object) error {
	modified := seconds(o.Modified)
	switch {
	case x.match != nil:
		if !matches(*x.match, o.ETag) {
			return preconditionFailed("If-Match")
		}
	case x.unchanged != nil && modified.After(*x.unchanged):
		return preconditionFailed("If-Unmodified-Since")
	}
	switch {
	case x.noneMatch != nil:
		if matches(*x.noneMatch, o.ETag) {
			return notModified()
		}
	case x.modified != nil && !modified.After(*x.modified):
		return notModified()
	}
	return nil
}

// matches tells whether a list of entity tags, or *, holds etag. Clients send
// tags with and without quotes.
func matches(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.Trim(strings.TrimPrefix(tag, "W/"), `"`) == etag {
			return true
		}
	}
	return false
}
