package fsblob

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	magic      = "COGBLOB1"
	footerSize = 4 + 4 + len(magic)
	maxFacts   = 1 << 20
)

// errDamaged says that a file is not what Put wrote.
var errDamaged = errors.New("object file is damaged")

// facts is the JSON in a file.
type facts struct {
	Key         string            `json:"key"`
	Size        int64             `json:"size"`
	Modified    int64             `json:"modified"` // ns since 1970
	ContentType string            `json:"contentType,omitempty"`
	Header      map[string]string `json:"header,omitempty"`
	ETag        string            `json:"etag"`
}

func (f *facts) info() store.BlobInfo {
	return store.BlobInfo{
		Key: f.Key, Size: f.Size, Modified: time.Unix(0, f.Modified).UTC(),
		BlobMeta: store.BlobMeta{ContentType: f.ContentType, Header: f.Header, ETag: f.ETag},
	}
}

// writeFacts ends a file.
func writeFacts(w io.Writer, f *facts) error {
	raw, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode object facts: %w", err)
	}
	if len(raw) > maxFacts {
		return fmt.Errorf("object facts of %d bytes", len(raw))
	}
	n := len(raw)
	raw = binary.BigEndian.AppendUint32(raw, uint32(n))
	raw = binary.BigEndian.AppendUint32(raw, checksum(raw[:n]))
	_, err = w.Write(append(raw, magic...))
	return err
}

// readFacts reads the end of a file.
func readFacts(f *os.File) (*facts, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var foot [footerSize]byte
	at := st.Size() - int64(footerSize)
	if at < 0 {
		return nil, errDamaged
	}
	if _, err := f.ReadAt(foot[:], at); err != nil {
		return nil, fmt.Errorf("read footer: %w", err)
	}
	n := int64(binary.BigEndian.Uint32(foot[:4]))
	if string(foot[8:]) != magic || n > maxFacts || n > at {
		return nil, errDamaged
	}
	raw := make([]byte, n)
	if _, err := f.ReadAt(raw, at-n); err != nil {
		return nil, fmt.Errorf("read facts: %w", err)
	}
	out := new(facts)
	if checksum(raw) != binary.BigEndian.Uint32(foot[4:8]) || json.Unmarshal(raw, out) != nil || out.Size != at-n {
		return nil, errDamaged
	}
	return out, nil
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// section is the part of an open file that a reader asked for.
type section struct {
	io.Reader
	f *os.File
}

// Close releases the file.
func (s *section) Close() error { return s.f.Close() }
