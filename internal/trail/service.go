package trail

import (
	"errors"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// What a check of a trail's targets may find.
var (
	ErrNoBucket     = errors.New("bucket does not exist")
	ErrBucketPolicy = errors.New("bucket policy does not let CloudTrail write")
	ErrGroup        = errors.New("log group does not exist")
	ErrTrust        = errors.New("role does not trust CloudTrail")
	ErrPermission   = errors.New("role may not write the log group")
	ErrTopic        = errors.New("topic does not exist or does not let CloudTrail publish")
)

// Targets checks where a trail delivers to. Each method returns one of the
// errors above, or nil.
type Targets interface {
	CheckBucket(tx store.Tx, account, trailARN, bucket, prefix string) error
	CheckLogGroup(tx store.Tx, account, region, groupARN, roleARN string) error
	CheckTopic(tx store.Tx, account, trailARN, topicARN string) error
}

// Keys makes sure that a Region has a key to sign digests with.
type Keys interface {
	Ensure(c *op.Call) error
}

// Service answers the trail and selector operations.
type Service struct {
	Targets Targets
	Keys    Keys
}

var (
	_ cloudtrail.TrailAPI    = (*Service)(nil)
	_ cloudtrail.SelectorAPI = (*Service)(nil)
)

const maxTrails = 5 // per Region, shadow trails included

func ignoreMissing(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func unknown(c *op.Call, name string) *schema.Error {
	return cloudtrail.TrailNotFoundException("Unknown trail: " + name + " for the user: " + c.Account)
}

// find returns the trail of a name in this Region, or of an ARN in any.
func (s *Service) find(c *op.Call, name string) (*Row, error) {
	region := c.Region
	short := name
	if strings.HasPrefix(name, "arn:") {
		a, err := arn.Parse(name)
		if err != nil || a.Service != "cloudtrail" || !strings.HasPrefix(a.Resource, "trail/") {
			return nil, cloudtrail.CloudTrailARNInvalidException("The ARN " + name + " is not valid.")
		}
		if a.Account != c.Account {
			return nil, unknown(c, name)
		}
		region, short = a.Region, strings.TrimPrefix(a.Resource, "trail/")
	} else if err := checkName(name); err != nil {
		return nil, err
	}
	r, err := Trails.Find(c.Tx, "name", store.K(c.Account, region, short))
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil, unknown(c, name)
		}
		return nil, err
	}
	if region != c.Region && !r.MultiRegion {
		return nil, unknown(c, name)
	}
	return r, nil
}

// findHome is find for changes, which only the home Region takes.
func (s *Service) findHome(c *op.Call, name string) (*Row, error) {
	r, err := s.find(c, name)
	if err != nil {
		return nil, err
	}
	if r.Region != c.Region {
		return nil, cloudtrail.InvalidHomeRegionException("The trail " + r.Name + " was created in " + r.Region + "; change it there.") // (inferred)
	}
	return r, nil
}

// all lists the account's trails that show in this Region.
func (s *Service) all(c *op.Call, shadows bool) ([]*Row, error) {
	var out []*Row
	for r, err := range Trails.Scan(c.Tx, store.K(c.Account), nil) {
		if err != nil {
			return nil, err
		}
		if !r.Deleted && (r.Region == c.Region || (shadows && r.MultiRegion)) {
			out = append(out, r)
		}
	}
	return out, nil
}

// subject adds the trail to the record's resources.
func subject(c *op.Call, r *Row) { c.Record.AddResource(r.Account, "AWS::CloudTrail::Trail", r.ARN()) }

func text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func present(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
