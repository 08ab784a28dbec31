package store

import (
	"context"
	"io"
	"iter"
	"time"
)

// Blob keeps objects by bucket and key. Keys are any UTF-8 text of 1 to 1024
// bytes; they never become paths. All methods may be called concurrently.
// When Put returns nil the object is durable and wholly visible; a failed Put
// leaves what was there before.
type Blob interface {
	// Put stores the bytes of r. It stops with r's error and keeps nothing.
	Put(ctx context.Context, bucket, key string, r io.Reader, meta BlobMeta) (BlobInfo, error)
	// Get opens an object from offset; length < 0 means to its end. ErrNotFound.
	Get(ctx context.Context, bucket, key string, offset, length int64) (io.ReadCloser, BlobInfo, error)
	// Stat returns an object's facts. ErrNotFound.
	Stat(ctx context.Context, bucket, key string) (BlobInfo, error)
	// Delete removes an object; a missing one is no error.
	Delete(ctx context.Context, bucket, key string) error
	// List yields the objects whose key begins with prefix and sorts after
	// `after`, in key order (UTF-8 bytes).
	List(ctx context.Context, bucket, prefix, after string) iter.Seq2[BlobInfo, error]
	// DropBucket removes everything of a bucket.
	DropBucket(ctx context.Context, bucket string) error
}

// BlobMeta is what a writer says of an object.
type BlobMeta struct {
	ContentType string
	// Header holds further headers to give back (Content-Encoding, Cache-Control, x-amz-meta-*, checksums), lower case.
	Header map[string]string
	// ETag overrides the MD5 of the bytes (multipart objects). Without quotes.
	ETag string
}

// BlobInfo is what the store knows of an object.
type BlobInfo struct {
	Key      string
	Size     int64
	Modified time.Time
	BlobMeta
}
