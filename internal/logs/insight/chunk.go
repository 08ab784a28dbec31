package insight

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/store"
)

// resultSpace holds the chunks of results: key (account, Region, query, number),
// value the number of rows and zstd over JSON lists of names and values in turn.
const resultSpace = "logs.results"

// Bounds of a chunk.
const (
	chunkRows  = 1000
	chunkBytes = 4 << 20
)

// errResult says that a result is larger than the service keeps.
var errResult = errors.New("result exceeds its size limit")

// pack cuts a result into chunks; each begins with its number of rows.
func pack(rows [][]run.Field, limit int64) (chunks [][]byte, err error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("result encoder: %w", err)
	}
	defer enc.Close()
	var page [][]string
	size, total := 0, int64(0)
	flush := func() error {
		raw, err := json.Marshal(page)
		if err != nil {
			return fmt.Errorf("encode result: %w", err)
		}
		if total += int64(len(raw)); total > limit {
			return errResult
		}
		chunks = append(chunks, enc.EncodeAll(raw, binary.AppendUvarint(nil, uint64(len(page)))))
		page, size = nil, 0
		return nil
	}
	for _, r := range rows {
		cells := make([]string, 0, 2*len(r))
		for _, f := range r {
			cells = append(cells, f.Name, f.Value)
			size += len(f.Name) + len(f.Value)
		}
		page = append(page, cells)
		if len(page) == chunkRows || size >= chunkBytes {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if len(page) > 0 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

func unpack(chunk []byte) ([][]string, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return nil, fmt.Errorf("result decoder: %w", err)
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(chunk, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack result: %w", err)
	}
	var rows [][]string
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("decode result: %w", err)
	}
	return rows, nil
}

// dropChunks removes what is kept of a result.
func dropChunks(tx store.Tx, q *Query) error {
	prefix := store.K(q.Account, q.Region, q.ID)
	var keys [][]byte
	for kv, err := range tx.Scan(resultSpace, prefix, prefix.After(), false) {
		if err != nil {
			return fmt.Errorf("chunks of a result: %w", err)
		}
		keys = append(keys, kv.Key)
	}
	for _, k := range keys {
		if err := tx.Delete(resultSpace, k); err != nil {
			return fmt.Errorf("drop chunk of a result: %w", err)
		}
	}
	return nil
}
