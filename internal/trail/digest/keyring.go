package digest

import (
	"crypto/md5" // AWS's fingerprint of public keys is an MD5; nothing relies on it
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Validity of a signing key; the public half is listed for ever.
const Validity = 30 * 24 * time.Hour

const purpose = "trail.digest-key"

// Vault seals private keys.
type Vault interface {
	Seal(purpose string, plaintext, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, error)
}

// keyRow is one key of an account and Region.
type keyRow struct {
	Account, Region, Fingerprint string
	Public                       []byte // PKCS#1 RSAPublicKey, DER
	Sealed                       []byte // PKCS#1 RSAPrivateKey, DER, sealed
	From, To                     time.Time
}

var keys = store.Table[keyRow]{Name: "trail.keys", Key: func(k *keyRow) store.Key { return store.K(k.Account, k.Region, k.From.UnixNano()) }}

// Keyring keeps the keys and answers ListPublicKeys.
type Keyring struct{ Vault Vault }

var _ cloudtrail.KeyAPI = (*Keyring)(nil)

// Key is a key ready to sign.
type Key struct {
	Fingerprint string
	Private     *rsa.PrivateKey
}

// Ensure makes a key for the call's account and Region if none is valid.
func (r *Keyring) Ensure(c *op.Call) error {
	_, err := r.current(c.Tx, c.Account, c.Region, c.Now)
	return err
}

// Current returns the key to sign with at a time, making one if needed.
func (r *Keyring) Current(tx store.Tx, account, region string, now time.Time) (*Key, error) {
	k, err := r.current(tx, account, region, now)
	if err != nil {
		return nil, err
	}
	der, err := r.Vault.Open(purpose, k.Sealed, []byte(k.Fingerprint))
	if err != nil {
		return nil, fmt.Errorf("open digest key: %w", err)
	}
	private, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse digest key: %w", err)
	}
	return &Key{k.Fingerprint, private}, nil
}

func (r *Keyring) current(tx store.Tx, account, region string, now time.Time) (*keyRow, error) {
	var newest *keyRow
	for k, err := range keys.Scan(tx, store.K(account, region), nil) {
		if err != nil {
			return nil, err
		}
		if !now.Before(k.From) && now.Before(k.To) {
			newest = k
		}
	}
	if newest != nil {
		return newest, nil
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make digest key: %w", err)
	}
	public := x509.MarshalPKCS1PublicKey(&private.PublicKey)
	sum := md5.Sum(public)
	k := &keyRow{Account: account, Region: region, Fingerprint: hex.EncodeToString(sum[:]), Public: public, From: now.Truncate(time.Second), To: now.Truncate(time.Second).Add(Validity)}
	k.Sealed = r.Vault.Seal(purpose, x509.MarshalPKCS1PrivateKey(private), []byte(k.Fingerprint))
	return k, keys.Insert(tx, k)
}

// ListPublicKeys lists the keys that were valid, or may have signed a digest,
// within the range; without a range, those valid now.
func (r *Keyring) ListPublicKeys(c *op.Call, in *cloudtrail.ListPublicKeysInput) (*cloudtrail.ListPublicKeysOutput, error) {
	from, to := c.Now, c.Now
	if in.StartTime != nil {
		from = *in.StartTime
	}
	if in.EndTime != nil {
		to = *in.EndTime
	}
	if from.After(to) && in.StartTime != nil && in.EndTime != nil {
		return nil, cloudtrail.InvalidTimeRangeException("The start time must be before the end time.") // (inferred)
	}
	if in.NextToken != nil {
		return nil, cloudtrail.InvalidTokenException("The token is not valid.") // reserved: there is one page
	}
	if _, err := r.current(c.Tx, c.Account, c.Region, c.Now); err != nil {
		return nil, err
	}
	out := &cloudtrail.ListPublicKeysOutput{PublicKeyList: []cloudtrail.PublicKey{}}
	// A key may sign a digest begun under it a little after its end, and a client
	// asks for a range that ends before the key's first second: be generous.
	const slack = 2 * time.Hour
	for k, err := range keys.Scan(c.Tx, store.K(c.Account, c.Region), nil) {
		if err != nil {
			return nil, err
		}
		if k.From.After(to.Add(slack)) || k.To.Before(from.Add(-slack)) {
			continue
		}
		out.PublicKeyList = append(out.PublicKeyList, cloudtrail.PublicKey{Value: k.Public, ValidityStartTime: &k.From, ValidityEndTime: &k.To, Fingerprint: &k.Fingerprint})
	}
	return out, nil
}

// ParsePublic reads a key as ListPublicKeys gives it.
func ParsePublic(der []byte) (*rsa.PublicKey, error) {
	k, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return nil, errors.Join(errors.New("public key is no PKCS#1 RSA key"), err)
	}
	return k, nil
}
