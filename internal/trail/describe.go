package trail

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// GetTrail describes one trail.
func (s *Service) GetTrail(c *op.Call, in *cloudtrail.GetTrailInput) (*cloudtrail.GetTrailOutput, error) {
	r, err := s.find(c, in.Name)
	if err != nil {
		return nil, err
	}
	t := r.shape()
	return &cloudtrail.GetTrailOutput{Trail: &t}, nil
}

// DescribeTrails describes all trails, or the named ones that exist.
func (s *Service) DescribeTrails(c *op.Call, in *cloudtrail.DescribeTrailsInput) (*cloudtrail.DescribeTrailsOutput, error) {
	out := &cloudtrail.DescribeTrailsOutput{TrailList: []cloudtrail.Trail{}}
	if len(in.TrailNameList) > 0 {
		for _, name := range in.TrailNameList {
			r, err := s.find(c, name)
			var refused *schema.Error
			if errors.As(err, &refused) && refused.Code == "TrailNotFoundException" {
				continue // unknown names are left out, which Terraform relies on
			}
			if err != nil {
				return nil, err
			}
			out.TrailList = append(out.TrailList, r.shape())
		}
		return out, nil
	}
	all, err := s.all(c, in.IncludeShadowTrails == nil || *in.IncludeShadowTrails)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		out.TrailList = append(out.TrailList, r.shape())
	}
	return out, nil
}

// ListTrails lists the account's trails of all Regions. Five per Region fit one page.
func (s *Service) ListTrails(c *op.Call, _ *cloudtrail.ListTrailsInput) (*cloudtrail.ListTrailsOutput, error) {
	out := &cloudtrail.ListTrailsOutput{Trails: []cloudtrail.TrailInfo{}}
	for r, err := range Trails.Scan(c.Tx, store.K(c.Account), nil) {
		if err != nil {
			return nil, err
		}
		if !r.Deleted {
			out.Trails = append(out.Trails, cloudtrail.TrailInfo{TrailARN: new(r.ARN()), Name: &r.Name, HomeRegion: &r.Region})
		}
	}
	return out, nil
}

// StartLogging switches a trail on. Doing it twice is no error.
func (s *Service) StartLogging(c *op.Call, in *cloudtrail.StartLoggingInput) (*cloudtrail.StartLoggingOutput, error) {
	r, err := s.findHome(c, in.Name)
	if err != nil {
		return nil, err
	}
	subject(c, r)
	if r.Logging {
		return &cloudtrail.StartLoggingOutput{}, nil
	}
	if r.Ending {
		return nil, cloudtrail.ConflictException("The trail " + r.Name + " is still delivering its last files. Try again shortly.")
	}
	r.Logging, r.Started = true, c.Now
	return &cloudtrail.StartLoggingOutput{}, Put(c.Tx, r)
}

// StopLogging switches a trail off. What happened before is still delivered.
func (s *Service) StopLogging(c *op.Call, in *cloudtrail.StopLoggingInput) (*cloudtrail.StopLoggingOutput, error) {
	r, err := s.findHome(c, in.Name)
	if err != nil {
		return nil, err
	}
	subject(c, r)
	if !r.Logging {
		return &cloudtrail.StopLoggingOutput{}, nil
	}
	end(c, r)
	return &cloudtrail.StopLoggingOutput{}, Put(c.Tx, r)
}

// GetTrailStatus tells how delivery is doing in this Region.
func (s *Service) GetTrailStatus(c *op.Call, in *cloudtrail.GetTrailStatusInput) (*cloudtrail.GetTrailStatusOutput, error) {
	r, err := s.find(c, in.Name)
	if err != nil {
		return nil, err
	}
	st, err := Statuses.Get(c.Tx, store.K(r.ID, c.Region))
	if errors.Is(err, store.ErrNotFound) {
		st, err = &Status{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &cloudtrail.GetTrailStatusOutput{
		IsLogging: &r.Logging, StartLoggingTime: moment(r.Started), StopLoggingTime: moment(r.Stopped),
		LatestDeliveryTime: moment(st.Delivery), LatestDeliveryError: present(st.DeliveryError),
		LatestNotificationTime: moment(st.Notification), LatestNotificationError: present(st.NotificationError),
		LatestCloudWatchLogsDeliveryTime: moment(st.LogsDelivery), LatestCloudWatchLogsDeliveryError: present(st.LogsError),
		LatestDigestDeliveryTime: moment(st.Digest), LatestDigestDeliveryError: present(st.DigestError),
		LatestDeliveryAttemptTime: new(iso(st.DeliveryAttempt)), LatestDeliveryAttemptSucceeded: new(iso(st.Delivery)),
		LatestNotificationAttemptTime: new(iso(st.NotificationAttempt)), LatestNotificationAttemptSucceeded: new(iso(st.Notification)),
		TimeLoggingStarted: new(iso(r.Started)), TimeLoggingStopped: new(iso(r.Stopped)),
	}, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

const maxTags = 50

func checkTags(tags []cloudtrail.Tag) error {
	if len(tags) > maxTags {
		return cloudtrail.TagsLimitExceededException("The number of tags per trail has exceeded the permitted amount. Currently, the limit is 50.")
	}
	seen := make(map[string]bool)
	for _, t := range tags {
		if seen[t.Key] || strings.HasPrefix(t.Key, "aws:") {
			return cloudtrail.InvalidTagParameterException("The tag key " + t.Key + " is not valid: it is repeated or reserved.") // (inferred)
		}
		seen[t.Key] = true
	}
	return nil
}

func (s *Service) tagged(c *op.Call, id string) (*Row, error) {
	if !strings.HasPrefix(id, "arn:") {
		return nil, cloudtrail.CloudTrailARNInvalidException("The ARN " + id + " is not valid.")
	}
	r, err := s.find(c, id)
	var refused *schema.Error
	if errors.As(err, &refused) && refused.Code == "TrailNotFoundException" {
		return nil, cloudtrail.ResourceNotFoundException("Unknown trail: " + id + " for the user: " + c.Account)
	}
	return r, err
}

// AddTags adds tags, or gives known keys a new value.
func (s *Service) AddTags(c *op.Call, in *cloudtrail.AddTagsInput) (*cloudtrail.AddTagsOutput, error) {
	r, err := s.tagged(c, in.ResourceId)
	if err != nil {
		return nil, err
	}
	if err := checkTags(in.TagsList); err != nil {
		return nil, err
	}
	r.Tags = append(without(r.Tags, in.TagsList), in.TagsList...)
	if err := checkTags(r.Tags); err != nil {
		return nil, err
	}
	return &cloudtrail.AddTagsOutput{}, Put(c.Tx, r)
}

// RemoveTags removes tags by key.
func (s *Service) RemoveTags(c *op.Call, in *cloudtrail.RemoveTagsInput) (*cloudtrail.RemoveTagsOutput, error) {
	r, err := s.tagged(c, in.ResourceId)
	if err != nil {
		return nil, err
	}
	r.Tags = without(r.Tags, in.TagsList)
	return &cloudtrail.RemoveTagsOutput{}, Put(c.Tx, r)
}

func without(tags, gone []cloudtrail.Tag) []cloudtrail.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t cloudtrail.Tag) bool {
		return slices.ContainsFunc(gone, func(g cloudtrail.Tag) bool { return g.Key == t.Key })
	})
}

// ListTags lists the tags of up to 20 trails.
func (s *Service) ListTags(c *op.Call, in *cloudtrail.ListTagsInput) (*cloudtrail.ListTagsOutput, error) {
	out := &cloudtrail.ListTagsOutput{ResourceTagList: []cloudtrail.ResourceTag{}}
	for _, id := range in.ResourceIdList {
		r, err := s.tagged(c, id)
		if err != nil {
			return nil, err
		}
		tags := r.Tags
		if tags == nil {
			tags = []cloudtrail.Tag{}
		}
		out.ResourceTagList = append(out.ResourceTagList, cloudtrail.ResourceTag{ResourceId: &id, TagsList: tags})
	}
	return out, nil
}
