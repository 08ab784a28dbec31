package condition

import (
	"maps"
	"slices"
	"strings"
)

// Context is what is known of a request, by condition key. Keys compare without regard to case. The zero value is empty and ready
// for use; it is not safe for concurrent writing.
type Context struct{ m map[string][]string }

// Of makes a context from plain keys and values.
func Of(m map[string][]string) Context {
	var c Context
	for k, v := range m {
		c.Set(k, v...)
	}
	return c
}

// Set replaces a key's values. Without values the key becomes absent.
func (c *Context) Set(key string, values ...string) {
	key = strings.ToLower(key)
	if len(values) == 0 {
		delete(c.m, key)
		return
	}
	if c.m == nil {
		c.m = make(map[string][]string)
	}
	c.m[key] = values
}

// SetDefault is Set for a key that is absent.
func (c *Context) SetDefault(key string, values ...string) {
	if c.Get(key) == nil {
		c.Set(key, values...)
	}
}

// Get gives a key's values, nil if it is absent. The caller must not change them.
func (c Context) Get(key string) []string { return c.m[strings.ToLower(key)] }

// Variable gives the value of a key that has exactly one: others cannot be policy variables. key is lower-case.
func (c Context) Variable(key string) (string, bool) {
	if v := c.m[key]; len(v) == 1 {
		return v[0], true
	}
	return "", false
}

// Keys lists the keys in lower case, sorted.
func (c Context) Keys() []string { return slices.Sorted(maps.Keys(c.m)) }

// Clone copies the context, so that a change of the copy does not show in c.
func (c Context) Clone() Context { return Context{maps.Clone(c.m)} }
