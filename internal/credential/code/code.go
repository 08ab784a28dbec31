// Package code makes and checks the short numeric codes sent by e-mail and SMS.
//
// A code leaves the server once, in its message; what is stored is a keyed hash bound to its purpose and owner, so a stolen
// database does not tell codes although there are only a million of them, and a code of one user, pool or purpose is worth
// nothing for another. Expiry, single use and the count of attempts belong to the caller.
package code

import (
	"crypto/rand"
	"math/big"
	"strings"
)

// Digits is the length of Cognito's confirmation codes.
const Digits = 6

// Bounds of NewDigits.
const (
	minDigits = 4
	maxDigits = 12
)

// Keyed is a keyed hash with a key of its own per purpose, such as a secret.Vault. CheckMAC compares in constant time and may
// accept sums of retired keys.
type Keyed interface {
	MAC(purpose string, data ...[]byte) [32]byte
	CheckMAC(purpose string, sum [32]byte, data ...[]byte) bool
}

// New draws a code of six digits, each of the million equally likely.
func New() string { return NewDigits(Digits) }

// NewDigits draws a code of n digits. It panics if n is not between 4 and 12: the length is a constant of the program.
func NewDigits(n int) string {
	if n < minDigits || n > maxDigits {
		panic("BUG: length of a code")
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	i, err := rand.Int(rand.Reader, limit) // draws again instead of reducing: no bias
	if err != nil {
		panic("BUG: system random source: " + err.Error()) // it never fails
	}
	s := i.String()
	return strings.Repeat("0", n-len(s)) + s
}

// Hash is what is stored of a code. The purpose is a constant such as "sign-up"; the owner is the full key of whom it was
// sent to, including the pool.
func Hash(k Keyed, purpose, owner, code string) [32]byte {
	return k.MAC("code/"+purpose, []byte(owner), []byte(code))
}

// Match reports in constant time whether code is the one behind sum. White space around what the user typed is ignored; a text
// that is no code is refused after the same hash.
func Match(k Keyed, purpose, owner string, sum [32]byte, code string) bool {
	code = strings.TrimSpace(code)
	if len(code) > maxDigits {
		code = code[:maxDigits+1] // can match nothing; bounds the work
	}
	return k.CheckMAC("code/"+purpose, sum, []byte(owner), []byte(code))
}
