package object

import (
	"errors"
	"fmt"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// stagePutObject takes the body to the engine.
func (s *Service) stagePutObject(c *op.Call, in any) any {
	i := in.(*s3.PutObjectInput)
	st := &staged{s: s, at: s.stageBlob(i.Bucket, i.Key)}
	st.err = s.receive(c, st, i)
	return st
}

func (s *Service) receive(c *op.Call, st *staged, in *s3.PutObjectInput) error {
	if err := checkKey(in.Key); err != nil {
		return err
	}
	h, err := headersOf(in)
	if err != nil {
		return err
	}
	b, err := newBody(in, in.Body, in.ContentMD5, in.ChecksumAlgorithm)
	if err != nil {
		return err
	}
	// Refused again inside the transaction; here it spares the upload.
	old, err := s.look(c, target{bucket: in.Bucket, key: in.Key})
	if err != nil {
		return err
	}
	if err := checkWrite(old, in.Key, in.IfMatch, in.IfNoneMatch); err != nil {
		return err
	}
	st.shared = old != nil && s.names()
	meta := h.blobMeta("")
	if !s.names() {
		meta.Header[factKey] = in.Key
	}
	if err := st.write(c, b, meta); err != nil {
		return err
	}
	st.etag, st.checksums, st.all = b.etag(), b.chosen(), b.checksums
	return nil
}

// look finds bucket and object outside the transaction. The object is nil when
// there is none.
func (s *Service) look(c *op.Call, t target) (*Object, error) {
	var o *Object
	err := s.State.View(c, func(tx store.Tx) error {
		has, err := buckets.Has(tx, store.K(t.bucket))
		if err != nil {
			return err
		}
		if !has {
			return noSuchBucket(t.bucket)
		}
		o, err = find(tx, t.bucket, t.key)
		return err
	})
	return o, err
}

// find returns an object's row, or nil.
func find(tx store.Tx, bucket, key string) (*Object, error) {
	o, err := objects.Get(tx, store.K(bucket, key))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	return o, nil
}

// checkWrite holds a write to its conditions. old is nil when there is no object.
func checkWrite(old *Object, key string, ifMatch, ifNoneMatch *string) error {
	if ifNoneMatch != nil {
		if *ifNoneMatch != "*" {
			return notImplemented("If-None-Match")
		}
		if old != nil {
			return preconditionFailed("If-None-Match")
		}
	}
	if ifMatch != nil {
		if old == nil {
			return noSuchKey(key)
		}
		if !matches(*ifMatch, old.ETag) {
			return preconditionFailed("If-Match")
		}
	}
	return nil
}

// PutObject makes or replaces an object. The bytes were staged.
func (s *Service) PutObject(c *op.Call, in *s3.PutObjectInput) (*s3.PutObjectOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
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
	h, err := headersOf(in)
	if err != nil {
		return nil, err
	}
	o := &Object{
		Bucket: b.Name, Key: in.Key, Segments: st.segmentsOf(), Size: st.size, ETag: st.etag, Modified: c.Now.UnixMilli(),
		Headers: h, Checksums: st.checksums, ChecksumType: fullObject,
	}
	if err := s.replace(c.Tx, c.Now, b, o, in.IfMatch, in.IfNoneMatch); err != nil {
		return nil, err
	}
	c.Record.Extra("bytesTransferredIn", st.size)
	out := &s3.PutObjectOutput{ETag: quoted(o.ETag), ServerSideEncryption: new("AES256")}
	setChecksums(out, o.Checksums, o.ChecksumType)
	return out, nil
}

// replace writes a row and lets the blobs of the old one go.
func (s *Service) replace(tx store.Tx, now time.Time, b *Bucket, o *Object, ifMatch, ifNoneMatch *string) error {
	old, err := find(tx, o.Bucket, o.Key)
	if err != nil {
		return err
	}
	if err := checkWrite(old, o.Key, ifMatch, ifNoneMatch); err != nil {
		return err
	}
	if old != nil && !s.names() {
		if err := s.release(tx, now, b, old.blobs()); err != nil {
			return err
		}
	}
	if err := objects.Put(tx, o); err != nil {
		return fmt.Errorf("put object: %w", err)
	}
	return nil
}

func quoted(etag string) *string { return new(`"` + etag + `"`) }
