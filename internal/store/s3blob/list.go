package s3blob

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cogtrail/cogtrail/internal/store"
)

// List yields the objects of a bucket in key order. What it yields has no
// headers: the external list does not tell them.
func (s *Store) List(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error] {
	return func(yield func(store.BlobInfo, error) bool) {
		plain, stop := iter.Pull2(s.plainKeys(ctx, bucket, prefix, after))
		defer stop()
		hexed, stopHexed := iter.Pull2(s.escapedKeys(ctx, bucket, prefix, after))
		defer stopHexed()
		a, errA, okA := plain()
		b, errB, okB := hexed()
		for okA || okB {
			if err := cmp.Or(errA, errB); err != nil {
				yield(store.BlobInfo{}, err)
				return
			}
			if okA && (!okB || a.Key < b.Key) {
				if !yield(a, nil) {
					return
				}
				a, errA, okA = plain()
				continue
			}
			if !yield(b, nil) {
				return
			}
			b, errB, okB = hexed()
		}
	}
}

// names yields the external objects below a prefix after a name.
func (s *Store) names(ctx context.Context, prefix, after string) iter.Seq2[types.Object, error] {
	return func(yield func(types.Object, error) bool) {
		in := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix}
		if after > prefix {
			in.StartAfter = &after
		}
		pages := s3.NewListObjectsV2Paginator(s.client, in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(types.Object{}, fmt.Errorf("list objects: %w", err))
				return
			}
			for _, o := range page.Contents {
				if o.Key != nil && !yield(o, nil) {
					return
				}
			}
		}
	}
}

func (s *Store) plainKeys(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error] {
	return func(yield func(store.BlobInfo, error) bool) {
		dir := s.folder(bucket)
		for o, err := range s.names(ctx, dir+prefix, dir+after) {
			var info store.BlobInfo
			if err == nil {
				info = unpack(strings.TrimPrefix(*o.Key, dir), &facts{}, o.Size, o.ETag, o.LastModified)
				if info.Key == "" || info.Key <= after {
					continue // a folder's marker; a store without start-after
				}
			}
			if !yield(info, err) {
				return
			}
		}
	}
}

func (s *Store) escapedKeys(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error] {
	return func(yield func(store.BlobInfo, error) bool) {
		dir := s.escapedFolder(bucket)
		spell := func(key string) string { return dir + hex.EncodeToString([]byte(key[:min(len(key), maxHex)])) }
		// Long names with the same beginning sort by their digests, not their keys.
		var alike []store.BlobInfo
		begin := ""
		flush := func() bool {
			slices.SortFunc(alike, func(a, b store.BlobInfo) int { return strings.Compare(a.Key, b.Key) })
			for _, info := range alike {
				if strings.HasPrefix(info.Key, prefix) && info.Key > after && !yield(info, nil) {
					return false
				}
			}
			alike = alike[:0]
			return true
		}
		for o, err := range s.names(ctx, spell(prefix), spell(after)) {
			if err != nil {
				yield(store.BlobInfo{}, err)
				return
			}
			key, spelt, err := s.unescape(bucket, *o.Key)
			info := unpack(key, &facts{}, o.Size, o.ETag, o.LastModified)
			if err == nil && !spelt {
				info, err = s.head(ctx, "", *o.Key)
			}
			if err != nil {
				yield(store.BlobInfo{}, err)
				return
			}
			head, _, _ := strings.Cut(*o.Key, longMark)
			if (spelt || head != begin) && !flush() {
				return
			}
			begin = head
			if alike = append(alike, info); spelt && !flush() {
				return
			}
		}
		flush()
	}
}

// DropBucket removes everything of a bucket, one object after another.
func (s *Store) DropBucket(ctx context.Context, bucket string) error {
	for _, dir := range []string{s.folder(bucket), s.escapedFolder(bucket)} {
		for o, err := range s.names(ctx, dir, "") {
			if err != nil {
				return err
			}
			if err := s.remove(ctx, *o.Key); err != nil {
				return err
			}
		}
	}
	return nil
}
