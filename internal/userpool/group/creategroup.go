package group

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateGroup makes a group without members. Its role need not exist: identity pools ask for it later.
func (s *Service) CreateGroup(c *op.Call, in *cognitoidp.CreateGroupInput) (*cognitoidp.CreateGroupOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if err := checkSettings(in.RoleArn, in.Precedence); err != nil {
		return nil, err
	}
	g := &userpool.Group{Account: p.Account, Region: p.Region, Pool: p.ID, ID: uuid.NewString(), Settings: cognitoidp.GroupType{
		GroupName: &in.GroupName, UserPoolId: &in.UserPoolId, Description: in.Description, RoleArn: in.RoleArn, Precedence: in.Precedence,
		LastModifiedDate: &c.Now, CreationDate: &c.Now,
	}}
	switch _, err := userpool.Groups.FindKey(c.Tx, "name", p.Key(in.GroupName)); {
	case err == nil:
		return nil, exists()
	case !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("look for group: %w", err)
	}
	if full, err := userpool.Full(c.Tx, p, &userpool.Groups, userpool.MaxGroups); err != nil {
		return nil, err
	} else if full {
		return nil, tooManyGroups()
	}
	if err := userpool.Groups.Insert(c.Tx, g); err != nil {
		return nil, fmt.Errorf("write group: %w", err)
	}
	return &cognitoidp.CreateGroupOutput{Group: &g.Settings}, nil
}

// checkSettings refuses what no group may have.
func checkSettings(role *string, precedence *int64) error {
	if role != nil {
		if a, err := arn.Parse(*role); err != nil || a.Service != "iam" || !arn.IsAccount(a.Account) || !strings.HasPrefix(a.Resource, "role/") {
			return badRole()
		}
	}
	if precedence != nil && *precedence > math.MaxInt32 {
		return badPrecedence()
	}
	return nil
}
