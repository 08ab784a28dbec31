package object

import (
	"fmt"
	"io"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
)

// opened holds the reader of a GetObject from its stage to the answer. Run may
// find that another object has taken the place; then it opens that one.
type opened struct {
	segments []Segment
	at       span
	rc       io.ReadCloser
}

func (o *opened) discard() { _ = o.Close() } // only read

// Close closes the reader if the answer has not taken it.
func (o *opened) Close() error {
	if o.rc == nil {
		return nil
	}
	err := o.rc.Close()
	o.rc = nil
	return err
}

// ensure makes rc the reader of a row's bytes.
func (s *Service) ensure(c *op.Call, op *opened, row *Object, at span) error {
	if op.rc != nil && op.at == at && slices.Equal(op.segments, row.Segments) {
		return nil
	}
	op.discard()
	rc, err := s.read(c, row.blobs(), row.Segments, at)
	if err != nil {
		return fmt.Errorf("read object: %w", err)
	}
	*op = opened{row.Segments, at, rc}
	return nil
}

// stageGetObject opens the bytes before the transaction, so that it does not
// wait for them. Faults are left for GetObject to meet.
func (s *Service) stageGetObject(c *op.Call, in any) any {
	i := in.(*s3.GetObjectInput)
	op := &opened{}
	row, err := s.look(c, target{bucket: i.Bucket, key: i.Key})
	if err != nil || row == nil {
		return op
	}
	if at, err := section(row, i.Range, i.PartNumber); err == nil {
		_ = s.ensure(c, op, row, at) // met again
	}
	return op
}

// section is the run of bytes that a read asks for.
func section(o *Object, header *string, part *int64) (span, error) {
	if part != nil {
		if header != nil {
			return span{}, invalidRequest("Cannot specify both Range header and partNumber query parameter")
		}
		n := max(int64(len(o.Parts)), 1)
		if *part < 1 || *part > maxParts {
			return span{}, invalidArgument("partNumber", fmt.Sprint(*part), "Part number must be an integer between 1 and 10000, inclusive")
		}
		if *part > n {
			return span{}, refuse(416, "InvalidPartNumber", "The requested partnumber is not satisfiable",
				"ActualPartCount", fmt.Sprint(n), "PartNumberRequested", fmt.Sprint(*part))
		}
		if len(o.Parts) == 0 {
			return span{0, o.Size, o.Size > 0}, nil
		}
		at := span{length: o.Parts[*part-1], partial: true}
		for _, size := range o.Parts[:*part-1] {
			at.offset += size
		}
		return at, nil
	}
	if header == nil {
		return span{0, o.Size, false}, nil
	}
	return parseRange(*header, o.Size)
}

// visible finds the object of a read and holds it to the conditions.
func (s *Service) visible(c *op.Call, t target, x conditions, version, header *string, part *int64) (*Object, span, error) {
	b, err := s.enter(c, t)
	if err != nil {
		return nil, span{}, err
	}
	if version != nil && *version != "" && *version != "null" {
		return nil, span{}, refuse(404, "NoSuchVersion", "The specified version does not exist.", "Key", t.key, "VersionId", *version)
	}
	o, err := find(c.Tx, t.bucket, t.key)
	if err != nil {
		return nil, span{}, err
	}
	if o == nil {
		return nil, span{}, s.missing(c, b, t.key)
	}
	if err := x.check(o); err != nil {
		return nil, span{}, err
	}
	at, err := section(o, header, part)
	return o, at, err
}

// GetObject gives an object's bytes, or a run of them.
func (s *Service) GetObject(c *op.Call, in *s3.GetObjectInput) (*s3.GetObjectOutput, error) {
	o, at, err := s.visible(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner},
		conditions{in.IfMatch, in.IfNoneMatch, in.IfModifiedSince, in.IfUnmodifiedSince}, in.VersionId, in.Range, in.PartNumber)
	if err != nil {
		return nil, err
	}
	if in.SSECustomerAlgorithm != nil {
		return nil, notImplemented("x-amz-server-side-encryption-customer-algorithm")
	}
	op, ok := c.Staged.(*opened)
	if !ok {
		return nil, conflict()
	}
	if err := s.ensure(c, op, o, at); err != nil {
		return nil, err
	}
	c.Record.Extra("bytesTransferredOut", at.length)
	out := &s3.GetObjectOutput{
		Body: op.rc, AcceptRanges: new("bytes"), LastModified: new(seconds(o.Modified)), ContentLength: new(at.length), ETag: quoted(o.ETag),
		ServerSideEncryption: new("AES256"), Metadata: o.Metadata, StorageClass: optional(o.StorageClass),
		CacheControl: override(in.ResponseCacheControl, o.CacheControl), ContentDisposition: override(in.ResponseContentDisposition, o.ContentDisposition),
		ContentEncoding: override(in.ResponseContentEncoding, o.ContentEncoding), ContentLanguage: override(in.ResponseContentLanguage, o.ContentLanguage),
		ContentType: override(in.ResponseContentType, o.ContentType), Expires: optional(o.Expires),
	}
	if in.ResponseExpires != nil {
		out.Expires = new(in.ResponseExpires.UTC().Format(httpTime))
	}
	if at.partial {
		out.ContentRange = new(at.contentRange(o.Size))
	}
	if in.PartNumber != nil && len(o.Parts) > 0 {
		out.PartsCount = new(int64(len(o.Parts)))
	}
	// A checksum of the whole says nothing of a run.
	if in.ChecksumMode != nil && *in.ChecksumMode == "ENABLED" && at.length == o.Size {
		setChecksums(out, o.Checksums, o.ChecksumType)
	}
	return out, nil
}

// httpTime is the form of dates in headers. [RFC 9110, 5.6.7]
const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"

// HeadObject gives what GetObject gives without the bytes.
func (s *Service) HeadObject(c *op.Call, in *s3.HeadObjectInput) (*s3.HeadObjectOutput, error) {
	o, at, err := s.visible(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner},
		conditions{in.IfMatch, in.IfNoneMatch, in.IfModifiedSince, in.IfUnmodifiedSince}, in.VersionId, in.Range, in.PartNumber)
	if err != nil {
		return nil, err
	}
	if in.SSECustomerAlgorithm != nil {
		return nil, notImplemented("x-amz-server-side-encryption-customer-algorithm")
	}
	out := &s3.HeadObjectOutput{
		AcceptRanges: new("bytes"), LastModified: new(seconds(o.Modified)), ContentLength: new(at.length), ETag: quoted(o.ETag),
		ServerSideEncryption: new("AES256"), Metadata: o.Metadata, StorageClass: optional(o.StorageClass),
		CacheControl: override(in.ResponseCacheControl, o.CacheControl), ContentDisposition: override(in.ResponseContentDisposition, o.ContentDisposition),
		ContentEncoding: override(in.ResponseContentEncoding, o.ContentEncoding), ContentLanguage: override(in.ResponseContentLanguage, o.ContentLanguage),
		ContentType: override(in.ResponseContentType, o.ContentType), Expires: optional(o.Expires),
	}
	if in.ResponseExpires != nil {
		out.Expires = new(in.ResponseExpires.UTC().Format(httpTime))
	}
	if at.partial {
		out.ContentRange = new(at.contentRange(o.Size))
	}
	if in.PartNumber != nil && len(o.Parts) > 0 {
		out.PartsCount = new(int64(len(o.Parts)))
	}
	if in.ChecksumMode != nil && *in.ChecksumMode == "ENABLED" && at.length == o.Size {
		setChecksums(out, o.Checksums, o.ChecksumType)
	}
	return out, nil
}

func override(asked *string, own string) *string {
	if asked != nil {
		return asked
	}
	return optional(own)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
