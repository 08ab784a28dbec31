package object

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Bucket is the row of a bucket. Names are global.
type Bucket struct {
	Name    string
	Account string
	Region  string
	Created int64 // ms since 1970
	// Policy is the text of the bucket policy, empty for none.
	Policy string `json:",omitempty"`
}

// Object is the row of an object: everything but its bytes.
type Object struct {
	Bucket   string
	Key      string
	Segments []Segment // in order; none for an empty object of a copy
	Size     int64
	ETag     string // without quotes
	Modified int64  // ms since 1970
	Headers
	// Checksums by algorithm in upper case (CRC32, …), in base64.
	Checksums    map[string]string `json:",omitempty"`
	ChecksumType string            `json:",omitempty"`
	// Parts are the sizes of the parts of a multipart object.
	Parts []int64 `json:",omitempty"`
}

// Segment is a blob that holds a run of an object's bytes.
type Segment struct {
	Blob string
	Size int64
}

// Headers are what a writer says of an object and readers get back.
type Headers struct {
	ContentType        string            `json:",omitempty"`
	CacheControl       string            `json:",omitempty"`
	ContentDisposition string            `json:",omitempty"`
	ContentEncoding    string            `json:",omitempty"`
	ContentLanguage    string            `json:",omitempty"`
	Expires            string            `json:",omitempty"`
	StorageClass       string            `json:",omitempty"`
	Metadata           map[string]string `json:",omitempty"`
}

// Upload is the row of a multipart upload that is not finished.
type Upload struct {
	Bucket    string
	Key       string
	ID        string
	Initiated int64 // ms since 1970
	// By is the ARN of who began it.
	By string `json:",omitempty"`
	Headers
	Algorithm    string `json:",omitempty"` // asked for by the client
	ChecksumType string `json:",omitempty"`
}

// Part is the row of one uploaded part.
type Part struct {
	Upload   string
	Number   int64
	Segment  Segment
	ETag     string
	Modified int64 // ms since 1970
	// Checksums by algorithm, CRC64NVME among them always.
	Checksums map[string]string
}

var (
	buckets = store.Table[Bucket]{
		Name: "s3.buckets",
		Key:  func(b *Bucket) store.Key { return store.K(b.Name) },
		Indexes: []store.Index[Bucket]{
			{Name: "account", Of: func(b *Bucket) []store.Key { return []store.Key{store.K(b.Account, b.Name)} }},
		},
	}
	objects = store.Table[Object]{Name: "s3.objects", Key: func(o *Object) store.Key { return store.K(o.Bucket, o.Key) }}
	uploads = store.Table[Upload]{Name: "s3.uploads", Key: func(u *Upload) store.Key { return store.K(u.Bucket, u.Key, u.ID) }}
	parts   = store.Table[Part]{Name: "s3.parts", Key: func(p *Part) store.Key { return store.K(p.Upload, p.Number) }}
)

// begins is the prefix of all keys of a table whose first parts are given and
// whose last part begins with text.
func begins(bucket, text string) store.Key {
	k := store.K(bucket, text)
	return k[:len(k)-2] // without the end mark of the text
}

// seconds is a time as S3 keeps it: whole seconds.
func seconds(ms int64) time.Time { return time.UnixMilli(ms).UTC().Truncate(time.Second) }
