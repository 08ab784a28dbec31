package object

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// DeleteObject removes an object; a missing one is no error.
func (s *Service) DeleteObject(c *op.Call, in *s3.DeleteObjectInput) (*s3.DeleteObjectOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	if in.IfMatchLastModifiedTime != nil {
		return nil, notImplemented("x-amz-if-match-last-modified-time")
	}
	if in.IfMatchSize != nil {
		return nil, notImplemented("x-amz-if-match-size")
	}
	if in.VersionId != nil && *in.VersionId != "" && *in.VersionId != "null" {
		return nil, refuse(404, "NoSuchVersion", "The specified version does not exist.", "Key", in.Key, "VersionId", *in.VersionId)
	}
	if err := s.remove(c, b, in.Key, in.IfMatch); err != nil {
		return nil, err
	}
	return &s3.DeleteObjectOutput{}, nil
}

// remove deletes a row and lets its blobs go.
func (s *Service) remove(c *op.Call, b *Bucket, key string, ifMatch *string) error {
	o, err := find(c.Tx, b.Name, key)
	if err != nil {
		return err
	}
	if o == nil {
		if ifMatch != nil && *ifMatch != "*" {
			return noSuchKey(key)
		}
		return nil
	}
	if ifMatch != nil && !matches(*ifMatch, o.ETag) {
		return preconditionFailed("If-Match")
	}
	if err := objects.Delete(c.Tx, store.K(b.Name, key)); err != nil {
		return fmt.Errorf("delete object: %w", err)
	}
	return s.release(c.Tx, c.Now, b, o.blobs())
}

// DeleteObjects removes up to 1000 objects. Each key gets a record of its own
// beside that of the call, except those that a caller of another account, or
// nobody, may not delete: strangers must not be able to make a thousand records by
// one call.
func (s *Service) DeleteObjects(c *op.Call, in *s3.DeleteObjectsInput) (*s3.DeleteObjectsOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if in.Delete == nil || len(in.Delete.Objects) == 0 || len(in.Delete.Objects) > maxList {
		return nil, malformedXML()
	}
	quiet := in.Delete.Quiet != nil && *in.Delete.Quiet
	out := &s3.DeleteObjectsOutput{}
	for _, id := range in.Delete.Objects {
		allowed, fault := s.removeOne(c, b, id)
		e, ok := errorOf(fault)
		switch {
		case fault != nil && !ok:
			return nil, fault
		case ok:
			out.Errors = append(out.Errors, s3.Error{Key: &id.Key, VersionId: id.VersionId, Code: &e.Code, Message: &e.Message})
		case !quiet:
			out.Deleted = append(out.Deleted, s3.DeletedObject{Key: &id.Key})
		}
		if !allowed && c.Caller.Account != b.Account {
			continue
		}
		if err := s.recordDelete(c, b, id.Key, e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// removeOne deletes one of the keys, and tells whether the caller may.
func (s *Service) removeOne(c *op.Call, b *Bucket, id s3.ObjectIdentifier) (allowed bool, err error) {
	// The gateway leaves this call to us: every key is a resource of its own.
	if ok, err := s.may(c, b, "DeleteObject", id.Key); err != nil {
		return false, err
	} else if !ok {
		return false, accessDenied()
	}
	return true, s.removeAllowed(c, b, id)
}

func (s *Service) removeAllowed(c *op.Call, b *Bucket, id s3.ObjectIdentifier) error {
	if err := checkKey(id.Key); err != nil {
		return err
	}
	if id.VersionId != nil && *id.VersionId != "" && *id.VersionId != "null" {
		return refuse(404, "NoSuchVersion", "The specified version does not exist.")
	}
	if id.LastModifiedTime != nil || id.Size != nil {
		return notImplemented("LastModifiedTime")
	}
	return s.remove(c, b, id.Key, id.ETag)
}
