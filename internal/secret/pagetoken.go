package secret

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// MaxToken is the longest token OpenToken looks at, in characters; SealToken's callers keep positions far below it.
const MaxToken = 8 << 10

var tokenText = base64.RawURLEncoding.Strict()

// SealToken wraps a position in a list, or any other short state a client carries back, as URL-safe text. The text opens only
// with the same purpose and the same binding: for page tokens the caller's identity and the query without its page. Two tokens
// of the same position differ.
func (v *Vault) SealToken(purpose string, plaintext []byte, binding ...string) string {
	return tokenText.EncodeToString(v.Seal(tokenPurpose(purpose), plaintext, bindingHash(binding)))
}

// OpenToken reverses SealToken. Anything else, whatever it is, gives ErrOpen or ErrUnknownKey.
func (v *Vault) OpenToken(purpose, token string, binding ...string) ([]byte, error) {
	if len(token) > MaxToken {
		return nil, ErrOpen
	}
	for i := range len(token) {
		// The decoder skips line breaks; a token has one spelling only.
		if token[i] == '\n' || token[i] == '\r' {
			return nil, ErrOpen
		}
	}
	sealed, err := tokenText.DecodeString(token)
	if err != nil {
		return nil, ErrOpen
	}
	return v.Open(tokenPurpose(purpose), sealed, bindingHash(binding))
}

// tokenPurpose keeps tokens, which anyone may send, apart from values in the database.
func tokenPurpose(purpose string) string { return "token/" + purpose }

func bindingHash(binding []string) []byte {
	h := sha256.New()
	var length [8]byte
	for _, b := range binding {
		binary.BigEndian.PutUint64(length[:], uint64(len(b)))
		h.Write(length[:])
		h.Write([]byte(b))
	}
	return h.Sum(nil)
}
