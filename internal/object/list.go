package object

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// query is what both forms of listing ask for.
type query struct {
	bucket, prefix, delimiter string
	// after is where to begin; given says that it was the last entry of a page
	// before, so that a common prefix stands for all keys below it.
	after string
	given bool
	limit int
}

// page is one answer of a listing.
type page struct {
	objects  []*Object
	prefixes []string
	// last is what the next page begins after; truncated tells whether there is one.
	last      string
	truncated bool
}

// list walks keys in order. With a delimiter it leaps over the keys below a
// common prefix, so that a page costs as many steps as it has entries.
func list(tx store.Tx, q query) (*page, error) {
	p := &page{}
	if q.limit == 0 {
		return p, nil
	}
	within := begins(q.bucket, q.prefix)
	from := store.Key(nil)
	if q.after != "" {
		from = store.K(q.bucket, q.after)
		if g := group(q.after, q.prefix, q.delimiter); q.given && g != "" && g == q.after {
			from = begins(q.bucket, g).After()
		}
	}
	if from != nil && string(from) < string(within) {
		from = nil
	}
	for {
		leap := store.Key(nil)
		for o, err := range objects.Scan(tx, within, from) {
			if err != nil {
				return nil, fmt.Errorf("list objects: %w", err)
			}
			g := group(o.Key, q.prefix, q.delimiter)
			if len(p.objects)+len(p.prefixes) == q.limit {
				p.truncated = true
				return p, nil
			}
			if g == "" {
				p.objects, p.last = append(p.objects, o), o.Key
				continue
			}
			p.prefixes, p.last = append(p.prefixes, g), g
			leap = begins(q.bucket, g).After()
			break
		}
		if leap == nil {
			return p, nil
		}
		from = leap
	}
}

// group is the common prefix a key falls under, or empty.
func group(key, prefix, delimiter string) string {
	if delimiter == "" || !strings.HasPrefix(key, prefix) {
		return ""
	}
	i := strings.Index(key[len(prefix):], delimiter)
	if i < 0 {
		return ""
	}
	return key[:len(prefix)+i+len(delimiter)]
}

// ListObjectsV2 lists objects with continuation tokens.
func (s *Service) ListObjectsV2(c *op.Call, in *s3.ListObjectsV2Input) (*s3.ListObjectsV2Output, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	limit, err := listLimit("max-keys", in.MaxKeys)
	if err != nil {
		return nil, err
	}
	enc, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	q := query{bucket: b.Name, prefix: text(in.Prefix), delimiter: text(in.Delimiter), after: text(in.StartAfter), limit: limit}
	if in.ContinuationToken != nil {
		if q.after, err = openToken(*in.ContinuationToken); err != nil {
			return nil, err
		}
		q.given = true
	}
	p, err := list(c.Tx, q)
	if err != nil {
		return nil, err
	}
	out := &s3.ListObjectsV2Output{
		Name: &b.Name, Prefix: new(enc(q.prefix)), Delimiter: encoded(enc, in.Delimiter), MaxKeys: new(int64(limit)),
		StartAfter: encoded(enc, in.StartAfter), ContinuationToken: in.ContinuationToken, EncodingType: in.EncodingType,
		IsTruncated: &p.truncated, KeyCount: new(int64(len(p.objects) + len(p.prefixes))),
		Contents: contents(p, enc, b, in.FetchOwner != nil && *in.FetchOwner), CommonPrefixes: commonPrefixes(p.prefixes, enc),
	}
	if p.truncated {
		out.NextContinuationToken = new(makeToken(p.last))
	}
	return out, nil
}

// ListObjects lists objects with markers. NextMarker comes only with a delimiter;
// without one clients go on from the last key.
func (s *Service) ListObjects(c *op.Call, in *s3.ListObjectsInput) (*s3.ListObjectsOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	limit, err := listLimit("max-keys", in.MaxKeys)
	if err != nil {
		return nil, err
	}
	enc, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	q := query{bucket: b.Name, prefix: text(in.Prefix), delimiter: text(in.Delimiter), after: text(in.Marker), given: true, limit: limit}
	p, err := list(c.Tx, q)
	if err != nil {
		return nil, err
	}
	out := &s3.ListObjectsOutput{
		Name: &b.Name, Prefix: new(enc(q.prefix)), Delimiter: encoded(enc, in.Delimiter), MaxKeys: new(int64(limit)),
		Marker: new(enc(q.after)), EncodingType: in.EncodingType, IsTruncated: &p.truncated,
		Contents: contents(p, enc, b, true), CommonPrefixes: commonPrefixes(p.prefixes, enc),
	}
	if p.truncated && q.delimiter != "" {
		out.NextMarker = new(enc(p.last))
	}
	return out, nil
}

func contents(p *page, enc func(string) string, b *Bucket, owner bool) []s3.Object {
	out := make([]s3.Object, 0, len(p.objects))
	for _, o := range p.objects {
		x := s3.Object{
			Key: new(enc(o.Key)), LastModified: new(seconds(o.Modified)), ETag: quoted(o.ETag), Size: &o.Size, StorageClass: new("STANDARD"),
		}
		if o.StorageClass != "" {
			x.StorageClass = &o.StorageClass
		}
		for _, a := range algorithms {
			if o.Checksums[a] != "" {
				x.ChecksumAlgorithm = append(x.ChecksumAlgorithm, a)
				x.ChecksumType = optional(o.ChecksumType)
			}
		}
		if owner {
			x.Owner = &s3.Owner{ID: new(canonicalID(b.Account))}
		}
		out = append(out, x)
	}
	return out
}

func commonPrefixes(ps []string, enc func(string) string) []s3.CommonPrefix {
	out := make([]s3.CommonPrefix, 0, len(ps))
	for _, p := range ps {
		out = append(out, s3.CommonPrefix{Prefix: new(enc(p))})
	}
	return out
}

// listLimit reads a count: 1000 when it is absent or more.
func listLimit(name string, n *int64) (int, error) {
	switch {
	case n == nil || *n > maxList:
		return maxList, nil
	case *n < 0:
		return 0, invalidArgument(name, fmt.Sprint(*n), "Argument "+name+" must be an integer between 0 and 2147483647")
	}
	return int(*n), nil
}

// encoder makes keys fit for XML where the client asks for it.
func encoder(kind *string) (func(string) string, error) {
	switch {
	case kind == nil || *kind == "":
		return func(s string) string { return s }, nil
	case *kind == "url":
		return func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }, nil
	}
	return nil, invalidArgument("encoding-type", *kind, "Invalid Encoding Method specified in Request")
}

func encoded(enc func(string) string, s *string) *string {
	if s == nil {
		return nil
	}
	return new(enc(*s))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// A token is opaque to clients: a version and the place to go on from. It opens
// nothing that start-after would not.
const tokenVersion = "1"

func makeToken(last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(tokenVersion + last))
}

func openToken(token string) (string, error) {
	bad := invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) < 2 || len(raw) > maxKey+1 || !strings.HasPrefix(string(raw), tokenVersion) {
		return "", bad
	}
	return string(raw[1:]), nil
}
