package object

import (
	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/op"
)

// What follows answers the questions that tools ask of every bucket. The
// settings are those of a new bucket and cannot be changed.

// GetBucketAcl answers the list that every bucket has: full control to its owner.
func (s *Service) GetBucketAcl(c *op.Call, in *s3.GetBucketAclInput) (*s3.GetBucketAclOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	owner, grants := ownersList(b)
	return &s3.GetBucketAclOutput{Owner: owner, Grants: grants}, nil
}

// GetObjectAcl answers the same list for an object.
func (s *Service) GetObjectAcl(c *op.Call, in *s3.GetObjectAclInput) (*s3.GetObjectAclOutput, error) {
	b, err := s.there(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	owner, grants := ownersList(b)
	return &s3.GetObjectAclOutput{Owner: owner, Grants: grants}, nil
}

func ownersList(b *Bucket) (*s3.Owner, []s3.Grant) {
	id := new(canonicalID(b.Account))
	return &s3.Owner{ID: id}, []s3.Grant{{Grantee: &s3.Grantee{ID: id, Type: "CanonicalUser"}, Permission: new("FULL_CONTROL")}}
}

// there finds the bucket of an object that must exist.
func (s *Service) there(c *op.Call, t target) (*Bucket, error) {
	b, err := s.enter(c, t)
	if err != nil {
		return nil, err
	}
	o, err := find(c.Tx, t.bucket, t.key)
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, s.missing(c, b, t.key)
	}
	return b, nil
}

// GetBucketEncryption answers S3's default.
func (s *Service) GetBucketEncryption(c *op.Call, in *s3.GetBucketEncryptionInput) (*s3.GetBucketEncryptionOutput, error) {
	if _, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner}); err != nil {
		return nil, err
	}
	return &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &s3.ServerSideEncryptionConfiguration{
		Rules: []s3.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &s3.ServerSideEncryptionByDefault{SSEAlgorithm: "AES256"}, BucketKeyEnabled: new(false),
		}},
	}}, nil
}

// GetBucketNotificationConfiguration answers that nobody is notified.
func (s *Service) GetBucketNotificationConfiguration(c *op.Call, in *s3.GetBucketNotificationConfigurationInput) (*s3.GetBucketNotificationConfigurationOutput, error) {
	if _, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner}); err != nil {
		return nil, err
	}
	return &s3.GetBucketNotificationConfigurationOutput{}, nil
}

// GetBucketOwnershipControls answers that access control lists are off.
func (s *Service) GetBucketOwnershipControls(c *op.Call, in *s3.GetBucketOwnershipControlsInput) (*s3.GetBucketOwnershipControlsOutput, error) {
	if _, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner}); err != nil {
		return nil, err
	}
	return &s3.GetBucketOwnershipControlsOutput{
		OwnershipControls: &s3.OwnershipControls{Rules: []s3.OwnershipControlsRule{{ObjectOwnership: "BucketOwnerEnforced"}}},
	}, nil
}

// GetBucketTagging answers that there are no tags.
func (s *Service) GetBucketTagging(c *op.Call, in *s3.GetBucketTaggingInput) (*s3.GetBucketTaggingOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	return nil, refuse(404, "NoSuchTagSet", "The TagSet does not exist", "BucketName", b.Name)
}

// GetObjectTagging answers an empty set for an object that exists.
func (s *Service) GetObjectTagging(c *op.Call, in *s3.GetObjectTaggingInput) (*s3.GetObjectTaggingOutput, error) {
	if _, err := s.there(c, target{bucket: in.Bucket, key: in.Key, owner: in.ExpectedBucketOwner}); err != nil {
		return nil, err
	}
	return &s3.GetObjectTaggingOutput{TagSet: []s3.Tag{}}, nil
}

// GetPublicAccessBlock answers that nothing is blocked: a bucket policy may let
// everybody in.
func (s *Service) GetPublicAccessBlock(c *op.Call, in *s3.GetPublicAccessBlockInput) (*s3.GetPublicAccessBlockOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	return nil, refuse(404, "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found", "BucketName", b.Name)
}
