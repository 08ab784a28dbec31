package userpool

import (
	"bytes"
	"sync"
)

// rowCache keeps decoded rows with the bytes they were decoded from. A row is asked for with the bytes the transaction just
// read, so a changed row is never served stale. When full, any one entry makes room.
type rowCache[R any] struct {
	max     int
	largest int // in bytes; longer rows are not kept. 0: no bound

	mu   sync.RWMutex
	rows map[string]cachedRow[R]
}

type cachedRow[R any] struct {
	raw []byte
	row *R
}

// get returns the decoded form of raw, which callers must not change.
func (c *rowCache[R]) get(key string, raw []byte, decode func([]byte) (*R, error)) (*R, error) {
	c.mu.RLock()
	had, ok := c.rows[key]
	c.mu.RUnlock()
	if ok && bytes.Equal(had.raw, raw) {
		return had.row, nil
	}
	row, err := decode(raw)
	if err != nil {
		return nil, err
	}
	if c.largest > 0 && len(raw) > c.largest {
		return row, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil {
		c.rows = make(map[string]cachedRow[R])
	}
	if _, ok := c.rows[key]; !ok && len(c.rows) >= c.max {
		for k := range c.rows {
			delete(c.rows, k)
			break
		}
	}
	// raw belongs to the engine and dies with the transaction.
	c.rows[key] = cachedRow[R]{raw: bytes.Clone(raw), row: row}
	return row, nil
}
