package store

import (
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Packer makes the rows of a table smaller against a text that resembles them. A row of a few hundred bytes of JSON repeats little
// within itself, but nearly all of it repeats in other rows.
type Packer struct {
	coders func() (coders, error)
}

type coders struct {
	in  *zstd.Encoder
	out *zstd.Decoder
}

const (
	// packFrom is the shortest row that is packed: a frame of its own takes some twenty bytes.
	packFrom = 128
	// maxPacked bounds what a damaged row may unpack to.
	maxPacked = 64 << 20
	// frameStart is the first byte of a zstd frame [RFC 8878 section 3.1.1], which no JSON text begins with.
	frameStart = 0x28
)

// NewPacker packs against a text that resembles the rows, the most frequent at its end. Both are stored: never change them; another
// text needs another id.
func NewPacker(id uint32, text string) *Packer {
	return &Packer{sync.OnceValues(func() (c coders, err error) {
		// Two at once are enough for the one writer and some readers; each costs a few hundred kB.
		c.in, err = zstd.NewWriter(nil, zstd.WithEncoderDictRaw(id, []byte(text)), zstd.WithWindowSize(64<<10), zstd.WithEncoderConcurrency(2),
			zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true), zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			return c, fmt.Errorf("make packer of rows: %w", err)
		}
		c.out, err = zstd.NewReader(nil, zstd.WithDecoderDictRaw(id, []byte(text)), zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(maxPacked))
		if err != nil {
			return c, fmt.Errorf("make unpacker of rows: %w", err)
		}
		return c, nil
	})}
}

// pack returns raw itself where packing does not pay.
func (p *Packer) pack(raw []byte) ([]byte, error) {
	if len(raw) < packFrom {
		return raw, nil
	}
	c, err := p.coders()
	if err != nil {
		return nil, err
	}
	if packed := c.in.EncodeAll(raw, make([]byte, 0, len(raw)/2)); len(packed) < len(raw) {
		return packed, nil
	}
	return raw, nil
}

func (p *Packer) unpack(raw []byte) ([]byte, error) {
	if len(raw) == 0 || raw[0] != frameStart {
		return raw, nil
	}
	c, err := p.coders()
	if err != nil {
		return nil, err
	}
	return c.out.DecodeAll(raw, nil)
}
