package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
)

// Faults of a Hasher.
var (
	// ErrMismatch reports a password that is not the hashed one.
	ErrMismatch = errors.New("password does not match")
	// ErrBadHash reports text that is no argon2id hash within the bounds this package computes.
	ErrBadHash = errors.New("not an argon2id hash")
	// ErrBusy reports that as many hashes wait as may; the caller answers "too many requests".
	ErrBusy = errors.New("too many passwords are being hashed")
)

// Params is the cost of a hash.
type Params struct {
	MemoryKiB uint32
	Passes    uint32
	Threads   uint8
}

// defaultParams: 19 MiB, two passes, one thread [OWASP password storage].
var defaultParams = Params{MemoryKiB: 19 << 10, Passes: 2, Threads: 1}

// DefaultParams returns the cost New uses when given none.
func DefaultParams() Params { return defaultParams }

const (
	saltSize = 16
	hashSize = 32

	// Bounds of costs read back from storage, so that a damaged row cannot take the machine.
	maxMemoryKiB = 256 << 10
	maxPasses    = 16
	maxThreads   = 16
	maxEncoded   = 256
)

// Hasher makes and checks argon2id hashes, a bounded number at a time. It is safe for concurrent use.
type Hasher struct {
	params  Params
	slots   chan struct{}
	waiting atomic.Int64
	maxWait int64
}

// NewHasher runs at most parallel hashes at once (memory is parallel × MemoryKiB for hashes of these params) and lets
// waiting more callers wait. Zero params mean DefaultParams.
func NewHasher(params Params, parallel, waiting int) (*Hasher, error) {
	if params == (Params{}) {
		params = defaultParams
	}
	if !params.valid() || parallel < 1 || waiting < 0 {
		return nil, fmt.Errorf("argon2id settings out of bounds: %+v, %d parallel, %d waiting", params, parallel, waiting)
	}
	return &Hasher{params: params, slots: make(chan struct{}, parallel), maxWait: int64(parallel + waiting)}, nil
}

func (p Params) valid() bool {
	return p.Threads >= 1 && p.Threads <= maxThreads && p.Passes >= 1 && p.Passes <= maxPasses &&
		p.MemoryKiB >= 8*uint32(p.Threads) && p.MemoryKiB <= maxMemoryKiB
}

// Hash returns the password's hash in the usual form $argon2id$v=19$m=…,t=…,p=…$salt$hash. It fails with ErrBusy or the
// context's error only.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sum, err := h.compute(ctx, password, salt, h.params, hashSize)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.params.MemoryKiB, h.params.Passes, h.params.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(sum)), nil
}

// Verify returns nil, ErrMismatch, ErrBadHash, ErrBusy or the context's error.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) error {
	params, salt, want, err := parse(encoded)
	if err != nil {
		return err
	}
	got, err := h.compute(ctx, password, salt, params, uint32(len(want)))
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return ErrMismatch
	}
	return nil
}

// VerifyUnknown does the work of Verify for a user who does not exist and returns ErrMismatch, ErrBusy or the context's error.
func (h *Hasher) VerifyUnknown(ctx context.Context, password string) error {
	if _, err := h.compute(ctx, password, make([]byte, saltSize), h.params, hashSize); err != nil {
		return err
	}
	return ErrMismatch
}

// NeedsRehash reports that a hash was made with another cost than this Hasher's, or is unreadable.
func (h *Hasher) NeedsRehash(encoded string) bool {
	params, _, _, err := parse(encoded)
	return err != nil || params != h.params
}

func (h *Hasher) compute(ctx context.Context, password string, salt []byte, p Params, size uint32) ([]byte, error) {
	if h.waiting.Add(1) > h.maxWait {
		h.waiting.Add(-1)
		return nil, ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Threads, size), nil
}

func parse(encoded string) (p Params, salt, sum []byte, err error) {
	if len(encoded) > maxEncoded {
		return p, nil, nil, ErrBadHash
	}
	f := strings.Split(encoded, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, nil, nil, ErrBadHash
	}
	costs := strings.Split(f[3], ",")
	if len(costs) != 3 {
		return p, nil, nil, ErrBadHash
	}
	var n [3]uint64
	for i, key := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(costs[i], key)
		if !ok {
			return p, nil, nil, ErrBadHash
		}
		if n[i], err = strconv.ParseUint(text, 10, 24); err != nil || n[i] > maxMemoryKiB {
			return p, nil, nil, ErrBadHash
		}
	}
	if n[2] > maxThreads {
		return p, nil, nil, ErrBadHash
	}
	p = Params{MemoryKiB: uint32(n[0]), Passes: uint32(n[1]), Threads: uint8(n[2])}
	b64 := base64.RawStdEncoding.Strict()
	salt, err1 := b64.DecodeString(f[4])
	sum, err2 := b64.DecodeString(f[5])
	if err1 != nil || err2 != nil || !p.valid() || len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 {
		return p, nil, nil, ErrBadHash
	}
	return p, salt, sum, nil
}
