// Package optest helps the tests of operations to compare what they answer.
package optest
