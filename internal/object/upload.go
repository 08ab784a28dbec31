package object

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// CreateMultipartUpload begins an upload in parts.
func (s *Service) CreateMultipartUpload(c *op.Call, in *s3.CreateMultipartUploadInput) (*s3.CreateMultipartUploadOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	h, err := headersOf(in)
	if err != nil {
		return nil, err
	}
	alg, err := algorithm(in.ChecksumAlgorithm)
	if err != nil {
		return nil, err
	}
	kind, err := checksumKind(alg, text(in.ChecksumType))
	if err != nil {
		return nil, err
	}
	id := make([]byte, 48)
	_, _ = rand.Read(id) // never fails
	u := &Upload{
		Bucket: b.Name, Key: in.Key, ID: base64.RawURLEncoding.EncodeToString(id), Initiated: c.Now.UnixMilli(), By: c.Caller.ARN,
		Headers: h, Algorithm: alg, ChecksumType: kind,
	}
	if err := uploads.Insert(c.Tx, u); err != nil {
		return nil, fmt.Errorf("insert upload: %w", err)
	}
	out := &s3.CreateMultipartUploadOutput{Bucket: &b.Name, Key: &u.Key, UploadId: &u.ID, ServerSideEncryption: new("AES256")}
	if alg != "" {
		out.ChecksumAlgorithm, out.ChecksumType = &u.Algorithm, &u.ChecksumType
	}
	return out, nil
}

// checksumKind is the checksum type of an upload. CRCs can be of the whole;
// SHAs only of the parts' digests; CRC64NVME only of the whole.
func checksumKind(alg, asked string) (string, error) {
	sha := alg == "SHA1" || alg == "SHA256"
	switch {
	case alg == "":
		return fullObject, nil // CRC64NVME
	case asked == "" && alg == "CRC64NVME":
		return fullObject, nil
	case asked == "":
		return composite, nil
	case asked == fullObject && sha:
		return "", invalidRequest("The FULL_OBJECT checksum type cannot be used with the " + lower(alg) + " checksum algorithm.")
	case asked == composite && alg == "CRC64NVME":
		return "", invalidRequest("The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.")
	}
	return asked, nil
}

// stageUploadPart takes a part's body to the engine.
func (s *Service) stageUploadPart(c *op.Call, in any) any {
	i := in.(*s3.UploadPartInput)
	st := &staged{s: s, at: s.stagePart(i.Bucket, i.UploadId, i.PartNumber)}
	st.err = s.receivePart(c, st, i)
	return st
}

func (s *Service) receivePart(c *op.Call, st *staged, in *s3.UploadPartInput) error {
	if err := checkPart(in.Key, in.PartNumber, in.SSECustomerAlgorithm); err != nil {
		return err
	}
	b, err := newBody(in, in.Body, in.ContentMD5, in.ChecksumAlgorithm)
	if err != nil {
		return err
	}
	err = s.State.View(c, func(tx store.Tx) error {
		u, err := upload(tx, in.Bucket, in.Key, in.UploadId)
		if err != nil {
			return err
		}
		if u.Algorithm == "" {
			return nil
		}
		b.compute(u.Algorithm)
		given := b.asked
		for a := range b.want {
			given = a
		}
		if given != "" && given != u.Algorithm {
			return invalidRequest("Checksum Type mismatch occurred, expected checksum Type: " + lower(u.Algorithm) + ", actual checksum Type: " + lower(given))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := st.write(c, b, s.partMeta(in.Key, in.UploadId, in.PartNumber)); err != nil {
		return err
	}
	st.etag, st.checksums, st.all = b.etag(), b.want, b.checksums
	return nil
}

// partMeta is what the blob of a part says of itself.
func (s *Service) partMeta(key, upload string, number int64) store.BlobMeta {
	h := Headers{}
	meta := h.blobMeta("")
	if !s.names() {
		meta.Header[factUpload], meta.Header[factPart], meta.Header[factKey] = upload, strconv.FormatInt(number, 10), key
	}
	return meta
}

func checkPart(key string, number int64, customerAlgorithm *string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if number < 1 || number > maxParts {
		return invalidArgument("partNumber", fmt.Sprint(number), "Part number must be an integer between 1 and 10000, inclusive")
	}
	if customerAlgorithm != nil {
		return notImplemented("x-amz-server-side-encryption-customer-algorithm")
	}
	return nil
}

// upload finds an upload's row.
func upload(tx store.Tx, bucket, key, id string) (*Upload, error) {
	if len(id) > 128 {
		return nil, noSuchUpload(id)
	}
	u, err := uploads.Get(tx, store.K(bucket, key, id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, noSuchUpload(id)
	}
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	return u, nil
}

// UploadPart adds or replaces a part. The bytes were staged.
func (s *Service) UploadPart(c *op.Call, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if err := checkPart(in.Key, in.PartNumber, in.SSECustomerAlgorithm); err != nil {
		return nil, err
	}
	u, err := upload(c.Tx, b.Name, in.Key, in.UploadId)
	if err != nil {
		return nil, err
	}
	p, st, err := s.keepPart(c, b, u, in.PartNumber)
	if err != nil {
		return nil, err
	}
	c.Record.Extra("bytesTransferredIn", st.size)
	out := &s3.UploadPartOutput{ETag: quoted(p.ETag), ServerSideEncryption: new("AES256")}
	setChecksums(out, st.checksums, "")
	return out, nil
}

// keepPart makes the row of a part whose bytes were staged, in place of one that had
// the number.
func (s *Service) keepPart(c *op.Call, b *Bucket, u *Upload, number int64) (*Part, *staged, error) {
	st, ok := c.Staged.(*staged)
	if !ok {
		return nil, nil, conflict()
	}
	if st.err != nil {
		return nil, nil, st.err
	}
	p := &Part{
		Upload: u.ID, Number: number, Segment: Segment{st.at.Blob, st.size}, ETag: st.etag, Modified: c.Now.UnixMilli(), Checksums: st.all,
	}
	old, err := parts.Get(c.Tx, parts.Key(p))
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return nil, nil, fmt.Errorf("part: %w", err)
	default:
		if err := s.release(c.Tx, c.Now, b, []place{s.partPlace(b.Name, old)}); err != nil {
			return nil, nil, err
		}
	}
	if err := parts.Put(c.Tx, p); err != nil {
		return nil, nil, fmt.Errorf("put part: %w", err)
	}
	return p, st, nil
}

// AbortMultipartUpload drops an upload and its parts.
func (s *Service) AbortMultipartUpload(c *op.Call, in *s3.AbortMultipartUploadInput) (*s3.AbortMultipartUploadOutput, error) {
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
	if in.IfMatchInitiatedTime != nil && !in.IfMatchInitiatedTime.Equal(seconds(u.Initiated)) {
		return nil, preconditionFailed("x-amz-if-match-initiated-time")
	}
	if _, err := s.dropUpload(c.Tx, c.Now, b, u, nil); err != nil {
		return nil, err
	}
	return &s3.AbortMultipartUploadOutput{}, nil
}

// dropUpload deletes an upload's rows and lets the bytes of its parts go, except
// those that keep says an object has taken over. It returns the number of parts.
func (s *Service) dropUpload(tx store.Tx, now time.Time, b *Bucket, u *Upload, keep map[string]bool) (int, error) {
	var numbers []int64
	var gone []place
	for p, err := range parts.Scan(tx, store.K(u.ID), nil) {
		if err != nil {
			return 0, fmt.Errorf("parts of upload: %w", err)
		}
		numbers = append(numbers, p.Number)
		if !keep[p.Segment.Blob] {
			gone = append(gone, s.partPlace(b.Name, p))
		}
	}
	for _, n := range numbers {
		if err := parts.Delete(tx, store.K(u.ID, n)); err != nil {
			return 0, fmt.Errorf("delete part: %w", err)
		}
	}
	if err := uploads.Delete(tx, uploads.Key(u)); err != nil {
		return 0, fmt.Errorf("delete upload: %w", err)
	}
	return len(numbers), s.release(tx, now, b, gone)
}
