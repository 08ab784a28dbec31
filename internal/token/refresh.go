package token

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// A refresh token looks like the encrypted token Cognito gives, part by part, and is random text: there is nothing in it to
// decrypt or to forge, only a text to find by its keyed hash.
const refreshHeader = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ"

// refreshParts are the sizes in bytes of encrypted key, nonce, text and tag: about 1.7 kB together.
var refreshParts = [...]int{256, 12, refreshLongest, 16}

const refreshLongest = 936

// MAC is a keyed hash with a key of its own per purpose, such as a secret.Vault.
type MAC interface {
	MAC(purpose string, data ...[]byte) [32]byte
}

// HandlePurpose names the keyed hash of handles of refresh tokens, RotationPurpose that of keys for NextRefresh.
const (
	HandlePurpose   = "refresh token handle"
	RotationPurpose = "refresh token rotation"
)

// RefreshPurpose names the keyed hash of refresh tokens.
const RefreshPurpose = "refresh token"

// NewRefresh makes a refresh token of more than nine thousand random bits.
func NewRefresh() string {
	var raw [refreshLongest]byte
	b := append(make([]byte, 0, 2048), refreshHeader...)
	for _, size := range refreshParts {
		rand.Read(raw[:size])
		b = base64.RawURLEncoding.AppendEncode(append(b, '.'), raw[:size])
	}
	return string(b)
}

// RefreshHandle is the part that a refresh token shares with those that follow it by rotation. The token must have passed
// CheckRefresh.
func RefreshHandle(token string) string {
	return token[len(refreshHeader)+1:][:base64.RawURLEncoding.EncodedLen(refreshParts[0])]
}

// NextRefresh is the refresh token that follows another: with its handle, and for the rest what the key yields. The same key
// yields the same token, so that it need not be stored to be given a second time.
func NextRefresh(handle string, key [32]byte) string {
	rest := 0
	for _, size := range refreshParts[1:] {
		rest += size
	}
	raw, err := hkdf.Expand(sha256.New, key[:], "refresh token", rest)
	if err != nil {
		panic(fmt.Sprintf("BUG: expand to %d bytes: %v", rest, err))
	}
	var b strings.Builder
	b.WriteString(refreshHeader)
	b.WriteByte('.')
	b.WriteString(handle)
	for _, size := range refreshParts[1:] {
		b.WriteByte('.')
		b.WriteString(base64.RawURLEncoding.EncodeToString(raw[:size]))
		raw = raw[size:]
	}
	return b.String()
}

// CheckRefresh returns ErrMalformed for a text that NewRefresh cannot have made, before anything is hashed or looked up.
func CheckRefresh(token string) error {
	rest, ok := strings.CutPrefix(token, refreshHeader)
	if !ok || len(token) > MaxSize {
		return ErrMalformed
	}
	for _, size := range refreshParts {
		n := base64.RawURLEncoding.EncodedLen(size) + 1
		if len(rest) < n || rest[0] != '.' {
			return ErrMalformed
		}
		if _, err := decode(rest[1:n]); err != nil {
			return ErrMalformed
		}
		rest = rest[n:]
	}
	if rest != "" {
		return ErrMalformed
	}
	return nil
}

// RefreshHash is what is stored of a refresh token and what it is found by. It covers the whole text. During a rotation of the
// master key, look for every sum of Vault.MACs(RefreshPurpose, []byte(token)).
func RefreshHash(mac MAC, token string) [32]byte {
	return mac.MAC(RefreshPurpose, []byte(token))
}
