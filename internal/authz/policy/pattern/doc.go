// Package pattern owns the text patterns of policies: wildcards, policy variables, and the way actions, resources and principals
// are compared with them.
//
// A Pattern is parsed once with its policy and matched many times. Three kinds of text meet in it and are kept apart: literal text,
// the wildcards '*' and '?' that the policy's author wrote, and values put in for ${variables}. A value is always literal: a user
// called "*" does not match everything. Inside, wildcards are the bytes 0xFF and 0xFE, which no UTF-8 text holds; a value
// that does hold them is treated as missing.
//
// Matching takes linear time, except that a run with '?' between two stars may take run × text steps; without variables it takes
// no memory.
package pattern
