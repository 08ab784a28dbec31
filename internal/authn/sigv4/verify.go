package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Verifier checks signatures and remembers derived keys. It is safe for concurrent use.
type Verifier struct{ keys *keyCache }

// New makes a Verifier that remembers at most keys derived keys; zero or less means DefaultKeys.
func New(keys int) *Verifier {
	if keys <= 0 {
		keys = DefaultKeys
	}
	return &Verifier{newKeyCache(keys)}
}

// Proof is a verified request: what the signer really asked for. Routing and parameters come from here.
type Proof struct {
	*Signature
	Path  string     // escaped path, normalised as the service's rules say
	Query url.Values // decoded query, authentication parameters included

	key  signingKey
	body bodyPlan
}

// Verify proves that the holder of secret signed this request, for this endpoint, in its time. The error is an *Error.
//
// For services other than S3 the body is part of the proof (Options.Body). For S3 the proof of the body is finished by Proof.Body.
func (v *Verifier) Verify(r *http.Request, s *Signature, secret string, now time.Time, o Options) (*Proof, error) {
	p, err := v.verify(r, s, secret, now, &o, true)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// VerifyUnknown does the work of Verify for an access key that does not exist and always fails, with an earlier fault of the
// request or InvalidClientTokenID, so that answers for known and unknown keys take alike long.
func (v *Verifier) VerifyUnknown(r *http.Request, s *Signature, now time.Time, o Options) error {
	_, err := v.verify(r, s, "no secret of any key, forty characters..", now, &o, false)
	if err != nil && err.Kind != Mismatch {
		return err
	}
	return InvalidClientTokenID(s.AccessKeyID)
}

func (v *Verifier) verify(r *http.Request, s *Signature, secret string, now time.Time, o *Options, known bool) (*Proof, *Error) {
	if err := check(r, s, now, o); err != nil {
		return nil, err
	}
	route, signedPath, err := canonicalPath(s.rawPath, o.s3())
	if err != nil {
		return nil, err
	}
	hash := s.PayloadHash
	if !o.s3() {
		sum := sha256.Sum256(o.Body)
		hash = hex.EncodeToString(sum[:])
	} else if hash == "" {
		hash = unsignedPayload // presigned only: check has refused the header form
	}
	canonical := canonicalRequest(r, s, signedPath, hash)
	sum := sha256.Sum256(canonical)
	toSign := algorithm + "\n" + s.rawDate + "\n" + s.rawScope + "\n" + hex.EncodeToString(sum[:])

	name := keyName{s.AccessKeyID, s.Date, s.Region, s.Service}
	from := v.keys.digest(secret)
	key, cached := v.keys.get(name, from)
	if !cached {
		key = derive(secret, s.Date, s.Region, s.Service)
	}
	want := hex.EncodeToString(mac(key[:], toSign))
	if subtle.ConstantTimeCompare([]byte(want), []byte(s.Hex)) == 0 || !known {
		return nil, explain(s, canonical, toSign)
	}
	if !cached {
		// only proven use earns a place, so strangers cannot push keys out
		v.keys.put(name, from, key)
	}
	return &Proof{Signature: s, Path: route, Query: values(s.params), key: key, body: planFor(hash, o.s3())}, nil
}

func canonicalRequest(r *http.Request, s *Signature, path, hash string) []byte {
	b := make([]byte, 0, 1024)
	b = append(append(append(b, r.Method...), '\n'), path...)
	b = append(b, '\n')
	b = appendCanonicalQuery(b, s.params)
	b = append(b, '\n')
	for _, name := range s.SignedHeaders {
		vs, _ := headerValues(r, name)
		b = append(append(b, name...), ':')
		for i, v := range vs {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendFolded(b, v)
		}
		b = append(b, '\n')
	}
	b = append(b, '\n')
	for i, name := range s.SignedHeaders {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
	}
	return append(append(b, '\n'), hash...)
}

// appendFolded trims a header value and folds its inner runs of blanks to one.
func appendFolded(b []byte, v string) []byte {
	v = strings.Trim(v, " \t")
	blank := false
	for i := range len(v) {
		if v[i] == ' ' {
			if blank {
				continue
			}
			blank = true
		} else {
			blank = false
		}
		b = append(b, v[i])
	}
	return b
}

// maxExplained is the longest canonical request that S3's error document repeats.
const maxExplained = 16 << 10

// explain adds what S3 tells about a mismatch. All of it came from the client, except for the digest of it.
func explain(s *Signature, canonical []byte, toSign string) *Error {
	e := mismatch().with("AWSAccessKeyId", s.AccessKeyID).with("StringToSign", toSign).with("SignatureProvided", s.Hex).
		with("StringToSignBytes", fmt.Sprintf("% x", toSign))
	if len(canonical) <= maxExplained {
		e = e.with("CanonicalRequest", string(canonical)).with("CanonicalRequestBytes", fmt.Sprintf("% x", canonical))
	}
	return e
}

// Keys is the number of derived keys held now; it never exceeds what New was given.
func (v *Verifier) Keys() int { return v.keys.len() }
