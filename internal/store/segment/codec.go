package segment

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// codecWindow is how far back compression looks: over a whole page, and no more,
// since an encoder keeps twice as much in memory for as long as it lives.
const codecWindow = 1 << 20

// pageCodec is parquet-go's codec but for the memory of its encoders.
type pageCodec struct {
	parquetzstd.Codec
	encoders sync.Pool
}

// codec compresses the pages of all columns.
var codec = &pageCodec{}

// Encode implements [compress.Codec] of parquet-go.
func (c *pageCodec) Encode(dst, src []byte) ([]byte, error) {
	e, _ := c.encoders.Get().(*zstd.Encoder)
	if e == nil {
		var err error
		e, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(codecWindow), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
		if err != nil {
			return nil, fmt.Errorf("page encoder: %w", err)
		}
	}
	defer c.encoders.Put(e)
	return e.EncodeAll(src, dst[:0]), nil
}
