package object

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Limits. [S3: General purpose bucket quotas; Object key naming; PutObject]
const (
	maxBuckets  = 100 // per account
	maxKey      = 1024
	maxMetadata = 2 << 10
	maxObject   = 5 << 30 // one PutObject, one part, one copy
	maxPolicy   = 20 << 10
	maxParts    = 10_000
	minPart     = 5 << 20 // every part but the last
	maxList     = 1000
)

// checkBucketName holds the rules for new buckets. [S3: Bucket naming rules]
func checkBucketName(name string) error {
	if !validBucketName(name) {
		return refuse(400, "InvalidBucketName", "The specified bucket is not valid.", "BucketName", name)
	}
	return nil
}

func validBucketName(name string) bool {
	if len(name) < 3 || len(name) > 63 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		edge := i == 0 || i == len(name)-1
		switch {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		case (c == '-' || c == '.') && !edge:
		default:
			return false
		}
	}
	if strings.Contains(name, "..") {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return false
	}
	for _, p := range []string{"xn--", "sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, p) {
			return false
		}
	}
	for _, s := range []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"} {
		if strings.HasSuffix(name, s) {
			return false
		}
	}
	return true
}

// checkKey holds the rules for keys. A key is any text; it never becomes a path.
func checkKey(key string) error {
	// Zero bytes take two in a row's key, which has a limit of its own.
	if len(key) > maxKey || len(store.K("", key)) > store.MaxKeyBytes-200 {
		return refuse(400, "KeyTooLongError", "Your key is too long", "Size", fmt.Sprint(len(key)), "MaxSizeAllowed", fmt.Sprint(maxKey))
	}
	if key == "" || !utf8.ValidString(key) {
		return refuse(400, "InvalidURI", "Couldn't parse the specified URI.")
	}
	return nil
}
