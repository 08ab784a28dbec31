package sigv4

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

const (
	maxChunkLine = 1024 // bytes of one chunk header or trailer line
	maxTrailers  = 8
	minChunk     = 8 << 10 // every signed chunk but the last
	emptyDigest  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// chunked decodes aws-chunked bodies:
//
//	hex(len)[;chunk-signature=SIG] CRLF data CRLF … 0[;chunk-signature=SIG] CRLF { name:value CRLF } CRLF
//
// It holds one line at most; data is hashed as it passes.
type chunked struct {
	in   *bufio.Reader
	plan bodyPlan
	size int64 // announced length of the content
	done int64 // content bytes passed

	left      int64 // of the chunk being read
	signature string
	small     bool // the last chunk was below minChunk
	sum       hash.Hash

	key               signingKey
	previous          string // signature the next one is chained to
	date, scope       string
	announced         []string
	check             hash.Hash
	checkName, checkV string
}

func (c *chunked) read(p []byte, tail http.Header) (int, error) {
	for c.left == 0 {
		end, err := c.next()
		if err != nil {
			return 0, err
		}
		if end {
			if err := c.finish(tail); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	if c.check != nil {
		c.check.Write(p[:n])
	}
	c.left -= int64(n)
	c.done += int64(n)
	if c.left == 0 {
		// the chunk's own end is checked before its last bytes are given away
		if err := c.endChunk(); err != nil {
			return 0, err
		}
		return n, nil
	}
	if err != nil {
		return 0, broken(err)
	}
	return n, nil
}

// broken turns the end of the stream into AWS's answer and leaves faults of the connection as they are.
func broken(err error) error {
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return incomplete()
	}
	return err
}

// line reads up to a line feed and drops the carriage return before it.
func (c *chunked) line() ([]byte, error) {
	l, err := c.in.ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull {
		return nil, broken(err)
	}
	if err != nil || len(l) > maxChunkLine {
		return nil, incomplete()
	}
	return bytes.TrimSuffix(l[:len(l)-1], []byte{'\r'}), nil
}

// next reads a chunk header; end tells that it was the last one.
func (c *chunked) next() (end bool, err error) {
	l, err := c.line()
	if err != nil {
		return false, err
	}
	digits, ext, hasExt := bytes.Cut(l, []byte{';'})
	n, ok := parseHex(digits)
	if !ok || n > c.size-c.done {
		return false, incomplete()
	}
	if c.plan.signed {
		sig, ok := bytes.CutPrefix(ext, []byte("chunk-signature="))
		if !ok || len(sig) != 2*sha256.Size {
			return false, mismatch()
		}
		c.signature = string(sig)
		c.sum.Reset()
	} else if hasExt {
		return false, incomplete()
	}
	if n > 0 {
		if c.plan.signed && c.small {
			return false, fail(ChunkTooSmall, "Only the last chunk is allowed to have a size less than 8192 bytes")
		}
		c.small = n < minChunk
		c.left = n
		return false, nil
	}
	if c.done != c.size {
		return false, incomplete()
	}
	return true, c.verifyChunk()
}

func parseHex(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 15 {
		return 0, false
	}
	for _, d := range b {
		v := unhex(d)
		if v > 15 {
			return 0, false
		}
		n = n<<4 | int64(v)
	}
	return n, true
}

func (c *chunked) endChunk() error {
	var crlf [2]byte
	if _, err := io.ReadFull(c.in, crlf[:]); err != nil {
		return broken(err)
	}
	if crlf != [2]byte{'\r', '\n'} {
		return incomplete()
	}
	return c.verifyChunk()
}

func (c *chunked) verifyChunk() error {
	if !c.plan.signed {
		return nil
	}
	return c.verifySigned(algorithm+"-PAYLOAD", emptyDigest+"\n"+hex.EncodeToString(c.sum.Sum(nil)), c.signature)
}

func (c *chunked) verifySigned(kind, digests, given string) error {
	if c.plan.unproved {
		return nil
	}
	toSign := kind + "\n" + c.date + "\n" + c.scope + "\n" + c.previous + "\n" + digests
	want := hex.EncodeToString(mac(c.key[:], toSign))
	if subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 0 {
		return mismatch()
	}
	c.previous = want
	return nil
}

// finish reads what follows the last chunk and makes sure that nothing follows that.
func (c *chunked) finish(tail http.Header) error {
	signature, err := c.trailers(tail)
	if err != nil {
		return err
	}
	switch _, err := c.in.ReadByte(); {
	case err == nil:
		return incomplete()
	case err != io.EOF:
		return broken(err)
	}
	if c.plan.signed && c.plan.trailers {
		if err := c.verifySigned(algorithm+"-TRAILER", trailerDigest(tail), signature); err != nil {
			return err
		}
	}
	if len(tail) != len(c.announced) {
		return malformedTrailer()
	}
	if c.check == nil {
		return nil
	}
	given, decodeErr := base64.StdEncoding.Strict().DecodeString(c.checkV)
	if decodeErr != nil || len(given) != c.check.Size() {
		return fail(InvalidChecksum, "Value for x-amz-checksum-%s trailing header is invalid.", c.checkName)
	}
	if subtle.ConstantTimeCompare(given, c.check.Sum(nil)) == 0 {
		return fail(ChecksumMismatch, "The %s you specified did not match the calculated checksum.", strings.ToUpper(c.checkName))
	}
	return nil
}

func (c *chunked) trailers(tail http.Header) (signature string, err error) {
	// a blank line between the trailers and their signature is in AWS's own printed example
	for range 2 * maxTrailers {
		l, err := c.line()
		if err != nil {
			return "", err
		}
		if len(l) == 0 {
			if c.plan.signed && c.plan.trailers && signature == "" {
				continue
			}
			return signature, nil
		}
		name, value, ok := strings.Cut(string(l), ":")
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.TrimSpace(value)
		if !ok || !c.plan.trailers || signature != "" {
			return "", malformedTrailer()
		}
		if name == "x-amz-trailer-signature" && c.plan.signed {
			signature = value
			continue
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		if !slices.Contains(c.announced, name) || tail[key] != nil {
			return "", malformedTrailer()
		}
		tail[key] = []string{value}
		if name == "x-amz-checksum-"+c.checkName {
			c.checkV = value
		}
	}
	return "", malformedTrailer()
}

// trailerDigest is the SHA-256 of "name:value\n" of each trailer, by name (order for several: inferred).
func trailerDigest(tail http.Header) string {
	lines := make([]string, 0, len(tail))
	for k, v := range tail {
		lines = append(lines, strings.ToLower(k)+":"+v[0]+"\n")
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

func malformedTrailer() *Error {
	return fail(MalformedTrailer, "The request contained trailing data that was not well-formed or did not conform to our published schema.")
}
