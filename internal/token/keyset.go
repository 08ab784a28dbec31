package token

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"
)

const (
	keyBits    = 2048
	maxRetired = 8
	setVersion = 1
)

// ErrBadKeySet reports bytes that Marshal did not write.
var ErrBadKeySet = errors.New("not a token key set")

// KeySet is the keys of one pool: one signs ID tokens, another access tokens, as Cognito has it, a third what is said to SAML
// identity providers. Retired public keys stay published while their tokens live.
type KeySet struct {
	id, access *signer
	saml       *rsa.PrivateKey // nil in sets made before there was one
	retired    []retiredKey    // newest first
	byKid      map[string]*rsa.PublicKey
}

type signer struct {
	key    *rsa.PrivateKey
	kid    string
	header string // encoded, with its dot
}

type retiredKey struct {
	kid   string
	key   *rsa.PublicKey
	until time.Time
}

// GenerateKeySet makes three new keys, which takes a few hundred milliseconds.
func GenerateKeySet() (*KeySet, error) {
	var keys [3]*rsa.PrivateKey
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			return nil, fmt.Errorf("generate a token key: %w", err)
		}
		keys[i] = key
	}
	return newKeySet(newSigner(keys[0]), newSigner(keys[1]), keys[2], nil), nil
}

func newKeySet(id, access *signer, saml *rsa.PrivateKey, retired []retiredKey) *KeySet {
	ks := &KeySet{id: id, access: access, saml: saml, retired: retired, byKid: map[string]*rsa.PublicKey{}}
	for _, r := range retired {
		ks.byKid[r.kid] = r.key
	}
	ks.byKid[id.kid] = &id.key.PublicKey
	ks.byKid[access.kid] = &access.key.PublicKey
	return ks
}

func newSigner(key *rsa.PrivateKey) *signer {
	kid := keyID(&key.PublicKey)
	h := append([]byte(`{"kid":`), appendString(nil, kid)...)
	h = append(h, `,"alg":"RS256"}`...)
	return &signer{key: key, kid: kid, header: base64.RawURLEncoding.EncodeToString(h) + "."}
}

// keyID is the key's thumbprint [RFC 7638] in standard base64: 44 characters, as Cognito's are.
func keyID(k *rsa.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"e":"` + exponent(k) + `","kty":"RSA","n":"` + modulus(k) + `"}`))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func modulus(k *rsa.PublicKey) string { return base64.RawURLEncoding.EncodeToString(k.N.Bytes()) }

func exponent(k *rsa.PublicKey) string {
	return base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.E)).Bytes())
}

// Key returns the public key of a kid, nil if the set has none. Its signature is what Verify takes.
func (ks *KeySet) Key(kid string) *rsa.PublicKey { return ks.byKid[kid] }

// KeyIDs returns the kid of ID tokens and of access tokens.
func (ks *KeySet) KeyIDs() (id, access string) { return ks.id.kid, ks.access.kid }

// JWKS is the body of /.well-known/jwks.json: members in Cognito's order, signing keys first, then the retired ones.
func (ks *KeySet) JWKS() []byte {
	out := []byte(`{"keys":[`)
	add := func(kid string, k *rsa.PublicKey) {
		if out[len(out)-1] == '}' {
			out = append(out, ',')
		}
		// Every value is base64, so nothing needs escaping.
		out = append(out, `{"alg":"RS256","e":"`+exponent(k)+`","kid":"`+kid+`","kty":"RSA","n":"`+modulus(k)+`","use":"sig"}`...)
	}
	add(ks.id.kid, &ks.id.key.PublicKey)
	add(ks.access.kid, &ks.access.key.PublicKey)
	for _, r := range ks.retired {
		add(r.kid, r.key)
	}
	return append(out, `]}`...)
}

// Rotate returns a set with two new token keys in which the present ones are retired: published and accepted until the given time,
// which should be the longest life of a token from now. The SAML key stays, since identity providers know it. At most eight retired keys are kept, and none that is over at now.
func (ks *KeySet) Rotate(now, until time.Time) (*KeySet, error) {
	next, err := GenerateKeySet()
	if err != nil {
		return nil, err
	}
	retired := []retiredKey{
		{ks.id.kid, &ks.id.key.PublicKey, until},
		{ks.access.kid, &ks.access.key.PublicKey, until},
	}
	for _, r := range ks.retired {
		if r.until.After(now) && len(retired) < maxRetired {
			retired = append(retired, r)
		}
	}
	return newKeySet(next.id, next.access, ks.saml, retired), nil
}

// stored is the marshalled form. Private keys are PKCS #8, public ones PKIX.
type stored struct {
	Version int             `json:"v"`
	ID      []byte          `json:"id"`
	Access  []byte          `json:"access"`
	SAML    []byte          `json:"saml,omitempty"`
	Retired []storedRetired `json:"retired,omitempty"`
}

type storedRetired struct {
	Key   []byte `json:"key"`
	Until int64  `json:"until"`
}

// Marshal writes the set with its private keys. The caller seals the result before it goes anywhere.
func (ks *KeySet) Marshal() ([]byte, error) {
	out := stored{Version: setVersion}
	var err error
	if out.ID, err = x509.MarshalPKCS8PrivateKey(ks.id.key); err != nil {
		return nil, fmt.Errorf("token key of ID tokens: %w", err)
	}
	if out.Access, err = x509.MarshalPKCS8PrivateKey(ks.access.key); err != nil {
		return nil, fmt.Errorf("token key of access tokens: %w", err)
	}
	if ks.saml != nil {
		if out.SAML, err = x509.MarshalPKCS8PrivateKey(ks.saml); err != nil {
			return nil, fmt.Errorf("saml key: %w", err)
		}
	}
	for _, r := range ks.retired {
		der, err := x509.MarshalPKIXPublicKey(r.key)
		if err != nil {
			return nil, fmt.Errorf("retired token key: %w", err)
		}
		out.Retired = append(out.Retired, storedRetired{der, r.until.Unix()})
	}
	return json.Marshal(out)
}

// ParseKeySet reads what Marshal wrote. Callers keep the set: parsing prepares the keys, which costs far more than a lookup.
func ParseKeySet(b []byte) (*KeySet, error) {
	var in stored
	if err := json.Unmarshal(b, &in); err != nil || in.Version != setVersion || len(in.Retired) > maxRetired {
		return nil, ErrBadKeySet // no cause: the bytes are secret
	}
	id, err := parseSigner(in.ID)
	if err != nil {
		return nil, err
	}
	access, err := parseSigner(in.Access)
	if err != nil {
		return nil, err
	}
	var saml *rsa.PrivateKey
	if len(in.SAML) > 0 {
		if saml, err = parsePrivate(in.SAML); err != nil {
			return nil, err
		}
	}
	var retired []retiredKey
	for _, r := range in.Retired {
		key, err := x509.ParsePKIXPublicKey(r.Key)
		pub, ok := key.(*rsa.PublicKey)
		if err != nil || !ok {
			return nil, ErrBadKeySet
		}
		retired = append(retired, retiredKey{keyID(pub), pub, time.Unix(r.Until, 0)})
	}
	return newKeySet(id, access, saml, retired), nil
}

func parseSigner(der []byte) (*signer, error) {
	k, err := parsePrivate(der)
	if err != nil {
		return nil, err
	}
	return newSigner(k), nil
}

func parsePrivate(der []byte) (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, ErrBadKeySet
	}
	k, ok := key.(*rsa.PrivateKey)
	if !ok || k.N.BitLen() != keyBits {
		return nil, ErrBadKeySet
	}
	return k, nil
}

// seal encodes and signs a payload.
func (s *signer) seal(payload []byte) (string, error) {
	out := unsigned(s.header, payload)
	sum := sha256.Sum256(out)
	sig, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign token: %w", err)
	}
	out = append(out, '.')
	return string(base64.RawURLEncoding.AppendEncode(out, sig)), nil
}

// unsigned joins header and payload, with room for the signature.
func unsigned(header string, payload []byte) []byte {
	out := make([]byte, 0, len(header)+(len(payload)+keyBits/8)*4/3+8)
	return base64.RawURLEncoding.AppendEncode(append(out, header...), payload)
}
