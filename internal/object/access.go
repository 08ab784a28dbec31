package object

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Resource types of records.
const (
	typeObject = "AWS::S3::Object"
	typeBucket = "AWS::S3::Bucket"
)

// target is what a call acts on.
type target struct {
	bucket string
	key    string  // empty for the bucket itself
	owner  *string // ExpectedBucketOwner
	action string  // without prefix
}

// enter finds the bucket of a call, names the resources in its record and holds
// callers of other accounts to the bucket's policy.
func (s *Service) enter(c *op.Call, t target) (*Bucket, error) {
	b, err := buckets.Get(c.Tx, store.K(t.bucket))
	if errors.Is(err, store.ErrNotFound) {
		names(c, c.Account, t)
		return nil, noSuchBucket(t.bucket)
	}
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	names(c, b.Account, t)
	if t.owner != nil && *t.owner != b.Account {
		return nil, accessDenied()
	}
	if b.Account != c.Account {
		ok, err := foreignAllowed(c, b, t)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, accessDenied()
		}
	}
	return b, nil
}

// names adds the resources to the record.
func names(c *op.Call, account string, t target) {
	if t.key != "" {
		c.Record.AddResource(account, typeObject, arn.Object(t.bucket, t.key))
	}
	c.Record.AddResource(account, typeBucket, arn.Bucket(t.bucket))
}

func (t *target) arn() string {
	if t.key == "" {
		return arn.Bucket(t.bucket)
	}
	return arn.Object(t.bucket, t.key)
}

// everything stands for the caller's own policies, which the gateway has asked
// already: what is left is the bucket's side.
const everything = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`

// foreignAllowed asks the bucket policy for a caller of another account.
func foreignAllowed(c *op.Call, b *Bucket, t target) (bool, error) {
	if b.Policy == "" {
		return false, nil
	}
	doc, err := policy.Parse(b.Policy, policy.Bucket)
	if err != nil {
		return false, fmt.Errorf("parse bucket policy: %w", err)
	}
	own, err := policy.Parse(everything, policy.Identity)
	if err != nil {
		return false, fmt.Errorf("parse own policy: %w", err)
	}
	var ctx condition.Context
	eval.Facts{Now: c.Now, SourceIP: c.SourceIP, UserAgent: c.UserAgent, Region: c.Region}.Set(&ctx)
	d := eval.Decide(&eval.Request{
		Principal: c.Caller, Action: "s3:" + t.action, Resource: t.arn(), ResourceAccount: b.Account,
		CanonicalID: canonicalID(c.Caller.Account), Context: ctx,
	}, &eval.Policies{Identity: []*policy.Document{own}, Resource: []*policy.Document{doc}})
	return d.Allowed, nil
}

// ResourcePolicies returns the policy of the bucket that an input names, for the
// gateway's authorisation.
func (s *Service) ResourcePolicies(tx store.Tx, _ string, in any) ([]string, error) {
	v := reflect.ValueOf(in)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, nil
	}
	f := v.Elem().FieldByName("Bucket")
	if !f.IsValid() || f.Kind() != reflect.String {
		return nil, nil
	}
	b, err := buckets.Get(tx, store.K(f.String()))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	if b.Policy == "" {
		return nil, nil
	}
	return []string{b.Policy}, nil
}

// BucketAccount tells who owns a bucket; ok is false when it does not exist.
func (s *Service) BucketAccount(tx store.Tx, bucket string) (account string, ok bool, err error) {
	b, err := buckets.Get(tx, store.K(bucket))
	if errors.Is(err, store.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("bucket: %w", err)
	}
	return b.Account, true, nil
}
