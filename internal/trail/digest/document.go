package digest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Algorithm names of digests.
const (
	SignatureAlgorithm = "SHA256withRSA"
	HashAlgorithm      = "SHA-256"
)

// Document is a digest file. Members stand in AWS's order.
type Document struct {
	AccountID               string  `json:"awsAccountId"`
	StartTime               string  `json:"digestStartTime"`
	EndTime                 string  `json:"digestEndTime"`
	Bucket                  string  `json:"digestS3Bucket"`
	Object                  string  `json:"digestS3Object"`
	Fingerprint             string  `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm      string  `json:"digestSignatureAlgorithm"`
	NewestEventTime         *string `json:"newestEventTime"`
	OldestEventTime         *string `json:"oldestEventTime"`
	PreviousBucket          *string `json:"previousDigestS3Bucket"`
	PreviousObject          *string `json:"previousDigestS3Object"`
	PreviousHashValue       *string `json:"previousDigestHashValue"`
	PreviousHashAlgorithm   *string `json:"previousDigestHashAlgorithm"`
	PreviousDigestSignature *string `json:"previousDigestSignature"`
	LogFiles                []File  `json:"logFiles"`
}

// File is one log file that a digest proves.
type File struct {
	Bucket          string `json:"s3Bucket"`
	Object          string `json:"s3Object"`
	HashValue       string `json:"hashValue"`
	HashAlgorithm   string `json:"hashAlgorithm"`
	NewestEventTime string `json:"newestEventTime"`
	OldestEventTime string `json:"oldestEventTime"`
}

// Previous is the digest before, as the next one refers to it.
type Previous struct{ Bucket, Object, Hash, Signature string }

// Time prints a time as digests do: whole seconds, UTC.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// Hash is the hex SHA-256 of a file's uncompressed bytes.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Chain refers to the digest before; nil begins a chain.
func (d *Document) Chain(p *Previous) {
	if p == nil {
		return
	}
	d.PreviousBucket, d.PreviousObject, d.PreviousHashValue = &p.Bucket, &p.Object, &p.Hash
	d.PreviousHashAlgorithm, d.PreviousDigestSignature = new(HashAlgorithm), &p.Signature
}

// AddFiles lists the log files and derives the times of the oldest and newest event.
func (d *Document) AddFiles(files []File) {
	d.LogFiles = append([]File{}, files...)
	for _, f := range files {
		if d.NewestEventTime == nil || f.NewestEventTime > *d.NewestEventTime {
			d.NewestEventTime = new(f.NewestEventTime)
		}
		if d.OldestEventTime == nil || f.OldestEventTime < *d.OldestEventTime {
			d.OldestEventTime = new(f.OldestEventTime)
		}
	}
}

// Encode returns the document's bytes, which are what is hashed and signed.
func (d *Document) Encode() ([]byte, error) { return json.Marshal(d) }

// Text is what a digest's signature signs.
func Text(endTime, bucket, object string, body []byte, previousSignature *string) []byte {
	previous := "null"
	if previousSignature != nil {
		previous = *previousSignature
	}
	return []byte(endTime + "\n" + bucket + "/" + object + "\n" + Hash(body) + "\n" + previous)
}

// Sign returns the hex signature of an encoded document.
func (d *Document) Sign(body []byte, key *rsa.PrivateKey) (string, error) {
	sum := sha256.Sum256(Text(d.EndTime, d.Bucket, d.Object, body, d.PreviousDigestSignature))
	sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign digest: %w", err)
	}
	return hex.EncodeToString(sig), nil
}

// Verify checks the signature of a digest's bytes.
func (d *Document) Verify(body []byte, signature string, key *rsa.PublicKey) error {
	sig, err := hex.DecodeString(signature)
	if err != nil {
		return fmt.Errorf("decode signature: %w", err)
	}
	sum := sha256.Sum256(Text(d.EndTime, d.Bucket, d.Object, body, d.PreviousDigestSignature))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig)
}
