package group

import (
	"errors"
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Service answers the group operations.
type Service struct {
	Marks  logs.Marks
	Tokens logs.Tokens
}

var _ api.GroupAPI = (*Service)(nil)

const (
	defaultClass = "STANDARD"
	maxTags      = 50
)

// CreateLogGroup makes an empty group.
func (s *Service) CreateLogGroup(c *op.Call, in *api.CreateLogGroupInput) error {
	if strings.HasPrefix(strings.ToLower(in.LogGroupName), "aws/") {
		return logs.Invalid("Log groups starting with AWS/ are reserved for AWS.")
	}
	if err := checkTags(nil, in.Tags); err != nil {
		return err
	}
	g := &logs.Group{
		Account: c.Account, Region: c.Region, Name: in.LogGroupName, ID: c.RequestID, Created: c.Now.UnixMilli(),
		KMSKey: logs.Text(in.KmsKeyId), Class: logs.Text(in.LogGroupClass), Tags: in.Tags,
		Protected: in.DeletionProtectionEnabled != nil && *in.DeletionProtectionEnabled,
	}
	if g.Class == "" {
		g.Class = defaultClass
	}
	if g.Class == "DELIVERY" {
		g.RetentionDays = 1 // [CloudWatch Logs: log classes]
	}
	switch err := logs.Groups.Insert(c.Tx, g); {
	case errors.Is(err, store.ErrExists):
		return api.ResourceAlreadyExistsException("The specified log group already exists")
	case err != nil:
		return fmt.Errorf("new log group: %w", err)
	}
	logs.Subject(c, g)
	return s.retain(c, g)
}

// DeleteLogGroup removes a group with its streams, events, filters and policies.
func (s *Service) DeleteLogGroup(c *op.Call, in *api.DeleteLogGroupInput) error {
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, in.LogGroupName)
	if err != nil {
		return err
	}
	if g.Protected {
		return api.ValidationException("The specified log group has deletion protection enabled.") // (inferred)
	}
	logs.Subject(c, g)
	if err := s.Marks.Forget(c.Tx, g.Account, g.Region, g.Name, "", c.Now.UnixMilli()); err != nil {
		return fmt.Errorf("hide events of log group: %w", err)
	}
	if err := logs.DropAttached(c.Tx, g); err != nil {
		return err
	}
	if err := logs.DropUsage(c.Tx, g); err != nil {
		return err
	}
	if err := logs.Orphans.Put(c.Tx, &logs.Orphan{Account: g.Account, Region: g.Region, GroupID: g.ID}); err != nil {
		return fmt.Errorf("streams of log group: %w", err)
	}
	if err := logs.Groups.Delete(c.Tx, logs.Groups.Key(g)); err != nil {
		return fmt.Errorf("delete log group: %w", err)
	}
	return nil
}

func (s *Service) retain(c *op.Call, g *logs.Group) error {
	if err := s.Marks.Retain(c.Tx, g.Account, g.Region, g.Name, int(g.RetentionDays)); err != nil {
		return fmt.Errorf("retention of log group: %w", err)
	}
	return nil
}
