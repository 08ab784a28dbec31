package s3blob

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	maxName  = 1024 // of the external store
	maxHex   = 200  // bytes of a key that its escaped name spells out
	escaped  = "_cogtrail/"
	longMark = "~" // sorts after every hexadecimal digit
)

// name is where an object stands in the external bucket. spelt is false when the
// name does not spell the whole key, which then goes with the object's facts.
func (s *Store) name(bucket, key string) (name string, spelt bool, err error) {
	if bucket == "" || strings.Contains(bucket, "/") || strings.HasPrefix(bucket, "_") || key == "" || len(key) > maxName {
		return "", false, fmt.Errorf("object key of %d bytes in bucket %q", len(key), bucket)
	}
	if n := s.folder(bucket) + key; len(n) <= maxName && plain(key) {
		return n, true, nil
	}
	n := s.escapedFolder(bucket)
	if len(key) <= maxHex {
		return n + hex.EncodeToString([]byte(key)), true, nil
	}
	sum := sha256.Sum256([]byte(key))
	return n + hex.EncodeToString([]byte(key[:maxHex])) + longMark + hex.EncodeToString(sum[:]), false, nil
}

func (s *Store) folder(bucket string) string        { return s.prefix + bucket + "/" }
func (s *Store) escapedFolder(bucket string) string { return s.prefix + escaped + bucket + "/" }

// plain tells whether a key travels through URLs, proxies and XML unchanged.
func plain(key string) bool {
	if !utf8.ValidString(key) {
		return false
	}
	for seg := range strings.SplitSeq(strings.TrimSuffix(key, "/"), "/") {
		if seg == "" || seg == "." || seg == ".." {
			return false
		}
	}
	for _, r := range key {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\\' || r == '\u2028' || r == '\u2029' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return true
}

// unescape reads the key of an escaped name. spelt is false when only the
// object's facts tell it.
func (s *Store) unescape(bucket, name string) (key string, spelt bool, err error) {
	digits, ok := strings.CutPrefix(name, s.escapedFolder(bucket))
	if !ok {
		return "", false, fmt.Errorf("foreign name %q", name)
	}
	if strings.Contains(digits, longMark) {
		return "", false, nil
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) == 0 {
		return "", false, fmt.Errorf("foreign name %q", name)
	}
	return string(raw), true, nil
}
