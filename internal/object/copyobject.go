package object

import (
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/op"
)

// stageCopyObject copies the source's bytes to a fresh blob.
func (s *Service) stageCopyObject(c *op.Call, in any) any {
	i := in.(*s3.CopyObjectInput)
	st := &staged{s: s, at: s.stageBlob(i.Bucket, i.Key)}
	st.err = s.copyBytes(c, st, i)
	return st
}

func (s *Service) copyBytes(c *op.Call, st *staged, in *s3.CopyObjectInput) error {
	bucket, key, h, err := s.checkCopy(in)
	if err != nil {
		return err
	}
	old, err := s.look(c, target{bucket: in.Bucket, key: in.Key})
	if err != nil {
		return err
	}
	if err := checkWrite(old, in.Key, in.IfMatch, in.IfNoneMatch); err != nil {
		return err
	}
	src, err := s.lookSource(c, bucket, key)
	if err != nil {
		return err
	}
	if src.Size > maxObject {
		return invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	if h == nil {
		h = &src.Headers
	}
	st.headers, st.segments, st.shared = h, src.Segments, old != nil && s.names()
	if s.names() && bucket == in.Bucket && key == in.Key {
		// Onto itself under its true name: the bytes stay, only the row changes.
		st.etag, st.size, st.checksums, st.shared = src.ETag, src.Size, src.Checksums, true
		return nil
	}
	rc, err := s.read(c, src.blobs(), src.Segments, span{0, src.Size, false})
	if err != nil {
		return fmt.Errorf("read copy source: %w", err)
	}
	defer rc.Close()
	b, err := newBody(&struct{}{}, rc, nil, nil)
	if err != nil {
		return err
	}
	// The copy has the source's kind of checksum, of the whole.
	kind, err := algorithm(in.ChecksumAlgorithm)
	if err != nil {
		return err
	}
	for a := range src.Checksums {
		if kind == "" {
			kind = a
		}
	}
	if kind == "" {
		kind = fallback
	}
	b.sums[kind] = sigv4.NewChecksum(kind)
	meta := h.blobMeta("")
	if !s.names() {
		meta.Header[factKey] = in.Key
	}
	if err := st.write(c, b, meta); err != nil {
		return err
	}
	st.etag, st.checksums = b.etag(), map[string]string{kind: b.checksums[kind]}
	return nil
}

// checkCopy reads the source and, for REPLACE, the new headers (nil: the source's).
func (s *Service) checkCopy(in *s3.CopyObjectInput) (bucket, key string, h *Headers, err error) {
	if err := checkKey(in.Key); err != nil {
		return "", "", nil, err
	}
	if bucket, key, err = parseCopySource(in.CopySource); err != nil {
		return "", "", nil, err
	}
	own, err := headersOf(in)
	if err != nil {
		return "", "", nil, err
	}
	if in.CopySourceSSECustomerAlgorithm != nil {
		return "", "", nil, notImplemented("x-amz-copy-source-server-side-encryption-customer-algorithm")
	}
	if text(in.MetadataDirective) == "REPLACE" {
		return bucket, key, &own, nil
	}
	if bucket == in.Bucket && key == in.Key && own.StorageClass == "" {
		return "", "", nil, invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	return bucket, key, nil, nil
}

// CopyObject makes an object from another one. The caller must be allowed to
// read the source; the gateway asked about the destination.
func (s *Service) CopyObject(c *op.Call, in *s3.CopyObjectInput) (*s3.CopyObjectOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	bucket, key, _, err := s.checkCopy(in)
	if err != nil {
		return nil, err
	}
	src, err := s.source(c, target{bucket: bucket, key: key, owner: in.ExpectedSourceBucketOwner},
		conditions{in.CopySourceIfMatch, in.CopySourceIfNoneMatch, in.CopySourceIfModifiedSince, in.CopySourceIfUnmodifiedSince})
	if err != nil {
		return nil, err
	}
	st, ok := c.Staged.(*staged)
	if !ok {
		return nil, conflict()
	}
	if st.err != nil {
		return nil, st.err
	}
	if !slices.Equal(st.segments, src.Segments) {
		return nil, conflict() // the source was replaced meanwhile
	}
	o := &Object{
		Bucket: b.Name, Key: in.Key, Segments: st.segmentsOf(), Size: st.size, ETag: st.etag, Modified: c.Now.UnixMilli(),
		Headers: *st.headers, Checksums: st.checksums, ChecksumType: fullObject,
	}
	if in.StorageClass != nil && *in.StorageClass != "STANDARD" {
		o.StorageClass = *in.StorageClass
	}
	if err := s.replace(c.Tx, c.Now, b, o, in.IfMatch, in.IfNoneMatch); err != nil {
		return nil, err
	}
	res := &s3.CopyObjectResult{ETag: quoted(o.ETag), LastModified: new(seconds(o.Modified))}
	setChecksums(res, o.Checksums, o.ChecksumType)
	return &s3.CopyObjectOutput{CopyObjectResult: res, ServerSideEncryption: new("AES256")}, nil
}
