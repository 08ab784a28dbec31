package iam

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

func (u *user) shape() *iam.User {
	return &iam.User{Path: u.Path, UserName: u.Name, UserId: u.ID, Arn: arn.User(u.Account, u.Path, u.Name), CreateDate: u.Created, Tags: tagsOut(u.Tags)}
}

// CreateUser adds a user without keys and without permissions.
func (s *Service) CreateUser(c *op.Call, in *iam.CreateUserInput) (*iam.CreateUserOutput, error) {
	if in.PermissionsBoundary != nil {
		return nil, iam.InvalidInputException("PermissionsBoundary is not supported by this server.")
	}
	u := &user{Account: c.Account, Path: pathOr(in.Path), Name: in.UserName, ID: newID("AIDA"), Created: c.Now, Tags: tagsIn(in.Tags)}
	if err := users.Insert(c.Tx, u); err != nil {
		if errors.Is(err, store.ErrExists) {
			return nil, iam.EntityAlreadyExistsException("User with name " + in.UserName + " already exists.")
		}
		return nil, err
	}
	return &iam.CreateUserOutput{User: u.shape()}, nil
}

// GetUser describes a user; without a name, the caller.
func (s *Service) GetUser(c *op.Call, in *iam.GetUserInput) (*iam.GetUserOutput, error) {
	if in.UserName == nil {
		if c.Caller.IsRoot() {
			return &iam.GetUserOutput{User: &iam.User{Path: "/", UserName: "root", UserId: c.Account, Arn: arn.Root(c.Account), CreateDate: c.Now}}, nil
		}
		if c.Caller.UserName == "" {
			return nil, nonUser()
		}
		in.UserName = &c.Caller.UserName
	}
	u, err := s.user(c, *in.UserName)
	if err != nil {
		return nil, err
	}
	return &iam.GetUserOutput{User: u.shape()}, nil
}

func (s *Service) user(c *op.Call, name string) (*user, error) {
	u, err := users.Get(c.Tx, store.K(c.Account, strings.ToLower(name)))
	if err != nil {
		return nil, found(err, noUser(name))
	}
	return u, nil
}

// DeleteUser removes a user that has neither keys nor policies.
func (s *Service) DeleteUser(c *op.Call, in *iam.DeleteUserInput) error {
	u, err := s.user(c, in.UserName)
	if err != nil {
		return err
	}
	if len(u.Policies) > 0 {
		return iam.DeleteConflictException("Cannot delete entity, must delete policies first.")
	}
	for _, err := range keys.ScanIndex(c.Tx, "user", store.K(c.Account, strings.ToLower(u.Name)), nil, false) {
		if err != nil {
			return err
		}
		return iam.DeleteConflictException("Cannot delete entity, must delete access keys first.")
	}
	return users.Delete(c.Tx, users.Key(u))
}

// ListUsers lists the account's users by name.
func (s *Service) ListUsers(c *op.Call, in *iam.ListUsersInput) (*iam.ListUsersOutput, error) {
	all := []iam.User{}
	for u, err := range users.Scan(c.Tx, store.K(c.Account), nil) {
		if err != nil {
			return nil, err
		}
		if in.PathPrefix == nil || strings.HasPrefix(u.Path, *in.PathPrefix) {
			all = append(all, *u.shape())
		}
	}
	out := &iam.ListUsersOutput{}
	truncated := false
	out.Users, truncated, out.Marker = page(all, func(u iam.User) string { return u.UserName }, in.Marker, in.MaxItems)
	out.IsTruncated = &truncated
	return out, nil
}

// PutUserPolicy adds or replaces an inline policy.
func (s *Service) PutUserPolicy(c *op.Call, in *iam.PutUserPolicyInput) error {
	u, err := s.user(c, in.UserName)
	if err != nil {
		return err
	}
	if err := putPolicy(&u.Policies, in.PolicyName, in.PolicyDocument, maxUserInline, "user "+u.Name); err != nil {
		return err
	}
	return users.Put(c.Tx, u)
}

// putPolicy checks one inline policy and the length of all of an owner's, which
// is "user NAME" or "role NAME".
func putPolicy(all *map[string]string, name, text string, max int, owner string) error {
	if err := checkPolicy(text, policy.Identity); err != nil {
		return err
	}
	if *all == nil {
		*all = make(map[string]string)
	}
	(*all)[name] = text
	n := 0
	for _, p := range *all {
		n += length(p)
	}
	if n > max {
		return iam.LimitExceededException("Maximum policy size of " + strconv.Itoa(max) + " bytes exceeded for " + owner)
	}
	return nil
}

// GetUserPolicy returns an inline policy, URL-encoded as IAM does.
func (s *Service) GetUserPolicy(c *op.Call, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, error) {
	u, err := s.user(c, in.UserName)
	if err != nil {
		return nil, err
	}
	text, ok := u.Policies[in.PolicyName]
	if !ok {
		return nil, noPolicy("user", in.PolicyName)
	}
	return &iam.GetUserPolicyOutput{UserName: u.Name, PolicyName: in.PolicyName, PolicyDocument: encodePolicy(text)}, nil
}

// encodePolicy writes a policy text as IAM returns it: RFC 3986 escapes.
func encodePolicy(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func noPolicy(kind, name string) error {
	return iam.NoSuchEntityException("The " + kind + " policy with name " + name + " cannot be found.")
}

// DeleteUserPolicy removes an inline policy.
func (s *Service) DeleteUserPolicy(c *op.Call, in *iam.DeleteUserPolicyInput) error {
	u, err := s.user(c, in.UserName)
	if err != nil {
		return err
	}
	if _, ok := u.Policies[in.PolicyName]; !ok {
		return noPolicy("user", in.PolicyName)
	}
	delete(u.Policies, in.PolicyName)
	return users.Put(c.Tx, u)
}

// ListUserPolicies lists the names of inline policies.
func (s *Service) ListUserPolicies(c *op.Call, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, error) {
	u, err := s.user(c, in.UserName)
	if err != nil {
		return nil, err
	}
	names, truncated, next := policyNames(u.Policies, in.Marker, in.MaxItems)
	return &iam.ListUserPoliciesOutput{PolicyNames: names, IsTruncated: &truncated, Marker: next}, nil
}

func policyNames(all map[string]string, marker *string, max *int64) ([]string, bool, *string) {
	names := slices.AppendSeq([]string{}, maps.Keys(all))
	return page(names, func(n string) string { return n }, marker, max)
}

// ListAttachedUserPolicies is empty: managed policies cannot be attached yet.
func (s *Service) ListAttachedUserPolicies(c *op.Call, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, error) {
	if _, err := s.user(c, in.UserName); err != nil {
		return nil, err
	}
	return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: []iam.AttachedPolicy{}, IsTruncated: new(false)}, nil
}

// ListGroupsForUser is empty: groups cannot be made yet.
func (s *Service) ListGroupsForUser(c *op.Call, in *iam.ListGroupsForUserInput) (*iam.ListGroupsForUserOutput, error) {
	if _, err := s.user(c, in.UserName); err != nil {
		return nil, err
	}
	return &iam.ListGroupsForUserOutput{Groups: []iam.Group{}, IsTruncated: new(false)}, nil
}
