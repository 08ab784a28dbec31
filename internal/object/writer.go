package object

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Errors of [Writer] that its callers tell apart. Others are faults of an engine.
var (
	// ErrNoBucket says that the bucket does not exist.
	ErrNoBucket = errors.New("bucket does not exist")
	// ErrDenied says that the bucket policy does not let the service do it.
	ErrDenied = errors.New("bucket policy does not allow the service")
	// ErrNoObject says that the key does not exist.
	ErrNoObject = errors.New("object does not exist")
)

// Writer lets other services of this server use buckets as AWS's services do: as
// a service principal that needs the bucket policy's leave.
type Writer struct{ s *Service }

// Writer returns the way in for other services.
func (s *Service) Writer() *Writer { return &Writer{s} }

// Write is one object to put.
type Write struct {
	// Service acts: cloudtrail.amazonaws.com.
	Service string
	// As is asked in each transaction for the session of a role that acts for the service, with its policies; nil if the service acts itself.
	As func(tx store.Tx) (principal.Principal, []*policy.Document, error)
	// Owner is the account that must own the bucket; empty for any.
	Owner  string
	Bucket string
	Key    string
	Data   []byte
	// Headers by lower-case name: content-type, content-encoding, x-amz-acl, x-amz-meta-*, cache-control.
	Headers map[string]string
	// Conditions are further keys for the policy, such as aws:SourceArn and
	// aws:SourceAccount; s3:x-amz-acl follows from Headers.
	Conditions map[string]string
}

// Put stores an object durably with its record, a data event of the bucket's
// owner. It asks the bucket policy within the transaction that makes the object
// visible. The error is or wraps ErrNoBucket, ErrDenied, or that of an engine.
func (w *Writer) Put(ctx context.Context, x Write) error {
	s := w.s
	if err := checkKey(x.Key); err != nil {
		return fmt.Errorf("object key: %w", err)
	}
	if len(x.Data) > maxObject {
		return fmt.Errorf("object of %d bytes", len(x.Data))
	}
	in := x.input()
	h, err := headersOf(in)
	if err != nil {
		return fmt.Errorf("object headers: %w", err)
	}
	conditions := maps.Clone(x.Conditions)
	if acl := x.Headers["x-amz-acl"]; acl != "" {
		if conditions == nil {
			conditions = make(map[string]string, 1)
		}
		conditions["s3:x-amz-acl"] = acl
	}
	st := &staged{s: s, at: s.stageBlob(x.Bucket, x.Key)}
	// Asked first outside, so that a refusal costs no upload and leaves nothing.
	err = s.State.View(ctx, func(tx store.Tx) error {
		if _, err := w.may(tx, &x, conditions); err != nil {
			return err
		}
		old, err := find(tx, x.Bucket, x.Key)
		st.shared = old != nil && s.names()
		return err
	})
	if err != nil {
		return err
	}
	b, err := newBody(in, bytes.NewReader(x.Data), nil, nil)
	if err != nil {
		return err
	}
	meta := h.blobMeta("")
	if !s.names() {
		meta.Header[factKey] = x.Key
	}
	if err := st.write(ctx, b, meta); err != nil {
		st.discard()
		return err
	}
	st.etag, st.checksums = b.etag(), b.chosen()
	err = s.State.Update(ctx, func(tx store.Tx) error { return w.commit(tx, x, conditions, st, h, in) })
	if err != nil && !errors.Is(err, store.ErrUnknown) {
		st.discard()
	}
	return err
}

// commit makes the row, and the record of it.
func (w *Writer) commit(tx store.Tx, x Write, conditions map[string]string, st *staged, h Headers, in *s3.PutObjectInput) error {
	s := w.s
	caller, err := w.may(tx, &x, conditions)
	if err != nil {
		return err
	}
	bucket, err := buckets.Get(tx, store.K(x.Bucket))
	if err != nil {
		return fmt.Errorf("bucket: %w", err)
	}
	now := s.Clock.Now().UTC()
	o := &Object{
		Bucket: x.Bucket, Key: x.Key, Segments: st.segmentsOf(), Size: st.size, ETag: st.etag, Modified: now.UnixMilli(), Headers: h,
		Checksums: st.checksums, ChecksumType: fullObject,
	}
	if err := s.replace(tx, now, bucket, o, nil, nil); err != nil {
		return err
	}
	out := &s3.PutObjectOutput{ETag: quoted(o.ETag), ServerSideEncryption: new("AES256")}
	return s.record(tx, entry{
		operation: "PutObject", caller: caller, bucket: bucket, key: x.Key, region: bucket.Region, source: x.Service,
		agent: x.Service, request: uuid.NewString(), now: now, input: in, output: out, moved: st.size,
	})
}

// input is the call that the write stands for.
func (x *Write) input() *s3.PutObjectInput {
	h := func(name string) *string { return optional(x.Headers[name]) }
	in := &s3.PutObjectInput{
		Bucket: x.Bucket, Key: x.Key, ACL: h("x-amz-acl"), ContentType: h("content-type"), ContentEncoding: h("content-encoding"),
		CacheControl: h("cache-control"), ContentDisposition: h("content-disposition"), ContentLanguage: h("content-language"),
		StorageClass: h("x-amz-storage-class"), ServerSideEncryption: h("x-amz-server-side-encryption"),
	}
	for k, v := range x.Headers {
		if name, ok := strings.CutPrefix(k, "x-amz-meta-"); ok {
			if in.Metadata == nil {
				in.Metadata = make(map[string]string)
			}
			in.Metadata[name] = v
		}
	}
	return in
}

// Check asks whether a service may put an object under a key, as S3 would, without
// doing so. It wraps ErrNoBucket or ErrDenied. The policy's conditions see what
// conditions holds beside the time and the service's name.
func (w *Writer) Check(tx store.Tx, service, bucket, key string, conditions map[string]string) error {
	return w.ask(tx, service, "s3:PutObject", bucket, arn.Object(bucket, key), conditions)
}

// CheckACL asks whether a service may read a bucket's access control list, which
// CloudTrail wants before it delivers to it. Errors as for Check.
func (w *Writer) CheckACL(tx store.Tx, service, bucket string, conditions map[string]string) error {
	return w.ask(tx, service, "s3:GetBucketAcl", bucket, arn.Bucket(bucket), conditions)
}

// Ask asks whether the object of x may be put, as Put would, without doing so. Errors as for Put.
func (w *Writer) Ask(tx store.Tx, x Write) error {
	_, err := w.may(tx, &x, x.Conditions)
	return err
}

// may tells who puts an object, or that nobody may.
func (w *Writer) may(tx store.Tx, x *Write, conditions map[string]string) (principal.Principal, error) {
	b, err := buckets.Get(tx, store.K(x.Bucket))
	if errors.Is(err, store.ErrNotFound) {
		return principal.Principal{}, fmt.Errorf("%s: %w", x.Bucket, ErrNoBucket)
	}
	if err != nil {
		return principal.Principal{}, fmt.Errorf("bucket: %w", err)
	}
	if x.Owner != "" && x.Owner != b.Account {
		return principal.Principal{}, fmt.Errorf("%s has another owner: %w", x.Bucket, ErrDenied)
	}
	if x.As == nil {
		return principal.Service(x.Service), w.Check(tx, x.Service, x.Bucket, x.Key, conditions)
	}
	session, identity, err := x.As(tx)
	if err != nil {
		return principal.Principal{}, err
	}
	policies := &eval.Policies{Identity: identity}
	if b.Policy != "" {
		doc, err := policy.Parse(b.Policy, policy.Bucket)
		if err != nil {
			return principal.Principal{}, fmt.Errorf("parse bucket policy: %w", err)
		}
		policies.Resource = []*policy.Document{doc}
	}
	var c condition.Context
	eval.Facts{Now: w.s.Clock.Now(), Region: b.Region, TLS: true}.Set(&c)
	for k, v := range conditions {
		c.Set(k, v)
	}
	d := eval.Decide(&eval.Request{
		Principal: session, Action: "s3:PutObject", Resource: arn.Object(x.Bucket, x.Key), ResourceAccount: b.Account, Context: c,
	}, policies)
	if !d.Allowed {
		return principal.Principal{}, fmt.Errorf("s3:PutObject on %s for %s: %w", arn.Object(x.Bucket, x.Key), session.ARN, ErrDenied)
	}
	return session, nil
}

func (w *Writer) ask(tx store.Tx, service, action, bucket, resource string, conditions map[string]string) error {
	b, err := buckets.Get(tx, store.K(bucket))
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s: %w", bucket, ErrNoBucket)
	}
	if err != nil {
		return fmt.Errorf("bucket: %w", err)
	}
	if b.Policy == "" {
		return fmt.Errorf("%s has no policy: %w", bucket, ErrDenied)
	}
	doc, err := policy.Parse(b.Policy, policy.Bucket)
	if err != nil {
		return fmt.Errorf("parse bucket policy: %w", err)
	}
	var c condition.Context
	eval.Facts{Now: w.s.Clock.Now(), Region: b.Region, TLS: true}.Set(&c)
	for k, v := range conditions {
		c.Set(k, v)
	}
	d := eval.Decide(&eval.Request{
		Principal: principal.Service(service), Action: action, Resource: resource, ResourceAccount: b.Account, Context: c,
	}, &eval.Policies{Resource: []*policy.Document{doc}})
	if !d.Allowed {
		return fmt.Errorf("%s on %s for %s: %w", action, resource, service, ErrDenied)
	}
	return nil
}

// Get returns an object's bytes, up to limit of them; more is an error. It asks
// no policy: the caller answers for who may see them. It wraps ErrNoObject.
func (w *Writer) Get(ctx context.Context, bucket, key string, limit int64) ([]byte, error) {
	var o *Object
	err := w.s.State.View(ctx, func(tx store.Tx) (err error) {
		o, err = find(tx, bucket, key)
		return err
	})
	if err != nil {
		return nil, err
	}
	if o == nil {
		return nil, fmt.Errorf("%s/%s: %w", bucket, key, ErrNoObject)
	}
	if o.Size > limit {
		return nil, fmt.Errorf("object of %d bytes is larger than %d", o.Size, limit)
	}
	rc, err := w.s.read(ctx, o.blobs(), o.Segments, span{0, o.Size, false})
	if err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	defer rc.Close()
	raw, err := io.ReadAll(rc)
	if err != nil {
		return nil, fmt.Errorf("read object: %w", err)
	}
	return raw, nil
}
