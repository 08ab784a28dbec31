package request

import (
	"net/http"
	"strconv"
	"sync"
)

// buffers are reused between answers; those that grew beyond keepBuffer are
// dropped so that one large answer does not stay in memory.
const keepBuffer = 64 << 10

// Buffers is a pool of answer buffers. A nil pool makes a new buffer each time.
type Buffers struct{ pool sync.Pool }

// Get returns an empty buffer.
func (b *Buffers) Get() *[]byte {
	if b == nil {
		return new(make([]byte, 0, 1024))
	}
	if p, ok := b.pool.Get().(*[]byte); ok {
		return p
	}
	return new(make([]byte, 0, 1024))
}

// Put gives a buffer back; the caller must not use it any more.
func (b *Buffers) Put(p *[]byte) {
	if b == nil || cap(*p) > keepBuffer {
		return
	}
	*p = (*p)[:0]
	b.pool.Put(p)
}

// Write sends a complete answer.
func Write(w http.ResponseWriter, status int, contentType string, body []byte) error {
	h := w.Header()
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
