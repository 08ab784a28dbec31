package object

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// ListParts lists the parts of an upload by number.
func (s *Service) ListParts(c *op.Call, in *s3.ListPartsInput) (*s3.ListPartsOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	u, err := upload(c.Tx, b.Name, in.Key, in.UploadId)
	if err != nil {
		return nil, err
	}
	limit, err := listLimit("max-parts", in.MaxParts)
	if err != nil {
		return nil, err
	}
	marker := int64(0)
	if in.PartNumberMarker != nil {
		marker = max(*in.PartNumberMarker, 0)
	}
	owner := new(canonicalID(b.Account))
	out := &s3.ListPartsOutput{
		Bucket: &b.Name, Key: &u.Key, UploadId: &u.ID, PartNumberMarker: &marker, MaxParts: new(int64(limit)), IsTruncated: new(false),
		Parts: []s3.Part{}, Owner: &s3.Owner{ID: owner}, Initiator: initiator(u, owner), StorageClass: new(storageClass(&u.Headers)),
	}
	if u.Algorithm != "" {
		out.ChecksumAlgorithm, out.ChecksumType = &u.Algorithm, &u.ChecksumType
	}
	for p, err := range parts.Scan(c.Tx, store.K(u.ID), store.K(u.ID, marker)) {
		if err != nil {
			return nil, fmt.Errorf("list parts: %w", err)
		}
		if len(out.Parts) == limit {
			out.IsTruncated = new(limit > 0)
			break
		}
		x := s3.Part{PartNumber: &p.Number, LastModified: new(seconds(p.Modified)), ETag: quoted(p.ETag), Size: &p.Segment.Size}
		if u.Algorithm != "" {
			setChecksums(&x, map[string]string{u.Algorithm: p.Checksums[u.Algorithm]}, "")
		}
		out.Parts = append(out.Parts, x)
		out.NextPartNumberMarker = &p.Number
	}
	return out, nil
}

func initiator(u *Upload, owner *string) *s3.Initiator {
	if u.By == "" {
		return &s3.Initiator{ID: owner}
	}
	return &s3.Initiator{ID: &u.By, DisplayName: new(u.By[strings.LastIndexAny(u.By, "/:")+1:])}
}

func storageClass(h *Headers) string {
	if h.StorageClass == "" {
		return "STANDARD"
	}
	return h.StorageClass
}

// ListMultipartUploads lists uploads in progress by key and id.
func (s *Service) ListMultipartUploads(c *op.Call, in *s3.ListMultipartUploadsInput) (*s3.ListMultipartUploadsOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	limit, err := listLimit("max-uploads", in.MaxUploads)
	if err != nil {
		return nil, err
	}
	enc, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	prefix, delimiter, key, id := text(in.Prefix), text(in.Delimiter), text(in.KeyMarker), text(in.UploadIdMarker)
	if key == "" {
		id = "" // it counts only with a key
	}
	out := &s3.ListMultipartUploadsOutput{
		Bucket: &b.Name, KeyMarker: new(enc(key)), UploadIdMarker: new(id), Prefix: new(enc(prefix)), Delimiter: encoded(enc, in.Delimiter),
		MaxUploads: new(int64(limit)), IsTruncated: new(false), EncodingType: in.EncodingType, Uploads: []s3.MultipartUpload{},
		CommonPrefixes: []s3.CommonPrefix{},
	}
	within := begins(b.Name, prefix)
	var from store.Key
	switch {
	case id != "":
		from = store.K(b.Name, key, id)
	case key != "":
		from = store.K(b.Name, key).After() // all uploads of the key
		if g := group(key, prefix, delimiter); g != "" && g == key {
			from = begins(b.Name, g).After()
		}
	}
	if from != nil && string(from) < string(within) {
		from = nil
	}
	owner := new(canonicalID(b.Account))
	last := ""
	for u, err := range uploads.Scan(c.Tx, within, from) {
		if err != nil {
			return nil, fmt.Errorf("list uploads: %w", err)
		}
		g := group(u.Key, prefix, delimiter)
		if g != "" && g == last {
			continue
		}
		if len(out.Uploads)+len(out.CommonPrefixes) == limit {
			out.IsTruncated = new(limit > 0)
			break
		}
		if g != "" {
			last = g
			out.CommonPrefixes = append(out.CommonPrefixes, s3.CommonPrefix{Prefix: new(enc(g))})
			out.NextKeyMarker, out.NextUploadIdMarker = new(enc(g)), new("")
			continue
		}
		x := s3.MultipartUpload{
			UploadId: &u.ID, Key: new(enc(u.Key)), Initiated: new(seconds(u.Initiated)), StorageClass: new(storageClass(&u.Headers)),
			Owner: &s3.Owner{ID: owner}, Initiator: initiator(u, owner),
		}
		if u.Algorithm != "" {
			x.ChecksumAlgorithm, x.ChecksumType = &u.Algorithm, &u.ChecksumType
		}
		out.Uploads = append(out.Uploads, x)
		out.NextKeyMarker, out.NextUploadIdMarker = new(enc(u.Key)), &u.ID
	}
	if !*out.IsTruncated {
		out.NextKeyMarker, out.NextUploadIdMarker = nil, nil
	}
	return out, nil
}
