package srp

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"math/big"
)

// Faults of the server's steps.
var (
	// ErrBadA reports an SRP_A that is no hexadecimal number between 1 and N−1.
	ErrBadA = errors.New("SRP_A is not a number of the group")
	// ErrBadState reports bytes that State.MarshalBinary did not write.
	ErrBadState = errors.New("not an SRP state")
	// ErrProof reports a claim that does not prove the password. It is the answer for every wrong claim.
	ErrProof = errors.New("password claim does not match")
)

// info separates the session key from other uses of the shared secret [Cognito].
const info = "Caldera Derived Key"

const keySize = 16

// Challenge is the server's first answer.
type Challenge struct {
	Salt  string // SALT, hexadecimal without leading zeros
	B     string // SRP_B, hexadecimal without leading zeros
	State State  // to be sealed into SECRET_BLOCK, or stored
}

// State is what the server must remember between its two steps. It holds the secret ephemeral, so it leaves the server sealed
// or not at all.
type State struct {
	a, b, bPub *big.Int
}

// Start makes the challenge for a client that sent srpA (SRP_A, hexadecimal). It costs one power of the generator.
func (gr *Group) Start(v Verifier, srpA string) (Challenge, error) {
	var raw [exponentBits / 8]byte
	rand.Read(raw[:])
	return gr.start(v, srpA, new(big.Int).SetBytes(raw[:]))
}

func (gr *Group) start(v Verifier, srpA string, b *big.Int) (Challenge, error) {
	a, ok := parseHex(srpA)
	// A multiple of N would make the shared secret zero whatever the password is. A number above N comes from no honest client.
	if !ok || a.Sign() == 0 || a.Cmp(gr.n) >= 0 {
		return Challenge{}, ErrBadA
	}
	vn, err := gr.number(v.V)
	if err != nil {
		return Challenge{}, err
	}
	pub := new(big.Int).Mul(gr.k, vn)
	pub.Add(pub, gr.power(b))
	pub.Rem(pub, gr.n)
	return Challenge{
		Salt:  new(big.Int).SetBytes(v.Salt).Text(16),
		B:     pub.Text(16),
		State: State{a: a, b: b, bPub: pub},
	}, nil
}

const (
	stateVersion = 1
	// StateSize is the length in bytes of a marshalled State.
	StateSize = 1 + exponentBits/8 + 2*Size
)

// MarshalBinary writes the state in StateSize bytes: a version byte, the ephemeral, A, B.
func (s State) MarshalBinary() ([]byte, error) {
	if s.a == nil || s.b == nil || s.bPub == nil || s.b.BitLen() > exponentBits {
		return nil, ErrBadState
	}
	out := make([]byte, StateSize)
	out[0] = stateVersion
	rest := out[1:]
	s.b.FillBytes(rest[:exponentBits/8])
	rest = rest[exponentBits/8:]
	s.a.FillBytes(rest[:Size])
	s.bPub.FillBytes(rest[Size:])
	return out, nil
}

// ParseState reads what MarshalBinary wrote.
func ParseState(b []byte) (State, error) {
	if len(b) != StateSize || b[0] != stateVersion {
		return State{}, ErrBadState
	}
	rest := b[1+exponentBits/8:]
	return State{
		b:    new(big.Int).SetBytes(b[1 : 1+exponentBits/8]),
		a:    new(big.Int).SetBytes(rest[:Size]),
		bPub: new(big.Int).SetBytes(rest[Size:]),
	}, nil
}

// Claim is the client's proof.
type Claim struct {
	PoolName    string // or the device group key
	UserID      string // USER_ID_FOR_SRP, or the device key
	SecretBlock []byte // the decoded SECRET_BLOCK as the client echoed it; the caller checks that it is the server's own
	Timestamp   string // TIMESTAMP letter for letter; the caller checks its age with ParseTimestamp
	Signature   string // PASSWORD_CLAIM_SIGNATURE, standard base64
}

// Verify checks a claim against the state of its first step and the verifier, which must be the one Start was given. Every
// wrong claim costs the same two exponentiations, also one whose signature is no base64, and gives ErrProof.
func (gr *Group) Verify(s State, v Verifier, c Claim) error {
	if s.a == nil || s.b == nil || s.bPub == nil {
		return ErrBadState
	}
	vn, err := gr.number(v.V)
	if err != nil {
		return err
	}
	u := hashInt(pad(s.a), pad(s.bPub))
	if u.Sign() == 0 || s.a.Sign() == 0 {
		return ErrProof
	}
	shared := new(big.Int).Exp(vn, u, gr.n)
	gr.mulMod(shared, shared, s.a)
	shared.Exp(shared, s.b, gr.n)
	want := signature(sessionKey(u, shared), c.PoolName, c.UserID, c.SecretBlock, c.Timestamp)
	got, err := base64.StdEncoding.DecodeString(c.Signature)
	if err != nil {
		got = nil
	}
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return ErrProof
	}
	return nil
}

func sessionKey(u, shared *big.Int) []byte {
	key, err := hkdf.Key(sha256.New, pad(shared), pad(u), info, keySize)
	if err != nil {
		panic("BUG: derive the SRP key: " + err.Error()) // only for an absurd size
	}
	return key
}

func signature(key []byte, poolName, userID string, secretBlock []byte, timestamp string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(poolName))
	h.Write([]byte(userID))
	h.Write(secretBlock)
	h.Write([]byte(timestamp))
	return h.Sum(nil)
}
