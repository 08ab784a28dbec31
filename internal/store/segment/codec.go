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
	level    zstd.EncoderLevel
	encoders sync.Pool
}

// codec compresses the pages of all columns but plainColumns: in these nothing
// repeats, and looking for it both takes longer and finds worse codes; only their
// letters are few.
var (
	codec      = &pageCodec{level: zstd.SpeedDefault}
	plainCodec = &pageCodec{level: zstd.SpeedFastest}
)

// Encode implements [compress.Codec] of parquet-go.
func (c *pageCodec) Encode(dst, src []byte) ([]byte, error) {
	e, _ := c.encoders.Get().(*zstd.Encoder)
	if e == nil {
		var err error
		e, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(c.level), zstd.WithEncoderConcurrency(1),
			zstd.WithWindowSize(codecWindow), zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false),
			zstd.WithAllLitEntropyCompression(true))
		if err != nil {
			return nil, fmt.Errorf("page encoder: %w", err)
		}
	}
	defer c.encoders.Put(e)
	return e.EncodeAll(src, dst[:0]), nil
}
