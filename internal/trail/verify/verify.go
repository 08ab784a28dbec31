// Package verify proves a trail from its bucket alone: every digest's place and
// signature, the chain between digests, and the hash of every log file they list.
//
//	Source.Digests ─▶ keys, oldest first ─▶ document + signature ─▶ public key by fingerprint
//	document.LogFiles ─▶ Source.Get ─▶ SHA-256 of the uncompressed bytes
//
// It follows the rules of [CloudTrail: custom implementations of CloudTrail log
// file integrity validation] and reads only what anyone with the bucket and the
// published keys can read.
package verify

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// ErrMissing says that an object is not there.
var ErrMissing = errors.New("object is missing")

// maxFile bounds the uncompressed size of one file.
const maxFile = 256 << 20

// Source reads the bucket and the keys.
type Source interface {
	// Digests lists the keys of the trail's digest files, oldest first.
	Digests(ctx context.Context) ([]string, error)
	// Get reads an object with its user metadata. ErrMissing.
	Get(ctx context.Context, bucket, key string) (body []byte, metadata map[string]string, err error)
	// PublicKey finds a signing key by fingerprint; nil if there is none.
	PublicKey(ctx context.Context, fingerprint string) (*rsa.PublicKey, error)
}

// Finding is one file that is not what the trail says it is.
type Finding struct{ Key, Fault string }

// Report is the outcome of a run.
type Report struct {
	Digests, Files int // looked at
	Records        int // in valid log files
	Findings       []Finding
	Gaps           int // starts of a chain after the first
}

// Valid tells whether nothing was found.
func (r *Report) Valid() bool { return len(r.Findings) == 0 }

// Run checks the bucket's digests and log files.
func Run(ctx context.Context, src Source, bucket string) (*Report, error) {
	keys, err := src.Digests(ctx)
	if err != nil {
		return nil, fmt.Errorf("list digests: %w", err)
	}
	r := &Report{}
	w := &walk{bucket: bucket, read: make(map[string]link), begun: make(map[string]bool)}
	for _, key := range keys {
		doc, l, err := r.digest(ctx, src, bucket, key)
		if err != nil {
			return nil, err
		}
		w.read[key] = l
		if doc == nil {
			w.begun[chain(key)] = true
			continue
		}
		if doc.PreviousObject == nil {
			if w.begun[chain(key)] {
				r.Gaps++
			}
		} else if err := r.previous(ctx, src, doc, w); err != nil {
			return nil, err
		}
		w.begun[chain(key)] = true
		for _, f := range doc.LogFiles {
			if err := r.file(ctx, src, f); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// link is a digest as the next one must name it; zero if it cannot be trusted,
// which is then a finding of its own.
type link struct{ hash, signature string }

// walk is what Run remembers on its way.
type walk struct {
	bucket string
	read   map[string]link // digests that no later one has named yet
	begun  map[string]bool // chains of which a digest was read
}

// chain names the chain that a digest belongs to: its file name without the time.
func chain(key string) string {
	name := path.Base(key)
	return name[:max(0, strings.LastIndexByte(name, '_'))]
}

// previous proves that the digest before is the one that doc names. It may lie
// before what was listed, or in the bucket that the trail wrote to before; one
// amid what was listed must be listed too, since its log files are proven only so.
func (r *Report) previous(ctx context.Context, src Source, doc *digest.Document, w *walk) error {
	key, from := *doc.PreviousObject, w.bucket
	if doc.PreviousBucket != nil {
		from = *doc.PreviousBucket
	}
	l, listed := w.read[key]
	switch {
	case from == w.bucket && listed:
		delete(w.read, key)
		if l == (link{}) {
			return nil
		}
	case from == w.bucket && w.begun[chain(doc.Object)]:
		r.fault(key, "digest is missing from the chain")
		return nil
	default:
		packed, meta, err := src.Get(ctx, from, key)
		if errors.Is(err, ErrMissing) {
			r.fault(key, "digest is missing from the chain")
			return nil
		}
		if err != nil {
			return fmt.Errorf("read digest %s: %w", key, err)
		}
		body, err := unzip(packed)
		if err != nil {
			r.fault(key, "digest has an invalid format")
			return nil
		}
		l = link{digest.Hash(body), meta["signature"]}
	}
	if doc.PreviousHashValue == nil || *doc.PreviousHashValue != l.hash || doc.PreviousDigestSignature == nil || *doc.PreviousDigestSignature != l.signature {
		r.fault(key, "digest is not the one that the next digest names")
	}
	return nil
}

func (r *Report) fault(key, what string) { r.Findings = append(r.Findings, Finding{key, what}) }

// digest reads and proves one digest; nil if it cannot be trusted.
func (r *Report) digest(ctx context.Context, src Source, bucket, key string) (*digest.Document, link, error) {
	r.Digests++
	packed, meta, err := src.Get(ctx, bucket, key)
	if errors.Is(err, ErrMissing) {
		r.fault(key, "digest is missing")
		return nil, link{}, nil
	}
	if err != nil {
		return nil, link{}, fmt.Errorf("read digest %s: %w", key, err)
	}
	body, err := unzip(packed)
	doc := new(digest.Document)
	if err != nil || json.Unmarshal(body, doc) != nil {
		r.fault(key, "digest has an invalid format")
		return nil, link{}, nil
	}
	if doc.Bucket != bucket || doc.Object != key {
		r.fault(key, "digest has been moved from its original location")
		return nil, link{}, nil
	}
	public, err := src.PublicKey(ctx, doc.Fingerprint)
	if err != nil {
		return nil, link{}, fmt.Errorf("find public key: %w", err)
	}
	if public == nil {
		r.fault(key, "public key not found for fingerprint "+doc.Fingerprint)
		return nil, link{}, nil
	}
	if meta["signature-algorithm"] == "" || doc.Verify(body, meta["signature"], public) != nil {
		r.fault(key, "signature verification failed")
		return nil, link{}, nil
	}
	return doc, link{digest.Hash(body), meta["signature"]}, nil
}

// file proves one log file.
func (r *Report) file(ctx context.Context, src Source, f digest.File) error {
	r.Files++
	packed, _, err := src.Get(ctx, f.Bucket, f.Object)
	if errors.Is(err, ErrMissing) {
		r.fault(f.Object, "log file is missing")
		return nil
	}
	if err != nil {
		return fmt.Errorf("read log file %s: %w", f.Object, err)
	}
	body, err := unzip(packed)
	if err != nil {
		r.fault(f.Object, "log file has an invalid format")
		return nil
	}
	if digest.Hash(body) != f.HashValue {
		r.fault(f.Object, "hash value doesn't match")
		return nil
	}
	var content struct{ Records []json.RawMessage }
	if json.Unmarshal(body, &content) == nil {
		r.Records += len(content.Records)
	}
	return nil
}

func unzip(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("uncompress: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(z, maxFile+1))
	if err == nil && len(body) > maxFile {
		err = errors.New("file is too large")
	}
	return body, err
}
