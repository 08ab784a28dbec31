// Package totp makes and checks the codes of authenticator applications: RFC 6238 with SHA-1, six digits and steps of thirty
// seconds, which is what Cognito and every such application use.
//
// The package keeps nothing. Match tells which step a code is of; that a step is accepted once only, and that wrong codes are
// counted, belongs to the caller, who also keeps the secret.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"
)

const (
	// Digits is the length of a code.
	Digits = 6
	// Period is how long a code is shown.
	Period = 30 * time.Second
	// Window is how many steps before and after the present one are accepted, for clocks that are off and codes typed late.
	// [RFC 6238 section 5.2]
	Window = 1
	// SecretSize is in bytes; the text is 52 characters, as Cognito's.
	SecretSize = 32
)

// NewSecret draws a secret.
func NewSecret() []byte {
	secret := make([]byte, SecretSize)
	rand.Read(secret)
	return secret
}

// Text is the form in which an application takes a secret: base32 without padding. [RFC 4648 section 6]
func Text(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// Step is the number of the period a time falls into.
func Step(t time.Time) int64 { return t.Unix() / int64(Period/time.Second) }

// Code is the code of a step.
func Code(secret []byte, step int64) string { return hotp(secret, uint64(step), Digits) }

// hotp is RFC 4226 section 5.3.
func hotp(secret []byte, counter uint64, digits int) string {
	h := hmac.New(sha1.New, secret)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], counter)
	h.Write(b[:])
	sum := h.Sum(nil)
	at := sum[len(sum)-1] & 0x0f
	n := uint64(binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff)
	limit := uint64(1)
	for range digits {
		limit *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%limit)
}

// Match tells of which step within the window a code is; ok is false for any other text. It takes the same time whichever step
// matches, and if none does. Should two steps have the same code, it is of the later one.
func Match(secret []byte, code string, now time.Time) (step int64, ok bool) {
	at := Step(now)
	for i := int64(-Window); i <= Window; i++ {
		same := subtle.ConstantTimeCompare([]byte(Code(secret, at+i)), []byte(code))
		step = int64(subtle.ConstantTimeSelect(same, int(at+i), int(step)))
		ok = ok || same == 1
	}
	return step, ok
}
