package trailfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// MaxRecord is the largest record in bytes. CloudTrail's have 256 KB at most.
const MaxRecord = 4 << 20

// Record is one event. Message is its JSON on one line and is valid until the next call of the Reader.
type Record struct {
	// Time is eventTime in milliseconds since 1970 UTC; Timed is false when the record has none.
	Time    int64
	Timed   bool
	ID      string // eventID, may be empty
	Message []byte
}

// Reader reads records of one file. Make it with NewReader.
type Reader struct {
	r       *bufio.Reader
	buf     []byte
	compact bytes.Buffer
	in      bool   // inside the array of a document
	later   []byte // elements of a document that named its records late
}

// NewReader reads plain or gzipped text; which of them shows at the first bytes.
func NewReader(r io.Reader) (*Reader, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	if magic, err := b.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		b = bufio.NewReaderSize(z, 64<<10)
	}
	return &Reader{r: b}, nil
}

// errSyntax is text that is no JSON of the expected shape.
var errSyntax = errors.New("not CloudTrail JSON")

// Next returns the next record, or io.EOF at the end. After another error the reader is of no use.
func (r *Reader) Next() (*Record, error) {
	for {
		raw, err := r.object()
		if err != nil {
			return nil, err
		}
		if raw == nil {
			continue // the end of a document, or one that holds no records
		}
		return r.record(raw)
	}
}

// object returns the next JSON object that may be a record; nil when there was none in the step.
func (r *Reader) object() ([]byte, error) {
	if len(r.later) > 0 {
		var element json.RawMessage
		d := json.NewDecoder(bytes.NewReader(r.later))
		if err := d.Decode(&element); err != nil {
			return nil, fmt.Errorf("%w: %w", errSyntax, err)
		}
		r.later = bytes.TrimLeft(r.later[d.InputOffset():], ", \t\r\n")
		return element, nil
	}
	c, err := r.token()
	if err != nil {
		if errors.Is(err, io.EOF) && r.in {
			return nil, io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if r.in {
		switch c {
		case ',':
			return nil, nil
		case ']':
			r.in = false
			return nil, r.closeDocument()
		}
	}
	if c != '{' {
		return nil, fmt.Errorf("%w: unexpected %q", errSyntax, c)
	}
	r.buf = append(r.buf[:0], '{')
	if !r.in {
		begun, err := r.document()
		if err != nil {
			return nil, err
		}
		if begun {
			r.in = true
			return nil, nil
		}
	}
	if err := r.rest(1); err != nil {
		return nil, err
	}
	if r.in {
		return r.buf, nil
	}
	return r.whole()
}

// document looks whether the object that has just begun is {"Records":[; what it reads goes to buf.
func (r *Reader) document() (bool, error) {
	const head = `"Records"`
	c, err := r.peekToken()
	if err != nil || c != '"' {
		return false, err
	}
	if b, err := r.r.Peek(len(head)); err != nil || string(b) != head {
		return false, nil // a short rest is found by what reads on
	}
	if _, err := r.r.Discard(len(head)); err != nil {
		return false, err
	}
	r.buf = append(r.buf, head...)
	for _, want := range []byte{':', '['} {
		c, err := r.peekToken()
		if err != nil {
			return false, err
		}
		if c != want {
			return false, nil
		}
		if _, err := r.r.Discard(1); err != nil {
			return false, err
		}
		r.buf = append(r.buf, want)
	}
	return true, nil
}

// closeDocument reads to the end of a document behind its records.
func (r *Reader) closeDocument() error {
	r.buf = r.buf[:0]
	return r.rest(1)
}

// whole decides what an object that is no array element is.
func (r *Reader) whole() ([]byte, error) {
	doc := gjson.ParseBytes(r.buf)
	if records := doc.Get("Records"); records.IsArray() && !doc.Get("eventName").Exists() {
		if !json.Valid(r.buf) { // what gjson finds in it means nothing
			return nil, fmt.Errorf("%w: a document is malformed", errSyntax)
		}
		r.later = bytes.Clone([]byte(strings.TrimSpace(records.Raw[1 : len(records.Raw)-1])))
		return nil, nil
	}
	if doc.Get("digestStartTime").Exists() && doc.Get("digestEndTime").Exists() {
		return nil, nil
	}
	return r.buf, nil
}

// token skips blanks and takes one byte.
func (r *Reader) token() (byte, error) {
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !blank(c) {
			return c, nil
		}
	}
}

// peekToken takes blanks into buf, since they may be a record's, and leaves what follows.
func (r *Reader) peekToken() (byte, error) {
	for {
		b, err := r.r.Peek(1)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if !blank(b[0]) {
			return b[0], nil
		}
		if len(r.buf) >= MaxRecord {
			return 0, tooLarge()
		}
		r.buf = append(r.buf, b[0])
		if _, err := r.r.Discard(1); err != nil {
			return 0, err
		}
	}
}

// blank also takes the three bytes of a byte order mark for one.
func blank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xef || c == 0xbb || c == 0xbf
}

// rest reads into buf until depth brackets are closed.
func (r *Reader) rest(depth int) error {
	quoted := false
	for depth > 0 {
		c, err := r.r.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
		if len(r.buf) >= MaxRecord {
			return tooLarge()
		}
		r.buf = append(r.buf, c)
		switch {
		case quoted && c == '\\':
			if c, err = r.r.ReadByte(); err != nil {
				return io.ErrUnexpectedEOF
			}
			r.buf = append(r.buf, c)
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func tooLarge() error { return fmt.Errorf("a record has more than %d bytes", MaxRecord) }

// record checks an object and finds what is needed of it.
func (r *Reader) record(raw []byte) (*Record, error) {
	if !json.Valid(raw) {
		return nil, fmt.Errorf("%w: a record is malformed", errSyntax)
	}
	if bytes.ContainsAny(raw, "\n\r") {
		r.compact.Reset()
		if err := json.Compact(&r.compact, raw); err != nil {
			return nil, fmt.Errorf("%w: %w", errSyntax, err)
		}
		raw = r.compact.Bytes()
	}
	rec := &Record{Message: raw, ID: gjson.GetBytes(raw, "eventID").String()}
	if t, err := time.Parse(time.RFC3339, gjson.GetBytes(raw, "eventTime").String()); err == nil {
		rec.Time, rec.Timed = t.UnixMilli(), true
	}
	return rec, nil
}
