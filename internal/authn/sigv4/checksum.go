package sigv4

import (
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"strings"
)

// NewChecksum makes the hash behind an x-amz-checksum-* header, named by the part after that prefix in any case (crc32, crc32c,
// crc64nvme, sha1, sha256), or nil for an unknown one. Sum gives the bytes that the header carries in base64.
func NewChecksum(algorithm string) hash.Hash {
	switch strings.ToLower(algorithm) {
	case "crc32":
		return crc32.NewIEEE()
	case "crc32c":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case "crc64nvme":
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) // the NVMe polynomial, bit-reversed
	case "sha1":
		return sha1.New()
	case "sha256":
		return sha256.New()
	}
	return nil
}
