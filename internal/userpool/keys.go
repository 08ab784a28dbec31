package userpool

import (
	"context"
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
)

// signingKeys are a pool's sealed token keys.
type signingKeys struct {
	Account string
	Region  string
	Pool    PoolID
	Sealed  []byte
	// Certificate is that of the SAML key in DER, empty if the set has none.
	Certificate []byte `json:",omitempty"`
}

var keysTable = store.Table[signingKeys]{
	Name: "userpool.keys",
	Key:  func(k *signingKeys) store.Key { return store.K(k.Account, k.Region, string(k.Pool)) },
}

// keysPurpose is the vault's purpose of signing keys; the associated data is the pool's key.
const keysPurpose = "token keys"

// PutKeys seals and writes a new pool's signing keys, with a certificate of the SAML key.
func (r *Realm) PutKeys(tx store.Tx, p *Pool, ks *token.KeySet) error {
	raw, err := ks.Marshal()
	if err != nil {
		return fmt.Errorf("encode signing keys: %w", err)
	}
	row := &signingKeys{Account: p.Account, Region: p.Region, Pool: p.ID, Sealed: r.Vault.Seal(keysPurpose, raw, p.key())}
	made := value(p.Settings.CreationDate)
	row.Certificate, err = ks.Certificate(string(p.ID), made, made.AddDate(certificateYears, 0, 0))
	if err != nil && !errors.Is(err, token.ErrNoSAMLKey) {
		return err
	}
	if err := keysTable.Put(tx, row); err != nil {
		return fmt.Errorf("write signing keys: %w", err)
	}
	return nil
}

// Keys returns a pool's signing keys.
func (r *Realm) Keys(tx store.Tx, p *Pool) (*token.KeySet, error) {
	raw, err := tx.Get(keysTable.Name, p.key())
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	return r.keySets.get(string(p.ID), raw, func([]byte) (*token.KeySet, error) {
		row, err := keysTable.Get(tx, p.key())
		if err != nil {
			return nil, fmt.Errorf("read signing keys: %w", err)
		}
		plain, err := r.Vault.Open(keysPurpose, row.Sealed, p.key())
		if err != nil {
			return nil, fmt.Errorf("open signing keys: %w", err)
		}
		return token.ParseKeySet(plain)
	})
}

// certificateYears is how long a certificate is valid. [Cognito: SAML signing and encryption]
const certificateYears = 10

// SigningCertificate returns the certificate of a pool's SAML key in DER. A pool older than such keys gets one now, from source.
func (r *Realm) SigningCertificate(ctx context.Context, tx store.Tx, p *Pool, source KeySource) ([]byte, error) {
	row, err := keysTable.Get(tx, p.key())
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	if len(row.Certificate) > 0 {
		return row.Certificate, nil
	}
	ks, err := r.Keys(tx, p)
	if err != nil {
		return nil, err
	}
	fresh, err := source.Take(ctx)
	if err != nil {
		return nil, fmt.Errorf("take signing keys: %w", err)
	}
	if err := r.PutKeys(tx, p, ks.WithSAML(fresh)); err != nil {
		return nil, err
	}
	row, err = keysTable.Get(tx, p.key())
	if err != nil {
		return nil, fmt.Errorf("read signing keys: %w", err)
	}
	return row.Certificate, nil
}

// KeySource gives new signing keys. Making them takes a few hundred milliseconds, which no transaction should last.
type KeySource interface {
	// Take returns keys that nobody else has or will get.
	Take(ctx context.Context) (*token.KeySet, error)
}

// KeyReserve keeps a few key sets ready. Run fills it in the background; Take makes keys itself while it is empty.
type KeyReserve struct {
	ready chan *token.KeySet
	make  func() (*token.KeySet, error)
}

// NewKeyReserve returns a reserve of at most n key sets.
func NewKeyReserve(n int) *KeyReserve {
	return &KeyReserve{ready: make(chan *token.KeySet, n), make: token.GenerateKeySet}
}

// Run fills the reserve until ctx ends.
func (k *KeyReserve) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		ks, err := k.make()
		if err != nil {
			return fmt.Errorf("fill key reserve: %w", err)
		}
		select {
		case k.ready <- ks:
		case <-ctx.Done():
		}
	}
	return nil
}

// Take returns a ready key set or makes one.
func (k *KeyReserve) Take(ctx context.Context) (*token.KeySet, error) {
	select {
	case ks := <-k.ready:
		return ks, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.make()
}

// JWKS is the body of a pool's /.well-known/jwks.json, or store.ErrNotFound.
func (r *Realm) JWKS(tx store.Tx, poolID string) ([]byte, error) {
	p, err := r.AnyPool(tx, PoolID(poolID))
	if err != nil {
		return nil, err
	}
	ks, err := r.Keys(tx, p)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("user pool %s has no keys: %s", poolID, err) // not a missing pool
	}
	if err != nil {
		return nil, err
	}
	return ks.JWKS(), nil
}
