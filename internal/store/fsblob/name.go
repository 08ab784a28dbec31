package fsblob

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// Pieces of a key in bytes: two hexadecimal digits each.
const (
	firstPiece = 2
	nextPiece  = 100
	maxKey     = 1024
)

// Suffixes of names. A file sorts before the folder of the keys that it begins.
const (
	fileSuffix   = ".a"
	folderSuffix = ".d"
)

// bucketDir is the folder of a bucket, relative to the root.
func bucketDir(bucket string) (string, error) {
	if bucket == "" || len(bucket) > nextPiece {
		return "", fmt.Errorf("bucket name of %d bytes", len(bucket))
	}
	return filepath.Join("buckets", hex.EncodeToString([]byte(bucket))), nil
}

// keyPath is the file of a key below the folder of its bucket.
func keyPath(key string) (string, error) {
	if key == "" || len(key) > maxKey {
		return "", fmt.Errorf("object key of %d bytes", len(key))
	}
	var parts []string
	size := firstPiece
	for len(key) > size {
		parts = append(parts, hex.EncodeToString([]byte(key[:size]))+folderSuffix)
		key, size = key[size:], nextPiece
	}
	parts = append(parts, hex.EncodeToString([]byte(key))+fileSuffix)
	return filepath.Join(parts...), nil
}

// piece reads one name of a folder's list back. ok is false for names that this
// package does not write.
func piece(name string) (text string, folder, ok bool) {
	digits, folder := strings.CutSuffix(name, folderSuffix)
	if !folder {
		var file bool
		if digits, file = strings.CutSuffix(name, fileSuffix); !file {
			return "", false, false
		}
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) == 0 {
		return "", false, false
	}
	return string(raw), folder, true
}
