package trail

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// CreateTrail makes a trail that does not log yet.
func (s *Service) CreateTrail(c *op.Call, in *cloudtrail.CreateTrailInput) (*cloudtrail.CreateTrailOutput, error) {
	if err := checkName(in.Name); err != nil {
		return nil, err
	}
	if err := checkTags(in.TagsList); err != nil {
		return nil, err
	}
	here, err := s.all(c, true)
	if err != nil {
		return nil, err
	}
	for _, r := range here {
		if r.Name == in.Name {
			return nil, cloudtrail.TrailAlreadyExistsException("Trail " + in.Name + " already exists for customer: " + c.Account)
		}
	}
	if len(here) >= maxTrails {
		return nil, cloudtrail.MaximumNumberOfTrailsExceededException(fmt.Sprintf("User: %s already has %d trails in %s.", c.Account, maxTrails, c.Region))
	}
	r := &Row{ID: uuid.NewString(), Account: c.Account, Region: c.Region, Name: in.Name, Created: c.Now, Global: true, Tags: in.TagsList}
	change := cloudtrail.UpdateTrailInput{
		Name: in.Name, S3BucketName: &in.S3BucketName, S3KeyPrefix: in.S3KeyPrefix, SnsTopicName: in.SnsTopicName,
		IncludeGlobalServiceEvents: in.IncludeGlobalServiceEvents, IsMultiRegionTrail: in.IsMultiRegionTrail,
		EnableLogFileValidation: in.EnableLogFileValidation, CloudWatchLogsLogGroupArn: in.CloudWatchLogsLogGroupArn,
		CloudWatchLogsRoleArn: in.CloudWatchLogsRoleArn, KmsKeyId: in.KmsKeyId, IsOrganizationTrail: in.IsOrganizationTrail,
	}
	if err := s.apply(c, r, &change); err != nil {
		return nil, err
	}
	if err := s.Keys.Ensure(c); err != nil {
		return nil, err
	}
	if err := Put(c.Tx, r); err != nil {
		return nil, err
	}
	subject(c, r)
	t := r.shape()
	return &cloudtrail.CreateTrailOutput{
		Name: t.Name, S3BucketName: t.S3BucketName, S3KeyPrefix: t.S3KeyPrefix, SnsTopicName: t.SnsTopicName, SnsTopicARN: t.SnsTopicARN,
		IncludeGlobalServiceEvents: t.IncludeGlobalServiceEvents, IsMultiRegionTrail: t.IsMultiRegionTrail, TrailARN: t.TrailARN,
		LogFileValidationEnabled: t.LogFileValidationEnabled, CloudWatchLogsLogGroupArn: t.CloudWatchLogsLogGroupArn,
		CloudWatchLogsRoleArn: t.CloudWatchLogsRoleArn, IsOrganizationTrail: t.IsOrganizationTrail,
	}, nil
}

// UpdateTrail changes what is given and keeps the rest.
func (s *Service) UpdateTrail(c *op.Call, in *cloudtrail.UpdateTrailInput) (*cloudtrail.UpdateTrailOutput, error) {
	r, err := s.findHome(c, in.Name)
	if err != nil {
		return nil, err
	}
	if err := s.apply(c, r, in); err != nil {
		return nil, err
	}
	if err := Put(c.Tx, r); err != nil {
		return nil, err
	}
	subject(c, r)
	t := r.shape()
	return &cloudtrail.UpdateTrailOutput{
		Name: t.Name, S3BucketName: t.S3BucketName, S3KeyPrefix: t.S3KeyPrefix, SnsTopicName: t.SnsTopicName, SnsTopicARN: t.SnsTopicARN,
		IncludeGlobalServiceEvents: t.IncludeGlobalServiceEvents, IsMultiRegionTrail: t.IsMultiRegionTrail, TrailARN: t.TrailARN,
		LogFileValidationEnabled: t.LogFileValidationEnabled, CloudWatchLogsLogGroupArn: t.CloudWatchLogsLogGroupArn,
		CloudWatchLogsRoleArn: t.CloudWatchLogsRoleArn, IsOrganizationTrail: t.IsOrganizationTrail,
	}, nil
}

// apply checks a change and brings it into the row.
func (s *Service) apply(c *op.Call, r *Row, in *cloudtrail.UpdateTrailInput) error {
	if in.IsOrganizationTrail != nil && *in.IsOrganizationTrail {
		return cloudtrail.OrganizationsNotInUseException("Your account is not a member of an organization.")
	}
	if text(in.KmsKeyId) != "" {
		return cloudtrail.UnsupportedOperationException("KmsKeyId is not supported by this server.")
	}
	wasMulti := r.MultiRegion
	set(&r.Global, in.IncludeGlobalServiceEvents)
	set(&r.MultiRegion, in.IsMultiRegionTrail)
	if r.MultiRegion && !wasMulti && in.IncludeGlobalServiceEvents == nil {
		r.Global = true
	}
	if r.MultiRegion && !r.Global {
		return cloudtrail.InvalidParameterCombinationException("Multi-Region trail must include global service events.")
	}
	if in.EnableLogFileValidation != nil {
		if *in.EnableLogFileValidation && !r.Validate {
			r.ValidateSince = c.Now
		}
		r.Validate = *in.EnableLogFileValidation
	}
	if err := s.applyBucket(c, r, in); err != nil {
		return err
	}
	if err := s.applyTopic(c, r, in.SnsTopicName); err != nil {
		return err
	}
	return s.applyLogGroup(c, r, in)
}

func (s *Service) applyBucket(c *op.Call, r *Row, in *cloudtrail.UpdateTrailInput) error {
	set(&r.Bucket, in.S3BucketName)
	set(&r.Prefix, in.S3KeyPrefix)
	r.Prefix = strings.Trim(r.Prefix, "/")
	if in.S3BucketName == nil && in.S3KeyPrefix == nil {
		return nil
	}
	if err := checkPrefix(r.Prefix); err != nil {
		return err
	}
	switch err := s.Targets.CheckBucket(c.Tx, c.Account, r.ARN(), r.Bucket, r.Prefix); {
	case errors.Is(err, ErrNoBucket):
		return cloudtrail.S3BucketDoesNotExistException("S3 bucket " + r.Bucket + " does not exist!")
	case errors.Is(err, ErrBucketPolicy):
		return cloudtrail.InsufficientS3BucketPolicyException("Incorrect S3 bucket policy is detected for bucket: " + r.Bucket)
	default:
		return err
	}
}

func (s *Service) applyTopic(c *op.Call, r *Row, name *string) error {
	if name == nil {
		return nil
	}
	r.Topic = *name
	if r.Topic == "" {
		return nil
	}
	if !strings.HasPrefix(r.Topic, "arn:") {
		r.Topic = arn.Topic(r.Region, r.Account, r.Topic)
	}
	if err := s.Targets.CheckTopic(c.Tx, c.Account, r.ARN(), r.Topic); err != nil {
		if errors.Is(err, ErrTopic) {
			return cloudtrail.InsufficientSnsTopicPolicyException("SNS Topic does not exist or the topic policy is incorrect!")
		}
		return err
	}
	return nil
}

func (s *Service) applyLogGroup(c *op.Call, r *Row, in *cloudtrail.UpdateTrailInput) error {
	if in.CloudWatchLogsLogGroupArn == nil && in.CloudWatchLogsRoleArn == nil {
		return nil
	}
	set(&r.LogGroup, in.CloudWatchLogsLogGroupArn)
	set(&r.LogRole, in.CloudWatchLogsRoleArn)
	const both = "You must specify a role ARN as well as a log group."
	switch {
	case r.LogGroup == "" && r.LogRole == "":
		return nil
	case r.LogRole == "":
		return cloudtrail.InvalidCloudWatchLogsRoleArnException(both)
	case r.LogGroup == "":
		return cloudtrail.InvalidCloudWatchLogsLogGroupArnException(both)
	}
	if in.CloudWatchLogsRoleArn != nil {
		if err := passRole(c, r.LogRole); err != nil {
			return err
		}
	}
	switch err := s.Targets.CheckLogGroup(c.Tx, c.Account, r.Region, r.LogGroup, r.LogRole); {
	case errors.Is(err, ErrGroup):
		return cloudtrail.InvalidCloudWatchLogsLogGroupArnException("Check the log group ARN: CloudTrail can't validate it.")
	case errors.Is(err, ErrTrust):
		return cloudtrail.InvalidCloudWatchLogsRoleArnException("Access denied. Check the trust relationships for your role.")
	case errors.Is(err, ErrPermission):
		return cloudtrail.InvalidCloudWatchLogsLogGroupArnException("Access denied. Check the permissions for your role.")
	default:
		return err
	}
}

// passRole demands the right to give CloudTrail a role: without it, who may make trails
// could act as any role that trusts CloudTrail. [IAM: PassRole]
func passRole(c *op.Call, role string) error {
	ok, err := c.Allowed("iam:PassRole", role, c.Account, "")
	if err != nil || ok {
		return err
	}
	return &schema.Error{Code: "AccessDeniedException", Status: 400, Message: "User: " + c.Caller.ARN +
		" is not authorized to perform: iam:PassRole on resource: " + role + " because no identity-based policy allows the iam:PassRole action"}
}

func set[T any](dst *T, src *T) {
	if src != nil {
		*dst = *src
	}
}

// shape is the trail as GetTrail and DescribeTrails show it.
func (r *Row) shape() cloudtrail.Trail {
	t := cloudtrail.Trail{
		Name: &r.Name, S3BucketName: &r.Bucket, S3KeyPrefix: present(r.Prefix), IncludeGlobalServiceEvents: &r.Global,
		IsMultiRegionTrail: &r.MultiRegion, HomeRegion: &r.Region, TrailARN: new(r.ARN()), LogFileValidationEnabled: &r.Validate,
		CloudWatchLogsLogGroupArn: present(r.LogGroup), CloudWatchLogsRoleArn: present(r.LogRole),
		HasCustomEventSelectors: &r.Custom, HasInsightSelectors: new(false), IsOrganizationTrail: new(false),
	}
	if r.Topic != "" {
		t.SnsTopicARN, t.SnsTopicName = &r.Topic, &r.Topic
	}
	return t
}

// DeleteTrail ends a trail: its last files and a final digest are still delivered.
func (s *Service) DeleteTrail(c *op.Call, in *cloudtrail.DeleteTrailInput) (*cloudtrail.DeleteTrailOutput, error) {
	r, err := s.findHome(c, in.Name)
	if err != nil {
		return nil, err
	}
	subject(c, r)
	r.Deleted = true
	if !r.Logging && !r.Ending {
		return &cloudtrail.DeleteTrailOutput{}, Remove(c.Tx, r)
	}
	if r.Logging { // a trail that was stopped before ends with that stop, not now
		end(c, r)
	}
	return &cloudtrail.DeleteTrailOutput{}, Put(c.Tx, r)
}

// end switches logging off; delivery finishes what is pending.
func end(c *op.Call, r *Row) {
	r.Logging, r.Stopped, r.Ending, r.EndRequest, r.Drained = false, c.Now, true, c.RequestID, false
}
