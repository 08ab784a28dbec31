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
	each   bool    // the operation asks for every key by itself
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
	if b.Account != c.Caller.Account && !t.each {
		ok, err := bucketAllows(c, b, t)
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

// may asks about a further action of a call.
func (s *Service) may(c *op.Call, b *Bucket, t target) (bool, error) {
	if s.Authorise != nil {
		ok, err := s.Authorise(c, "s3:"+t.action, t.arn(), b.Account, b.Policy)
		if err != nil {
			return false, fmt.Errorf("authorise %s: %w", t.action, err)
		}
		return ok, nil
	}
	if !c.Caller.IsRoot() {
		return false, nil
	}
	return bucketAllows(c, b, t)
}

// bucketAllows asks the bucket's side: its owner's account and its policy.
func bucketAllows(c *op.Call, b *Bucket, t target) (bool, error) {
	p := &eval.Policies{}
	if b.Policy != "" {
		doc, err := policy.Parse(b.Policy, policy.Bucket)
		if err != nil {
			return false, fmt.Errorf("parse bucket policy: %w", err)
		}
		p.Resource = []*policy.Document{doc}
	}
	own, err := policy.Parse(everything, policy.Identity)
	if err != nil {
		return false, fmt.Errorf("parse own policy: %w", err)
	}
	p.Identity = []*policy.Document{own}
	var ctx condition.Context
	eval.Facts{Now: c.Now, SourceIP: c.SourceIP, UserAgent: c.UserAgent, Region: c.Region}.Set(&ctx)
	d := eval.Decide(&eval.Request{
		Principal: c.Caller, Action: "s3:" + t.action, Resource: t.arn(), ResourceAccount: b.Account,
		CanonicalID: canonicalID(c.Caller.Account), Context: ctx,
	}, p)
	return d.Allowed, nil
}

// bucketOf returns the bucket that an input names, nil for none.
func bucketOf(tx store.Tx, in any) (*Bucket, error) {
	v := reflect.ValueOf(in)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, nil
	}
	f := v.Elem().FieldByName("Bucket")
	if !f.IsValid() || f.Kind() != reflect.String || f.String() == "" {
		return nil, nil
	}
	b, err := buckets.Get(tx, store.K(f.String()))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("bucket: %w", err)
	}
	return b, nil
}

// ResourcePolicies returns the policy of the bucket that an input names, for the
// gateway's authorisation.
func (s *Service) ResourcePolicies(tx store.Tx, _ string, in any) ([]string, error) {
	b, err := bucketOf(tx, in)
	if err != nil || b == nil || b.Policy == "" {
		return nil, err
	}
	return []string{b.Policy}, nil
}

// resourceAccount tells the gateway who owns the bucket that an input names.
func (s *Service) resourceAccount(tx store.Tx, in any) (string, error) {
	b, err := bucketOf(tx, in)
	if err != nil || b == nil {
		return "", err
	}
	return b.Account, nil
}

// owner finds whose record an unsigned call belongs to: the bucket's account.
func (s *Service) owner(tx store.Tx, in any) (account, region string, ok bool) {
	b, err := bucketOf(tx, in)
	if err != nil || b == nil {
		return "", "", false
	}
	return b.Account, b.Region, true
}
