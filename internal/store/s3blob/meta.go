package s3blob

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Metadata names of facts that have no header of their own.
const (
	metaKey    = "cogtrail-key"
	metaETag   = "cogtrail-etag"
	metaHeader = "cogtrail-header-"
)

// facts are the headers of a stored object, as the calls of the SDK take them.
type facts struct {
	contentType, cacheControl, disposition, encoding, language *string
	metadata                                                   map[string]string
}

// pack spreads what a writer says over headers and metadata.
func pack(key string, spelt bool, m store.BlobMeta) *facts {
	f := &facts{metadata: make(map[string]string)}
	if m.ContentType != "" {
		f.contentType = &m.ContentType
	}
	if m.ETag != "" {
		f.metadata[metaETag] = m.ETag
	}
	if !spelt {
		f.metadata[metaKey] = base64.StdEncoding.EncodeToString([]byte(key))
	}
	for k, v := range m.Header {
		name, user := strings.CutPrefix(k, "x-amz-meta-")
		switch {
		case user:
			f.metadata[name] = v
		case f.header(k) != nil:
			*f.header(k) = &v
		default:
			f.metadata[metaHeader+k] = v
		}
	}
	return f
}

// header is the place of a standard header, nil for others. "expires" is not
// among them: the SDK takes only well-formed dates there.
func (f *facts) header(name string) **string {
	switch name {
	case "cache-control":
		return &f.cacheControl
	case "content-disposition":
		return &f.disposition
	case "content-encoding":
		return &f.encoding
	case "content-language":
		return &f.language
	}
	return nil
}

// unpack makes an object's facts from an answer's.
func unpack(key string, f *facts, size *int64, etag *string, modified *time.Time) store.BlobInfo {
	info := store.BlobInfo{Key: key, BlobMeta: store.BlobMeta{Header: make(map[string]string)}}
	if f.contentType != nil {
		info.ContentType = *f.contentType
	}
	if size != nil {
		info.Size = *size
	}
	if etag != nil {
		info.ETag = strings.Trim(*etag, `"`)
	}
	if modified != nil {
		info.Modified = modified.UTC()
	}
	for _, h := range []string{"cache-control", "content-disposition", "content-encoding", "content-language"} {
		if v := *f.header(h); v != nil && *v != "" {
			info.Header[h] = *v
		}
	}
	for k, v := range f.metadata {
		k = strings.ToLower(k)
		switch name, own := strings.CutPrefix(k, metaHeader); {
		case own:
			info.Header[name] = v
		case k == metaETag:
			info.ETag = v
		case k == metaKey:
			if raw, err := base64.StdEncoding.DecodeString(v); err == nil {
				info.Key = string(raw)
			}
		default:
			info.Header["x-amz-meta-"+k] = v
		}
	}
	return info
}
