package object

import (
	"crypto/md5"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// trailed is a body whose client sends checksums after it. Reading to the end
// has verified them.
type trailed interface{ Trailer() http.Header }

// body passes a request's content on and holds it, at its end, to every digest
// of the request. It gives no io.EOF unless all held, so that a store which keeps
// nothing before io.EOF keeps only what was meant.
type body struct {
	in   io.Reader
	n    int64
	md5  hash.Hash
	sums map[string]hash.Hash
	// wantMD5 and want are what the client says; empty when it says nothing.
	wantMD5 string
	want    map[string]string
	// asked is x-amz-sdk-checksum-algorithm.
	asked string

	checksums map[string]string // valid after io.EOF
	err       error
}

// newBody reads the digests of an upload's input.
func newBody(in any, r io.Reader, contentMD5, sdkAlgorithm *string) (*body, error) {
	if r == nil {
		r = strings.NewReader("")
	}
	b := &body{in: r, md5: md5.New(), sums: make(map[string]hash.Hash, 2)}
	if contentMD5 != nil {
		raw, err := base64.StdEncoding.DecodeString(*contentMD5)
		if err != nil || len(raw) != md5.Size {
			return nil, refuse(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", "Content-MD5", *contentMD5)
		}
		b.wantMD5 = *contentMD5
	}
	var err error
	if b.asked, err = algorithm(sdkAlgorithm); err != nil {
		return nil, err
	}
	if b.want, err = checksumsOf(in); err != nil {
		return nil, err
	}
	for a := range b.want {
		if b.asked != "" && b.asked != a {
			return nil, invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
		}
		b.sums[a] = sigv4.NewChecksum(a)
	}
	// The fall-back is always computed: multipart objects are built from it.
	b.sums[fallback] = sigv4.NewChecksum(fallback)
	return b, nil
}

// compute adds an algorithm to what is computed on the way. Call it before reading.
func (b *body) compute(alg string) {
	if b.sums[alg] == nil {
		b.sums[alg] = sigv4.NewChecksum(alg)
	}
}

// Read passes bytes on; its first error is final.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.in.Read(p)
	b.n += int64(n)
	if b.n > maxObject {
		b.err = tooLarge(b.n)
		return 0, b.err
	}
	b.md5.Write(p[:n])
	for _, h := range b.sums {
		h.Write(p[:n])
	}
	switch {
	case err == io.EOF:
		if b.err = b.verify(); b.err == nil {
			b.err = io.EOF
		} else {
			n = 0
		}
	case err != nil:
		b.err = bodyError(err)
	}
	return n, b.err
}

// verify compares digests at the end.
func (b *body) verify() error {
	if b.wantMD5 != "" {
		got := base64.StdEncoding.EncodeToString(b.md5.Sum(nil))
		if !equal(got, b.wantMD5) {
			return refuse(400, "BadDigest", "The Content-MD5 you specified did not match what we received.",
				"ExpectedDigest", b.wantMD5, "CalculatedDigest", got)
		}
	}
	b.checksums = make(map[string]string, 2)
	for a, h := range b.sums {
		b.checksums[a] = encodeSum(h)
		if want, ok := b.want[a]; ok && !equal(b.checksums[a], want) {
			return refuse(400, "BadDigest", "The "+a+" you specified did not match the calculated checksum.")
		}
	}
	if t, ok := b.in.(trailed); ok {
		b.trailer(t.Trailer())
	}
	if b.asked != "" && b.want[b.asked] == "" {
		return invalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	}
	return nil
}

// trailer takes the checksums that were sent after the body and verified there.
func (b *body) trailer(h http.Header) {
	for _, a := range algorithms {
		text := h.Get("X-Amz-Checksum-" + a)
		if text == "" || !validChecksum(a, text) {
			continue
		}
		b.checksums[a] = text
		if b.want == nil {
			b.want = make(map[string]string, 1)
		}
		b.want[a] = text
	}
}

// chosen is the checksum the object keeps: the client's, else the fall-back.
func (b *body) chosen() map[string]string {
	if len(b.want) > 0 {
		return b.want
	}
	return map[string]string{fallback: b.checksums[fallback]}
}

func (b *body) etag() string { return hex.EncodeToString(b.md5.Sum(nil)) }

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
