package sqlite

import (
	"bytes"
	"sync"
)

const (
	cacheShards   = 16
	entryOverhead = 160 // bytes of bookkeeping per cached row, about
)

// cache holds rows as the newest commit left them, also the knowledge that a
// row does not exist (nil value). It is bounded by bytes; the rows used longest
// ago go first. Who may add and when is governed by commitLog: see reads.go.
type cache struct {
	shards [cacheShards]cacheShard
}

type cacheShard struct {
	mu    sync.Mutex
	rows  map[uint64]*cachedRow
	ends  cachedRow // ends.next was used last, ends.prev longest ago
	bytes int
	max   int
}

// cachedRow is in the ring of its shard; one object for row and ring keeps the
// garbage collector's work small.
type cachedRow struct {
	prev, next *cachedRow

	id    uint64
	space string
	key   []byte
	value []byte // nil: no such row
}

func (r *cachedRow) size() int { return len(r.key) + len(r.value) + entryOverhead }

func newCache(maxBytes int) *cache {
	c := &cache{}
	for i := range c.shards {
		s := &c.shards[i]
		s.rows = make(map[uint64]*cachedRow)
		s.ends.prev, s.ends.next = &s.ends, &s.ends
		s.max = maxBytes / cacheShards
	}
	return c
}

func (c *cache) shard(id uint64) *cacheShard { return &c.shards[id>>32%cacheShards] }

// get returns the value, nil for a row known not to exist, and whether the
// row is cached.
func (c *cache) get(id uint64, space string, key []byte) ([]byte, bool) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[id]
	// Two rows may share an id; the one not cached is read from the file.
	if !ok || r.space != space || !bytes.Equal(r.key, key) {
		return nil, false
	}
	r.unlink()
	s.first(r)
	return r.value, true
}

// put caches a row, replacing any with its id. It keeps key and value.
func (c *cache) put(id uint64, space string, key, value []byte) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rows[id]; ok {
		s.drop(r)
	}
	r := &cachedRow{id: id, space: space, key: key, value: value}
	// One huge row must not push out all others.
	if r.size() > s.max/4 {
		return
	}
	s.rows[id] = r
	s.first(r)
	s.bytes += r.size()
	for s.bytes > s.max {
		s.drop(s.ends.prev)
	}
}

// remove forgets the row with an id, if it is cached.
func (c *cache) remove(id uint64) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.rows[id]; ok {
		s.drop(r)
	}
}

func (s *cacheShard) first(r *cachedRow) {
	r.prev, r.next = &s.ends, s.ends.next
	r.prev.next, r.next.prev = r, r
}

func (s *cacheShard) drop(r *cachedRow) {
	r.unlink()
	delete(s.rows, r.id)
	s.bytes -= r.size()
}

func (r *cachedRow) unlink() { r.prev.next, r.next.prev = r.next, r.prev }
