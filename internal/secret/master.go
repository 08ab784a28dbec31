package secret

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// maxKeyText bounds what is read from a file, a variable or a command before it is parsed, in bytes.
const maxKeyText = 1024

// ErrBadKey reports a master key that is not 32 bytes in base64 or hexadecimal. The text never shows the value.
var ErrBadKey = errors.New("master key must be 32 bytes in base64 or hexadecimal")

// MasterKey is the root of every derived key. It prints as a placeholder in every fmt verb.
type MasterKey struct {
	bytes [KeySize]byte
}

// GenerateMasterKey draws a new key from the system's random source.
func GenerateMasterKey() MasterKey {
	var k MasterKey
	rand.Read(k.bytes[:]) // never fails: crypto/rand ends the process instead
	return k
}

// ParseMasterKey reads 32 bytes written in hexadecimal (64 digits) or in base64 (standard or URL alphabet, padded or not).
// White space around the text is ignored. Any other text gives ErrBadKey.
func ParseMasterKey(text []byte) (MasterKey, error) {
	var k MasterKey
	text = bytes.TrimSpace(text)
	if len(text) == 0 || len(text) > maxKeyText {
		return k, ErrBadKey
	}
	if len(text) == hex.EncodedLen(KeySize) {
		if raw, err := hex.DecodeString(string(text)); err == nil {
			copy(k.bytes[:], raw)
			return k, k.reject()
		}
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		raw, err := enc.Strict().DecodeString(string(text))
		if err == nil && len(raw) == KeySize {
			copy(k.bytes[:], raw)
			return k, k.reject()
		}
	}
	return k, ErrBadKey
}

// reject refuses a key of one repeated byte: such a value is a placeholder left in a configuration, not a key.
func (k MasterKey) reject() error {
	for _, b := range k.bytes[1:] {
		if b != k.bytes[0] {
			return nil
		}
	}
	return fmt.Errorf("%w, and not one repeated byte", ErrBadKey)
}

// Text returns the key in base64, as the key file holds it. It is the only way to read a key out.
func (k MasterKey) Text() string {
	return base64.StdEncoding.EncodeToString(k.bytes[:])
}

// Format keeps a key out of logs, whatever verb is used.
func (k MasterKey) Format(f fmt.State, _ rune) {
	f.Write([]byte("secret.MasterKey(hidden)"))
}

// MarshalText refuses, so that a key never reaches an encoder by accident.
func (k MasterKey) MarshalText() ([]byte, error) {
	return nil, errors.New("a master key is not encodable")
}
