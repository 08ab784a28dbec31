package object

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
)

// GetBucketPolicy returns the text as it was put.
func (s *Service) GetBucketPolicy(c *op.Call, in *s3.GetBucketPolicyInput) (*s3.GetBucketPolicyOutput, error) {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if b.Policy == "" {
		return nil, refuse(404, "NoSuchBucketPolicy", "The bucket policy does not exist", "BucketName", b.Name)
	}
	return &s3.GetBucketPolicyOutput{Policy: &b.Policy}, nil
}

// PutBucketPolicy sets the policy after reading it as the evaluator will.
func (s *Service) PutBucketPolicy(c *op.Call, in *s3.PutBucketPolicyInput) error {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return err
	}
	if err := ownPolicy(c, b); err != nil {
		return err
	}
	if len(in.Policy) > maxPolicy {
		return refuse(400, "PolicyTooLarge", "Policy exceeds the maximum allowed document size.") // (inferred)
	}
	doc, err := policy.Parse(in.Policy, policy.Bucket)
	if err != nil {
		var bad *policy.Error
		if errors.As(err, &bad) {
			e := refuse(400, "MalformedPolicy", bad.Message)
			e.Cause = bad.Cause
			return e
		}
		return fmt.Errorf("parse bucket policy: %w", err)
	}
	// A statement must be about this bucket: a policy that cannot match is a mistake.
	for _, st := range doc.Statements {
		if len(st.Resources) > 0 && !st.NotRes && !about(st, b.Name) {
			return refuse(400, "MalformedPolicy", "Policy has invalid resource")
		}
	}
	b.Policy = in.Policy
	if err := buckets.Put(c.Tx, b); err != nil {
		return fmt.Errorf("put bucket policy: %w", err)
	}
	return nil
}

// DeleteBucketPolicy removes the policy; none is no error.
func (s *Service) DeleteBucketPolicy(c *op.Call, in *s3.DeleteBucketPolicyInput) error {
	b, err := s.enter(c, target{bucket: in.Bucket, owner: in.ExpectedBucketOwner})
	if err != nil {
		return err
	}
	if err := ownPolicy(c, b); err != nil {
		return err
	}
	b.Policy = ""
	if err := buckets.Put(c.Tx, b); err != nil {
		return fmt.Errorf("delete bucket policy: %w", err)
	}
	return nil
}

// ownPolicy holds that only the owner's account changes a policy, whatever the
// policy itself allows. [S3: PutBucketPolicy, MethodNotAllowed for others]
func ownPolicy(c *op.Call, b *Bucket) error {
	if c.Account != b.Account {
		return refuse(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", "Method", "PUT", "ResourceType", "BUCKETPOLICY")
	}
	return nil
}

// about tells whether a statement's resources can name the bucket or one of its
// objects: each must match the bucket's ARN or begin with it and a slash.
func about(st *policy.Statement, bucket string) bool {
	own := arn.Bucket(bucket)
	for _, r := range st.Resources {
		text := r.String()
		if text == own || text == "*" || hasObjects(text, own) || wild(text) {
			continue
		}
		return false
	}
	return true
}

func hasObjects(text, own string) bool {
	return len(text) > len(own) && text[:len(own)] == own && (text[len(own)] == '/' || text[len(own)] == '*' || text[len(own)] == '?')
}

// wild tells whether the bucket's part of an ARN has wildcards or variables, so
// that only evaluation can tell what it matches.
func wild(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '/':
			return false
		case '*', '?', '$':
			return true
		}
	}
	return false
}
