package object

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// stageUploadPartCopy copies a run of the source's bytes to a part's blob.
func (s *Service) stageUploadPartCopy(c *op.Call, in any) any {
	i := in.(*s3.UploadPartCopyInput)
	st := &staged{s: s, at: s.stagePart(i.Bucket, i.UploadId, i.PartNumber)}
	st.err = s.copyPart(c, st, i)
	return st
}

func (s *Service) copyPart(c *op.Call, st *staged, in *s3.UploadPartCopyInput) error {
	bucket, key, err := checkPartCopy(in)
	if err != nil {
		return err
	}
	var u *Upload
	err = s.State.View(c, func(tx store.Tx) (err error) {
		u, err = upload(tx, in.Bucket, in.Key, in.UploadId)
		return err
	})
	if err != nil {
		return err
	}
	src, err := s.lookSource(c, bucket, key)
	if err != nil {
		return err
	}
	at, err := copyRange(in.CopySourceRange, src.Size)
	if err != nil {
		return err
	}
	st.segments = src.Segments
	rc, err := s.read(c, src.blobs(), src.Segments, at)
	if err != nil {
		return fmt.Errorf("read copy source: %w", err)
	}
	defer rc.Close()
	b, err := newBody(&struct{}{}, rc, nil, nil)
	if err != nil {
		return err
	}
	if u.Algorithm != "" {
		b.compute(u.Algorithm)
	}
	if err := st.write(c, b, s.partMeta(in.Key, in.UploadId, in.PartNumber)); err != nil {
		return err
	}
	st.etag, st.all = b.etag(), b.checksums
	if u.Algorithm != "" {
		st.checksums = map[string]string{u.Algorithm: b.checksums[u.Algorithm]}
	}
	return nil
}

func checkPartCopy(in *s3.UploadPartCopyInput) (bucket, key string, err error) {
	if err := checkPart(in.Key, in.PartNumber, in.SSECustomerAlgorithm); err != nil {
		return "", "", err
	}
	if in.CopySourceSSECustomerAlgorithm != nil {
		return "", "", notImplemented("x-amz-copy-source-server-side-encryption-customer-algorithm")
	}
	return parseCopySource(in.CopySource)
}

// copyRange reads x-amz-copy-source-range, which is stricter than Range: both ends are
// given and lie within the source. [S3: UploadPartCopy]
func copyRange(header *string, size int64) (span, error) {
	if header == nil {
		if size > maxObject {
			return span{}, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
		}
		return span{0, size, false}, nil
	}
	set, ok := strings.CutPrefix(*header, "bytes=")
	first, last, both := strings.Cut(set, "-")
	from, isFirst := digits(first)
	to, isLast := digits(last)
	if !ok || !both || !isFirst || !isLast || to < from {
		return span{}, invalidArgument("x-amz-copy-source-range", *header, "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
	}
	if to >= size {
		return span{}, invalidArgument("x-amz-copy-source-range", *header, fmt.Sprintf("Range specified is not valid for source object of size: %d", size))
	}
	if to-from+1 > maxObject {
		return span{}, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: 5368709120")
	}
	return span{from, to - from + 1, true}, nil
}

// UploadPartCopy adds or replaces a part by a run of another object's bytes, which were
// staged. The caller must be allowed to read the source.
func (s *Service) UploadPartCopy(c *op.Call, in *s3.UploadPartCopyInput) (*s3.UploadPartCopyOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	bucket, key, err := checkPartCopy(in)
	if err != nil {
		return nil, err
	}
	u, err := upload(c.Tx, b.Name, in.Key, in.UploadId)
	if err != nil {
		return nil, err
	}
	src, err := s.source(c, target{bucket: bucket, key: key, owner: in.ExpectedSourceBucketOwner},
		conditions{in.CopySourceIfMatch, in.CopySourceIfNoneMatch, in.CopySourceIfModifiedSince, in.CopySourceIfUnmodifiedSince})
	if err != nil {
		return nil, err
	}
	p, st, err := s.keepPart(c, b, u, in.PartNumber)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(st.segments, src.Segments) {
		return nil, conflict() // the source was replaced meanwhile
	}
	res := &s3.CopyPartResult{ETag: quoted(p.ETag), LastModified: new(seconds(p.Modified))}
	setChecksums(res, st.checksums, "")
	return &s3.UploadPartCopyOutput{CopyPartResult: res, ServerSideEncryption: new("AES256")}, nil
}
