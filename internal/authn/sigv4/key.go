package sigv4

import (
	"container/list"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"sync"
)

// DefaultKeys is how many derived keys a Verifier keeps when asked for none in particular (about 300 bytes each).
const DefaultKeys = 4096

type signingKey [sha256.Size]byte

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func derive(secret, date, region, service string) (k signingKey) {
	first := append([]byte("AWS4"), secret...)
	copy(k[:], mac(mac(mac(mac(first, date), region), service), terminator))
	clear(first)
	return k
}

type keyName struct{ accessKeyID, date, region, service string }

// keyCache is a bounded LRU of derived keys. Beside each key it keeps a salted digest of the secret it came from, so that a
// secret replaced under the same access key id never finds the old key.
type keyCache struct {
	salt [16]byte
	max  int

	mu    sync.Mutex
	byKey map[keyName]*list.Element
	order list.List // front is the most recently used
}

type keyEntry struct {
	name keyName
	from [sha256.Size]byte
	key  signingKey
}

func newKeyCache(size int) *keyCache {
	c := &keyCache{max: size, byKey: make(map[keyName]*list.Element)}
	rand.Read(c.salt[:])
	return c
}

func (c *keyCache) digest(secret string) [sha256.Size]byte {
	b := make([]byte, 0, 128)
	b = append(append(b, c.salt[:]...), secret...)
	d := sha256.Sum256(b)
	clear(b)
	return d
}

func (c *keyCache) get(n keyName, from [sha256.Size]byte) (signingKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[n]
	if !ok {
		return signingKey{}, false
	}
	k := e.Value.(*keyEntry)
	if subtle.ConstantTimeCompare(k.from[:], from[:]) == 0 {
		return signingKey{}, false
	}
	c.order.MoveToFront(e)
	return k.key, true
}

func (c *keyCache) put(n keyName, from [sha256.Size]byte, key signingKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[n]; ok {
		e.Value = &keyEntry{n, from, key}
		c.order.MoveToFront(e)
		return
	}
	if c.order.Len() >= c.max {
		old := c.order.Back()
		c.order.Remove(old)
		delete(c.byKey, old.Value.(*keyEntry).name)
	}
	c.byKey[n] = c.order.PushFront(&keyEntry{n, from, key})
}

func (c *keyCache) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}
