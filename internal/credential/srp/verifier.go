package srp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
)

// SaltSize is the length in bytes of the salts made here.
const SaltSize = 16

// maxSaltSize bounds salts that devices choose, in bytes.
const maxSaltSize = 64

// ErrBadVerifier reports stored or submitted bytes that are no usable verifier.
var ErrBadVerifier = errors.New("not an SRP verifier")

// Verifier is what is kept of a password. It lets its holder test guesses and impersonate the server, so it is stored sealed.
type Verifier struct {
	Salt []byte // hashed and sent as a number: leading zero bytes carry no meaning
	V    []byte // g^x mod N, Size bytes, big-endian
}

// NewVerifier makes the verifier of a password with a fresh salt. The user id is the stored user name (USER_ID_FOR_SRP), never
// an alias; the pool name is the part of the pool id after the underscore.
func (gr *Group) NewVerifier(poolName, userID, password string) Verifier {
	salt := make([]byte, SaltSize)
	rand.Read(salt)
	return gr.VerifierWithSalt(salt, poolName, userID, password)
}

// VerifierWithSalt is NewVerifier with a given salt, for vectors and imports.
func (gr *Group) VerifierWithSalt(salt []byte, poolName, userID, password string) Verifier {
	v := gr.power(secretExponent(salt, poolName, userID, password))
	return Verifier{Salt: salt, V: v.FillBytes(make([]byte, Size))}
}

// CheckPassword reports in constant time whether password is the one v was made from. It costs one power of the generator,
// and the same for a fake verifier.
func (gr *Group) CheckPassword(v Verifier, poolName, userID, password string) bool {
	got := gr.power(secretExponent(v.Salt, poolName, userID, password))
	want, err := gr.number(v.V)
	if err != nil {
		return false
	}
	return equal(got, want)
}

func secretExponent(salt []byte, poolName, userID, password string) *big.Int {
	h := sha256.New()
	h.Write([]byte(poolName))
	h.Write([]byte(userID))
	h.Write([]byte(":"))
	h.Write([]byte(password))
	return hashInt(pad(new(big.Int).SetBytes(salt)), h.Sum(nil))
}

// number reads a full-width number and refuses those with a trivial discrete logarithm (0, 1, N−1) or not below N.
func (gr *Group) number(b []byte) (*big.Int, error) {
	if len(b) != Size {
		return nil, ErrBadVerifier
	}
	v := new(big.Int).SetBytes(b)
	if v.Cmp(gr.one) <= 0 || v.Cmp(gr.nMinus1) >= 0 {
		return nil, ErrBadVerifier
	}
	return v, nil
}

const verifierVersion = 1

// MarshalBinary writes the verifier for sealing: a version byte, V at full width, the salt.
func (v Verifier) MarshalBinary() ([]byte, error) {
	if len(v.V) != Size || len(v.Salt) == 0 || len(v.Salt) > maxSaltSize {
		return nil, ErrBadVerifier
	}
	out := make([]byte, 0, 1+Size+len(v.Salt))
	out = append(out, verifierVersion)
	out = append(out, v.V...)
	return append(out, v.Salt...), nil
}

// ParseVerifier reads what MarshalBinary wrote.
func ParseVerifier(b []byte) (Verifier, error) {
	if len(b) <= 1+Size || len(b) > 1+Size+maxSaltSize || b[0] != verifierVersion {
		return Verifier{}, ErrBadVerifier
	}
	b = append([]byte(nil), b...)
	return Verifier{V: b[1 : 1+Size : 1+Size], Salt: b[1+Size:]}, nil
}

// ParseDeviceVerifier reads ConfirmDevice's DeviceSecretVerifierConfig: both members are standard base64 of padded numbers.
func (gr *Group) ParseDeviceVerifier(passwordVerifier, salt string) (Verifier, error) {
	if len(passwordVerifier) > 2*Size || len(salt) > 2*maxSaltSize {
		return Verifier{}, fmt.Errorf("device verifier too long: %w", ErrBadVerifier)
	}
	v, err := base64.StdEncoding.DecodeString(passwordVerifier)
	if err != nil {
		return Verifier{}, fmt.Errorf("device verifier: %w", ErrBadVerifier)
	}
	s, err := base64.StdEncoding.DecodeString(salt)
	if err != nil || len(s) == 0 || len(s) > maxSaltSize {
		return Verifier{}, fmt.Errorf("device salt: %w", ErrBadVerifier)
	}
	n := new(big.Int).SetBytes(v)
	if n.BitLen() > 8*Size {
		return Verifier{}, fmt.Errorf("device verifier too long: %w", ErrBadVerifier)
	}
	out := Verifier{Salt: s, V: n.FillBytes(make([]byte, Size))}
	if _, err := gr.number(out.V); err != nil {
		return Verifier{}, fmt.Errorf("device verifier: %w", err)
	}
	return out, nil
}
