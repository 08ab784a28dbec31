package s3blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Sizes of parts: they double every thousand parts, so that ten thousand of them
// hold any object while a small one costs little memory.
const (
	firstPart = 8 << 20
	lastPart  = 256 << 20
	perSize   = 1000
)

// abortWithin bounds the cleaning up after a failed upload.
const abortWithin = 30 * time.Second

// Put stores the bytes of r.
func (s *Store) Put(ctx context.Context, bucket, key string, r io.Reader, meta store.BlobMeta) (store.BlobInfo, error) {
	name, spelt, err := s.name(bucket, key)
	if err != nil {
		return store.BlobInfo{}, err
	}
	up := &upload{s: s, name: name, facts: pack(key, spelt, meta)}
	sum := md5.New()
	if err := up.run(ctx, io.TeeReader(r, sum)); err != nil {
		return store.BlobInfo{}, err
	}
	info := store.BlobInfo{Key: key, Size: up.size, Modified: time.Now().UTC(), BlobMeta: meta}
	if info.ETag == "" {
		info.ETag = hex.EncodeToString(sum.Sum(nil))
	}
	return info, nil
}

// upload is one Put under way.
type upload struct {
	s     *Store
	name  string
	facts *facts
	id    *string
	parts []types.CompletedPart
	size  int64
}

func (u *upload) run(ctx context.Context, r io.Reader) (err error) {
	defer func() {
		if err != nil && u.id != nil {
			// Parts that stay behind cost money but never show; the store's own rules take them.
			clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
			defer cancel()
			_, _ = u.s.client.AbortMultipartUpload(clean, &s3.AbortMultipartUploadInput{Bucket: &u.s.bucket, Key: &u.name, UploadId: u.id})
		}
	}()
	buf := make([]byte, 0, 64<<10)
	for n := 0; ; n++ {
		limit := min(firstPart<<(n/perSize), lastPart)
		var end bool
		if buf, end, err = fill(buf[:0], r, limit); err != nil {
			return fmt.Errorf("read object: %w", err)
		}
		u.size += int64(len(buf))
		if n == 0 && end {
			return u.whole(ctx, buf)
		}
		if len(buf) > 0 {
			if err := u.part(ctx, buf); err != nil {
				return err
			}
		}
		if end {
			return u.complete(ctx)
		}
	}
}

// fill reads up to limit bytes; end tells that the reader is at its end.
func fill(buf []byte, r io.Reader, limit int) (out []byte, end bool, err error) {
	for len(buf) < limit {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(2*cap(buf), limit))
			copy(grown, buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), limit)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, true, nil
		}
		if err != nil {
			return buf, false, err
		}
	}
	return buf, false, nil
}

func (u *upload) whole(ctx context.Context, data []byte) error {
	f := u.facts
	_, err := u.s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &u.s.bucket, Key: &u.name, Body: bytes.NewReader(data), ContentType: f.contentType, CacheControl: f.cacheControl,
		ContentDisposition: f.disposition, ContentEncoding: f.encoding, ContentLanguage: f.language, Metadata: f.metadata,
	})
	if err != nil {
		return fmt.Errorf("put object: %w", err)
	}
	return nil
}

func (u *upload) part(ctx context.Context, data []byte) error {
	f := u.facts
	if u.id == nil {
		out, err := u.s.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
			Bucket: &u.s.bucket, Key: &u.name, ContentType: f.contentType, CacheControl: f.cacheControl,
			ContentDisposition: f.disposition, ContentEncoding: f.encoding, ContentLanguage: f.language, Metadata: f.metadata,
		})
		if err != nil {
			return fmt.Errorf("begin upload: %w", err)
		}
		u.id = out.UploadId
	}
	number := int32(len(u.parts) + 1)
	out, err := u.s.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &u.s.bucket, Key: &u.name, UploadId: u.id, PartNumber: &number, Body: bytes.NewReader(data),
	})
	if err != nil {
		return fmt.Errorf("upload part %d: %w", number, err)
	}
	u.parts = append(u.parts, types.CompletedPart{ETag: out.ETag, PartNumber: &number})
	return nil
}

func (u *upload) complete(ctx context.Context) error {
	_, err := u.s.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &u.s.bucket, Key: &u.name, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: u.parts},
	})
	if err != nil {
		return fmt.Errorf("complete upload: %w", err)
	}
	return nil
}

// Get opens an object.
func (s *Store) Get(ctx context.Context, bucket, key string, offset, length int64) (io.ReadCloser, store.BlobInfo, error) {
	name, _, err := s.name(bucket, key)
	if err != nil {
		return nil, store.BlobInfo{}, err
	}
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &name}
	offset = max(offset, 0)
	switch {
	case length == 0:
		info, err := s.Stat(ctx, bucket, key)
		return io.NopCloser(strings.NewReader("")), info, err
	case length > 0:
		in.Range = new(fmt.Sprintf("bytes=%d-%d", offset, offset+length-1))
	case offset > 0:
		in.Range = new(fmt.Sprintf("bytes=%d-", offset))
	}
	out, err := s.client.GetObject(ctx, in)
	if codeOf(err) == "InvalidRange" {
		// Nothing is there to give: the offset is at or beyond the end.
		info, err := s.Stat(ctx, bucket, key)
		return io.NopCloser(strings.NewReader("")), info, err
	}
	if err != nil {
		return nil, store.BlobInfo{}, fault("get object", err)
	}
	size := out.ContentLength
	if out.ContentRange != nil {
		_, total, _ := strings.Cut(*out.ContentRange, "/")
		n, err := strconv.ParseInt(total, 10, 64)
		if err != nil {
			_ = out.Body.Close() // nothing read
			return nil, store.BlobInfo{}, fmt.Errorf("content range %q: %w", *out.ContentRange, err)
		}
		size = &n
	}
	f := &facts{out.ContentType, out.CacheControl, out.ContentDisposition, out.ContentEncoding, out.ContentLanguage, out.Metadata}
	return out.Body, unpack(key, f, size, out.ETag, out.LastModified), nil
}

// Stat returns an object's facts.
func (s *Store) Stat(ctx context.Context, bucket, key string) (store.BlobInfo, error) {
	name, _, err := s.name(bucket, key)
	if err != nil {
		return store.BlobInfo{}, err
	}
	return s.head(ctx, key, name)
}

func (s *Store) head(ctx context.Context, key, name string) (store.BlobInfo, error) {
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &name})
	if err != nil {
		return store.BlobInfo{}, fault("head object", err)
	}
	f := &facts{out.ContentType, out.CacheControl, out.ContentDisposition, out.ContentEncoding, out.ContentLanguage, out.Metadata}
	return unpack(key, f, out.ContentLength, out.ETag, out.LastModified), nil
}

// Delete removes an object.
func (s *Store) Delete(ctx context.Context, bucket, key string) error {
	name, _, err := s.name(bucket, key)
	if err != nil {
		return err
	}
	return s.remove(ctx, name)
}

func (s *Store) remove(ctx context.Context, name string) error {
	_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &name})
	if err != nil && !errors.Is(fault("", err), store.ErrNotFound) {
		return fmt.Errorf("delete object: %w", err)
	}
	return nil
}

func codeOf(err error) string {
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		return coded.ErrorCode()
	}
	return ""
}

// fault wraps an error of the SDK; missing objects become ErrNotFound.
func fault(what string, err error) error {
	switch codeOf(err) {
	case "NoSuchKey", "NotFound":
		return fmt.Errorf("%s: %w", what, store.ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, err)
}
