package schedule

import (
	"context"
	"errors"
	"strings"
	"time"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Destination is where results go.
type Destination struct {
	URI   string // s3://bucket/prefix
	Role  string
	Owner string `json:",omitempty"` // the bucket's account, empty for that of the query
}

// Object is a result on its way to a bucket, put by a role for a scheduled query.
type Object struct {
	Account, Region, Schedule string // Schedule is an ARN
	Role                      string
	Owner                     string // who must own the bucket
	Bucket, Key               string
	Data                      []byte
}

// Buckets is S3. An error that is a Refusal will not pass.
type Buckets interface {
	// Check tells whether the object could be put.
	Check(tx store.Tx, o Object) error
	Put(ctx context.Context, o Object) error
}

// Refusal is why a result cannot be put, in words for the owner of the query.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// setDestination takes over where a call wants results, or refuses it.
func (sv *Service) setDestination(c *op.Call, s *Schedule, given *api.DestinationConfiguration) error {
	s.Destination = nil
	if given == nil {
		return nil
	}
	to := given.S3Configuration
	if logs.Text(to.KmsKeyId) != "" {
		return invalid("kmsKeyId is not supported by this server.")
	}
	if err := sv.mayPass(c, to.RoleArn); err != nil {
		return err
	}
	s.Destination = &Destination{URI: to.DestinationIdentifier, Role: to.RoleArn, Owner: logs.Text(to.OwnerAccountId)}
	err := sv.Buckets.Check(c.Tx, s.object(s.Destination, c.Now, newID()))
	if refused, ok := errors.AsType[Refusal](err); ok {
		return invalid(refused.Error())
	}
	return err
}

// object is the result of a run, without its bytes. Its key is this server's own: the query, the day of the run and the run's query (inferred).
func (s *Schedule) object(d *Destination, at time.Time, query string) Object {
	bucket, prefix, _ := strings.Cut(strings.TrimPrefix(d.URI, "s3://"), "/")
	if prefix = strings.TrimRight(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	o := Object{
		Account: s.Account, Region: s.Region, Schedule: s.ARN(), Role: d.Role, Owner: d.Owner, Bucket: bucket,
		Key: prefix + s.ID + "/" + at.UTC().Format("2006/01/02") + "/" + query + ".json",
	}
	if o.Owner == "" {
		o.Owner = s.Account
	}
	return o
}

func (d *Destination) shape() *api.DestinationConfiguration {
	if d == nil {
		return nil
	}
	return &api.DestinationConfiguration{S3Configuration: &api.S3Configuration{
		DestinationIdentifier: d.URI, RoleArn: d.Role, OwnerAccountId: logs.Present(d.Owner),
	}}
}
