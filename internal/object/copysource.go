package object

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// lookSource finds the source of a copy before its bytes are read, outside the
// transaction: who may not read it must not make the server read it either.
func (s *Service) lookSource(c *op.Call, bucket, key string) (*Object, error) {
	var b *Bucket
	var o *Object
	err := s.State.View(c, func(tx store.Tx) (err error) {
		if b, err = buckets.Get(tx, store.K(bucket)); errors.Is(err, store.ErrNotFound) {
			return noSuchBucket(bucket)
		}
		if err != nil {
			return fmt.Errorf("bucket: %w", err)
		}
		o, err = find(tx, bucket, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	switch ok, err := s.may(c, b, "GetObject", key); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, accessDenied()
	case o == nil:
		return nil, s.missing(c, b, key)
	}
	return o, nil
}

// source finds the source of a copy inside the transaction and holds it to the
// conditions. The gateway asked about the destination only.
func (s *Service) source(c *op.Call, t target, x conditions) (*Object, error) {
	b, err := s.enter(c, t)
	if err != nil {
		return nil, err
	}
	switch ok, err := s.may(c, b, "GetObject", t.key); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, accessDenied()
	}
	o, err := find(c.Tx, t.bucket, t.key)
	switch {
	case err != nil:
		return nil, err
	case o == nil:
		return nil, s.missing(c, b, t.key)
	case x.check(o) != nil:
		return nil, preconditionFailed("x-amz-copy-source-If-Match") // never 304
	}
	return o, nil
}

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
