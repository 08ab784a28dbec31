package sigv4

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Body is the content of an S3 request, with transport framing removed. Nothing read from it may be kept before Read has
// returned io.EOF: any other error, always an *Error or a fault of the connection, means that the content is not what was signed.
// It is not safe for concurrent use.
type Body struct {
	read func([]byte) (int, error)
	size int64
	err  error
	tail http.Header
}

// Size is the content's length in bytes, or -1 if only the end will tell.
func (b *Body) Size() int64 { return b.size }

// Trailer holds the verified trailing headers after io.EOF; it is nil before.
func (b *Body) Trailer() http.Header {
	if b.err != io.EOF {
		return nil
	}
	return b.tail
}

// Read gives content. Its first error is final.
func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := b.read(p)
	b.err = err
	return n, err
}

// Body wraps the body of the verified request. limit is the most bytes of content allowed; zero or less means none. The error, an
// *Error, tells of announcements that cannot hold, before anything was read.
func (p *Proof) Body(r *http.Request, limit int64) (*Body, error) {
	in := r.Body
	if in == nil {
		in = http.NoBody
	}
	if p.body.chunked {
		b, err := p.chunkedBody(r, in, limit)
		if err != nil {
			return nil, err
		}
		return b, nil
	}
	if limit > 0 && r.ContentLength > limit {
		return nil, tooLarge(r.ContentLength, limit)
	}
	d := &digestReader{in: in, limit: limit, want: p.body.digest}
	if d.want != "" {
		d.sum = sha256.New()
	}
	return &Body{read: d.Read, size: r.ContentLength}, nil
}

func tooLarge(size, limit int64) *Error {
	return fail(BodyTooLarge, "Your proposed upload exceeds the maximum allowed size").
		with("ProposedSize", strconv.FormatInt(size, 10)).with("MaxSizeAllowed", strconv.FormatInt(limit, 10))
}

func incomplete() *Error {
	return fail(IncompleteBody, "You did not provide the number of bytes specified by the Content-Length HTTP header")
}

// digestReader passes a plain body through and compares its digest at the end.
type digestReader struct {
	in    io.Reader
	sum   hash.Hash
	want  string
	n     int64
	limit int64
}

func (d *digestReader) Read(p []byte) (int, error) {
	n, err := d.in.Read(p)
	d.n += int64(n)
	if d.limit > 0 && d.n > d.limit {
		return 0, tooLarge(d.n, d.limit)
	}
	if d.sum != nil {
		d.sum.Write(p[:n])
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, incomplete()
	case err == io.EOF && d.sum != nil:
		got := hex.EncodeToString(d.sum.Sum(nil))
		if subtle.ConstantTimeCompare([]byte(got), []byte(d.want)) == 0 {
			return 0, fail(ContentHashMismatch, "The provided 'x-amz-content-sha256' header does not match what was computed.").
				with("ClientComputedContentSHA256", d.want).with("S3ComputedContentSHA256", got)
		}
	}
	return n, err
}

func (p *Proof) chunkedBody(r *http.Request, in io.Reader, limit int64) (*Body, *Error) {
	length := r.Header["X-Amz-Decoded-Content-Length"]
	if len(length) != 1 {
		return nil, fail(MissingContentLength, "You must provide the Content-Length HTTP header.")
	}
	size, err := strconv.ParseUint(length[0], 10, 62)
	if err != nil {
		return nil, fail(MissingContentLength, "You must provide the Content-Length HTTP header.")
	}
	if limit > 0 && int64(size) > limit {
		return nil, tooLarge(int64(size), limit)
	}
	c := &chunked{
		in: bufio.NewReaderSize(in, 4096), plan: p.body, size: int64(size),
		key: p.key, previous: p.Hex, date: p.rawDate, scope: p.rawScope,
	}
	if c.plan.signed {
		c.sum = sha256.New()
	}
	if err := c.announce(r.Header["X-Amz-Trailer"]); err != nil {
		return nil, err
	}
	b := &Body{size: int64(size), tail: make(http.Header)}
	b.read = func(p []byte) (int, error) { return c.read(p, b.tail) }
	return b, nil
}

// announce reads the names of the trailers to come and starts the checksum one of them may carry.
func (c *chunked) announce(lines []string) *Error {
	for name := range strings.SplitSeq(strings.Join(lines, ","), ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name == "" {
			continue
		}
		if !c.plan.trailers || len(c.announced) == maxTrailers {
			return malformedTrailer()
		}
		c.announced = append(c.announced, name)
		alg, ok := strings.CutPrefix(name, "x-amz-checksum-")
		if !ok {
			continue
		}
		if c.check != nil {
			return fail(InvalidChecksum, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		if c.check = NewChecksum(alg); c.check == nil {
			return fail(InvalidChecksum, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
		}
		c.checkName = alg
	}
	return nil
}

// UnverifiedBody takes the framing off an S3 body whose signature is not checked: anonymous requests, and dev mode. Digests and
// checksums the client announced still have to fit.
func UnverifiedBody(r *http.Request, limit int64) (*Body, error) {
	hash := r.Header.Get("X-Amz-Content-Sha256")
	if hash == "" {
		hash = unsignedPayload
	}
	p := &Proof{Signature: &Signature{PayloadHash: hash}, body: planFor(hash, true)}
	p.body.unproved = true
	return p.Body(r, limit)
}
