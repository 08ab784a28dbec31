// Package archtest holds the shape of the repository as tests: which package
// may import which, that every package says what it is for, that generated code
// is in step with its source, and that the repository keeps its own rules.
package archtest
