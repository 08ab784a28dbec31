package topic

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // SignatureVersion 1 is SHA-1 by definition
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// signerRow is the server's key for signing messages, one for all accounts.
type signerRow struct {
	Certificate []byte // DER
	Sealed      []byte // private key, PKCS #8
}

var signers = store.Table[signerRow]{Name: "topic.signer", Key: func(*signerRow) store.Key { return store.K("signer") }}

const certificateLife = 20 * 365 * 24 * time.Hour

// Signer signs messages. It is immutable and safe for concurrent use.
type Signer struct {
	key  *rsa.PrivateKey
	pem  []byte
	path string
}

// LoadSigner returns the key kept in state, and makes it the first time.
func LoadSigner(ctx context.Context, state store.State, vault Vault, now time.Time) (*Signer, error) {
	var row *signerRow
	err := state.View(ctx, func(tx store.Tx) (err error) {
		row, err = signers.Get(tx, store.K("signer"))
		return ignoreMissing(err)
	})
	if err != nil {
		return nil, fmt.Errorf("read message signing key: %w", err)
	}
	if row == nil {
		// Made outside of the transaction, since it takes long.
		made, err := newSigner(vault, now)
		if err != nil {
			return nil, err
		}
		err = state.Update(ctx, func(tx store.Tx) error {
			row = made
			err := signers.Insert(tx, row)
			if errors.Is(err, store.ErrExists) { // another server was faster
				row, err = signers.Get(tx, store.K("signer"))
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("keep message signing key: %w", err)
		}
	}
	return openSigner(vault, row)
}

func newSigner(vault Vault, now time.Time) (*signerRow, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make message signing key: %w", err)
	}
	var serial [16]byte
	rand.Read(serial[:])
	serial[0] &= 0x7f
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial[:]), Subject: pkix.Name{CommonName: "sns.amazonaws.com", Organization: []string{"cogtrail"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife), KeyUsage: x509.KeyUsageDigitalSignature, DNSNames: []string{"sns.amazonaws.com"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make message signing certificate: %w", err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode message signing key: %w", err)
	}
	return &signerRow{Certificate: der, Sealed: vault.Seal("message signing key", raw, der)}, nil
}

func openSigner(vault Vault, row *signerRow) (*Signer, error) {
	raw, err := vault.Open("message signing key", row.Sealed, row.Certificate)
	if err != nil {
		return nil, fmt.Errorf("open message signing key: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		return nil, fmt.Errorf("decode message signing key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("message signing key is no RSA key")
	}
	sum := sha256.Sum256(row.Certificate)
	return &Signer{
		key: key, pem: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: row.Certificate}),
		path: "/SimpleNotificationService-" + hex.EncodeToString(sum[:16]) + ".pem",
	}, nil
}

// Certificate is the PEM text to serve at Path without authentication.
func (s *Signer) Certificate() []byte { return s.pem }

// Path is the path of the certificate: /SimpleNotificationService-….pem.
func (s *Signer) Path() string { return s.path }

// sign returns the base64 signature of version "1" (SHA-1) or "2" (SHA-256).
func (s *Signer) sign(version, text string) (string, error) {
	hash, digest := crypto.SHA1, sha1.Sum([]byte(text))
	sum := digest[:]
	if version == "2" {
		d := sha256.Sum256([]byte(text))
		hash, sum = crypto.SHA256, d[:]
	}
	sig, err := rsa.SignPKCS1v15(nil, s.key, hash, sum)
	if err != nil {
		return "", fmt.Errorf("sign message: %w", err)
	}
	return base64Text(sig), nil
}

func base64Text(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
