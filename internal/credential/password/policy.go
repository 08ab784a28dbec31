package password

import (
	"strings"
	"unicode/utf16"
)

// Limits of Cognito's password policy, in characters.
const (
	DefaultMinimumLength = 8
	MaxLength            = 256
)

// symbols are the characters that count as symbols; a space counts when it is neither first nor last [Cognito: password policy].
const symbols = "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`=+"

// Policy is a pool's password policy. The zero value asks for nothing but DefaultMinimumLength.
type Policy struct {
	MinimumLength    int // characters; zero means DefaultMinimumLength
	RequireUppercase bool
	RequireLowercase bool
	RequireNumbers   bool
	RequireSymbols   bool
}

// Reason is the end of Cognito's sentence about a password that breaks the policy.
type Reason string

// Cognito's reasons.
const (
	NotLongEnough Reason = "Password not long enough"
	NoUppercase   Reason = "Password must have uppercase characters"
	NoLowercase   Reason = "Password must have lowercase characters"
	NoNumber      Reason = "Password must have numeric characters"
	NoSymbol      Reason = "Password must have symbol characters"
	TooLong       Reason = "Password too long" // (inferred); the API's own length check comes first
)

// PolicyError says which rule a password breaks. It never holds the password.
type PolicyError struct {
	Reason Reason
}

// Error is the message of InvalidPasswordException, letter for letter.
func (e *PolicyError) Error() string {
	return "Password did not conform with policy: " + string(e.Reason)
}

// Check returns nil or a *PolicyError with the first broken rule: length, then upper case, lower case, number, symbol
// (order inferred). Letters and digits are those of ASCII; length counts UTF-16 units, as Java does (inferred).
func (p Policy) Check(password string) error {
	length := len(utf16.Encode([]rune(password)))
	switch {
	case length < p.minimum():
		return &PolicyError{NotLongEnough}
	case length > MaxLength:
		return &PolicyError{TooLong}
	}
	var upper, lower, number, symbol bool
	for i, r := range password {
		switch {
		case 'A' <= r && r <= 'Z':
			upper = true
		case 'a' <= r && r <= 'z':
			lower = true
		case '0' <= r && r <= '9':
			number = true
		case r == ' ':
			symbol = symbol || i > 0 && i < len(password)-1
		case strings.ContainsRune(symbols, r):
			symbol = true
		}
	}
	switch {
	case p.RequireUppercase && !upper:
		return &PolicyError{NoUppercase}
	case p.RequireLowercase && !lower:
		return &PolicyError{NoLowercase}
	case p.RequireNumbers && !number:
		return &PolicyError{NoNumber}
	case p.RequireSymbols && !symbol:
		return &PolicyError{NoSymbol}
	}
	return nil
}

func (p Policy) minimum() int {
	if p.MinimumLength <= 0 {
		return DefaultMinimumLength
	}
	return min(p.MinimumLength, MaxLength)
}
