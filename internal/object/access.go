package object

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/arn"
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
}

// enter finds the bucket of a call that the gateway has authorised, and names the
// resources in its record.
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

// may asks about a further action of a call, without the prefix "s3:".
func (s *Service) may(c *op.Call, b *Bucket, action, key string) (bool, error) {
	t := target{bucket: b.Name, key: key}
	ok, err := s.Authorise(c, "s3:"+action, t.arn(), b.Account, b.Policy)
	if err != nil {
		return false, fmt.Errorf("authorise %s: %w", action, err)
	}
	return ok, nil
}

// missing is the answer for a key that does not exist. Who may not list the bucket
// does not learn that. [S3: GetObject, permissions]
func (s *Service) missing(c *op.Call, b *Bucket, key string) error {
	ok, err := s.may(c, b, "ListBucket", "")
	switch {
	case err != nil:
		return err
	case !ok:
		return accessDenied()
	}
	return noSuchKey(key)
}

// bucketOf returns the bucket that an input names, nil for none.
func bucketOf(tx store.Tx, in any) (*Bucket, error) {
	if _, ok := in.(*s3.CreateBucketInput); ok {
		return nil, nil // it names what its own caller shall own
	}
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

// resourceOwner tells the gateway who owns the bucket that an input names, and in
// which Region; empty for none.
func (s *Service) resourceOwner(tx store.Tx, in any) (account, region string, err error) {
	b, err := bucketOf(tx, in)
	if err != nil || b == nil {
		return "", "", err
	}
	return b.Account, b.Region, nil
}

// owner finds whose record an unsigned call belongs to: the bucket's account.
func (s *Service) owner(tx store.Tx, in any) (account, region string, ok bool) {
	account, region, err := s.resourceOwner(tx, in)
	return account, region, err == nil && account != ""
}
