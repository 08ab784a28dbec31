package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// Faults of a Vault. None of them says which part of a value was wrong.
var (
	// ErrOpen reports a value that is not what Seal made for this purpose and associated data: damaged, moved, forged.
	ErrOpen = errors.New("sealed value cannot be opened")
	// ErrUnknownKey reports a value sealed under a master key this Vault does not hold.
	ErrUnknownKey = errors.New("sealed under an unknown master key")
	// ErrWrongKey reports that the stored check value belongs to another master key.
	ErrWrongKey = errors.New("wrong master key")
)

const (
	sealVersion = 1
	idSize      = 8
	nonceSize   = 24 // 12 bytes choose the value's own key, 12 are GCM's nonce
	tagSize     = 16
	headerSize  = 1 + idSize + nonceSize

	// Overhead is how many bytes Seal adds to a plaintext.
	Overhead = headerSize + tagSize

	// maxSubkeys bounds the cache of derived keys. Purposes are constants of the program; beyond the bound keys are derived
	// anew each time.
	maxSubkeys = 256
)

// Vault seals and opens values and makes keyed hashes. It is safe for concurrent use.
type Vault struct {
	keys []*ring // current first, never empty
}

// ring is one master key with what was derived from it.
type ring struct {
	id     [idSize]byte
	master MasterKey

	mu      sync.RWMutex
	sealers map[string]*xaes
	macs    map[string][]byte
}

// NewVault makes a Vault that seals with current and also opens what the retired keys sealed.
func NewVault(current MasterKey, retired ...MasterKey) *Vault {
	v := &Vault{}
	for _, k := range append([]MasterKey{current}, retired...) {
		r := &ring{master: k, sealers: map[string]*xaes{}, macs: map[string][]byte{}}
		copy(r.id[:], r.derive("id", "", idSize))
		v.keys = append(v.keys, r)
	}
	return v
}

// KeyID is the check value of the current master key: 16 hexadecimal digits that reveal nothing about the key. A server
// stores it with its data and compares it at start.
func (v *Vault) KeyID() string {
	return hex.EncodeToString(v.keys[0].id[:])
}

// CheckKey compares a stored KeyID with the keys of this Vault. It returns nil for the current key or a retired one, and
// ErrWrongKey otherwise.
func (v *Vault) CheckKey(stored string) error {
	for _, r := range v.keys {
		if hex.EncodeToString(r.id[:]) == stored {
			return nil
		}
	}
	return fmt.Errorf("%w: the data was sealed with key %q, this server holds %q", ErrWrongKey, clip(stored), v.KeyID())
}

func clip(s string) string {
	if len(s) > 2*idSize {
		return s[:2*idSize]
	}
	return s
}

// SealedWith returns the KeyID named by a sealed value, so that a rotation can find what still needs resealing.
func SealedWith(sealed []byte) (string, error) {
	if len(sealed) < Overhead || sealed[0] != sealVersion {
		return "", ErrOpen
	}
	return hex.EncodeToString(sealed[1 : 1+idSize]), nil
}

// Seal encrypts and authenticates plaintext for one purpose (a constant of the caller, such as "totp seed") and one owner
// (aad, the full key of the row). The result is Overhead bytes longer. Neither argument is kept.
func (v *Vault) Seal(purpose string, plaintext, aad []byte) []byte {
	r := v.keys[0]
	out := make([]byte, headerSize, Overhead+len(plaintext))
	out[0] = sealVersion
	copy(out[1:], r.id[:])
	nonce := out[1+idSize : headerSize]
	rand.Read(nonce) // never fails: crypto/rand ends the process instead
	return r.sealer(purpose).seal(out, nonce, plaintext, bind(out[:1+idSize], purpose, aad))
}

// Open reverses Seal. It fails with ErrUnknownKey for a value of a key not held, and with ErrOpen for everything else.
func (v *Vault) Open(purpose string, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealVersion {
		return nil, ErrOpen
	}
	for _, r := range v.keys {
		if string(r.id[:]) != string(sealed[1:1+idSize]) {
			continue
		}
		plain, err := r.sealer(purpose).open(sealed[1+idSize:headerSize], sealed[headerSize:], bind(sealed[:1+idSize], purpose, aad))
		if err != nil {
			return nil, ErrOpen
		}
		return plain, nil
	}
	return nil, ErrUnknownKey
}

// bind joins header, purpose and owner so that no two different triples give the same bytes.
func bind(header []byte, purpose string, aad []byte) []byte {
	b := make([]byte, 0, len(header)+8+len(purpose)+len(aad))
	b = append(b, header...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(purpose)))
	b = append(b, purpose...)
	return append(b, aad...)
}

// MAC is a keyed hash (HMAC-SHA256 under a key of its own per purpose) of the parts, each with its length, so that moving a
// byte from one part to the next changes the result. It is what is stored of codes and refresh tokens.
func (v *Vault) MAC(purpose string, data ...[]byte) [32]byte {
	return v.keys[0].mac(purpose, data)
}

// MACs is MAC under every key held, the current one first: the rows to look for while a rotation is under way.
func (v *Vault) MACs(purpose string, data ...[]byte) [][32]byte {
	sums := make([][32]byte, len(v.keys))
	for i, r := range v.keys {
		sums[i] = r.mac(purpose, data)
	}
	return sums
}

// CheckMAC reports in constant time whether sum is the keyed hash of data under any key held.
func (v *Vault) CheckMAC(purpose string, sum [32]byte, data ...[]byte) bool {
	ok := false
	for _, r := range v.keys {
		want := r.mac(purpose, data)
		if hmac.Equal(want[:], sum[:]) {
			ok = true
		}
	}
	return ok
}

func (r *ring) mac(purpose string, data [][]byte) (sum [32]byte) {
	h := hmac.New(sha256.New, r.macKey(purpose))
	var length [8]byte
	for _, part := range data {
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	h.Sum(sum[:0])
	return sum
}

func (r *ring) macKey(purpose string) []byte {
	r.mu.RLock()
	k, ok := r.macs[purpose]
	r.mu.RUnlock()
	if ok {
		return k
	}
	k = r.derive("mac", purpose, KeySize)
	r.mu.Lock()
	if len(r.macs) < maxSubkeys {
		r.macs[purpose] = k
	}
	r.mu.Unlock()
	return k
}

func (r *ring) sealer(purpose string) *xaes {
	r.mu.RLock()
	x, ok := r.sealers[purpose]
	r.mu.RUnlock()
	if ok {
		return x
	}
	x = newXAES(r.derive("seal", purpose, KeySize))
	r.mu.Lock()
	if len(r.sealers) < maxSubkeys {
		r.sealers[purpose] = x
	}
	r.mu.Unlock()
	return x
}

// derive makes the subkey of one use and purpose. No use contains a slash, so the two cannot run into each other.
func (r *ring) derive(use, purpose string, size int) []byte {
	k, err := hkdf.Key(sha256.New, r.master.bytes[:], nil, "cogtrail/v1/"+use+"/"+purpose, size)
	if err != nil {
		panic("BUG: derive a subkey: " + err.Error()) // only for an absurd size
	}
	return k
}
