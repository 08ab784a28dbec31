package sqlite

import (
	"bytes"
	"container/list"
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
	rows  map[uint64]*list.Element
	order list.List // front: used last
	bytes int
	max   int
}

type cachedRow struct {
	id    uint64
	space string
	key   []byte
	value []byte // nil: no such row
}

func (r *cachedRow) size() int { return len(r.key) + len(r.value) + entryOverhead }

func newCache(maxBytes int) *cache {
	c := &cache{}
	for i := range c.shards {
		c.shards[i].rows = make(map[uint64]*list.Element)
		c.shards[i].max = maxBytes / cacheShards
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
	e, ok := s.rows[id]
	if !ok {
		return nil, false
	}
	r := e.Value.(*cachedRow)
	// Two rows may share an id; the one not cached is read from the file.
	if r.space != space || !bytes.Equal(r.key, key) {
		return nil, false
	}
	s.order.MoveToFront(e)
	return r.value, true
}

// put caches a row, replacing any with its id. It keeps key and value.
func (c *cache) put(id uint64, space string, key, value []byte) {
	s := c.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.rows[id]; ok {
		s.drop(e)
	}
	r := &cachedRow{id: id, space: space, key: key, value: value}
	// One huge row must not push out all others.
	if r.size() > s.max/4 {
		return
	}
	s.rows[id] = s.order.PushFront(r)
	s.bytes += r.size()
	for s.bytes > s.max {
		s.drop(s.order.Back())
	}
}

func (s *cacheShard) drop(e *list.Element) {
	r := s.order.Remove(e).(*cachedRow)
	delete(s.rows, r.id)
	s.bytes -= r.size()
}
