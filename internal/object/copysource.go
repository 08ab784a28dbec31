package object

import (
	"net/url"
	"strings"
)

// parseCopySource reads x-amz-copy-source: [/]bucket/key, percent-encoded, or an
// ARN of the object.
func parseCopySource(s string) (bucket, key string, err error) {
	bad := invalidArgument("x-amz-copy-source", s, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
	path, query, _ := strings.Cut(s, "?")
	if query != "" && query != "versionId=null" {
		return "", "", invalidArgument("x-amz-copy-source", s, "Invalid version id specified")
	}
	path, e := url.PathUnescape(path)
	if e != nil {
		return "", "", bad
	}
	path = strings.TrimPrefix(path, "arn:aws:s3:::")
	bucket, key, ok := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !ok || bucket == "" || key == "" {
		return "", "", bad
	}
	return bucket, key, checkKey(key)
}
