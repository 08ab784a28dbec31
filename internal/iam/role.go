package iam

import (
	"errors"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/iam"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

func (r *role) shape() *iam.Role {
	out := &iam.Role{
		Path: r.Path, RoleName: r.Name, RoleId: r.ID, Arn: arn.Role(r.Account, r.Path, r.Name), CreateDate: r.Created,
		AssumeRolePolicyDocument: new(encodePolicy(r.Trust)), MaxSessionDuration: &r.MaxSession, Tags: tagsOut(r.Tags),
		RoleLastUsed: &iam.RoleLastUsed{},
	}
	if r.Description != "" {
		out.Description = &r.Description
	}
	return out
}

// CreateRole adds a role with its trust policy and no permissions.
func (s *Service) CreateRole(c *op.Call, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, error) {
	if in.PermissionsBoundary != nil {
		return nil, iam.InvalidInputException("PermissionsBoundary is not supported by this server.")
	}
	if err := checkTrust(in.AssumeRolePolicyDocument); err != nil {
		return nil, err
	}
	r := &role{
		Account: c.Account, Path: pathOr(in.Path), Name: in.RoleName, ID: newID("AROA"), Created: c.Now,
		Trust: in.AssumeRolePolicyDocument, MaxSession: 3600, Tags: tagsIn(in.Tags),
	}
	if in.Description != nil {
		r.Description = *in.Description
	}
	if in.MaxSessionDuration != nil {
		r.MaxSession = *in.MaxSessionDuration
	}
	if err := roles.Insert(c.Tx, r); err != nil {
		if errors.Is(err, store.ErrExists) {
			return nil, iam.EntityAlreadyExistsException("Role with name " + in.RoleName + " already exists.")
		}
		return nil, err
	}
	return &iam.CreateRoleOutput{Role: r.shape()}, nil
}

// GetRole describes a role.
func (s *Service) GetRole(c *op.Call, in *iam.GetRoleInput) (*iam.GetRoleOutput, error) {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.GetRoleOutput{Role: r.shape()}, nil
}

func (s *Service) role(c *op.Call, name string) (*role, error) {
	r, err := roles.Get(c.Tx, store.K(c.Account, strings.ToLower(name)))
	if err != nil {
		return nil, found(err, noRole(name))
	}
	return r, nil
}

// DeleteRole removes a role without policies. Its sessions end with it, since
// Identify looks the role up.
func (s *Service) DeleteRole(c *op.Call, in *iam.DeleteRoleInput) error {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return err
	}
	if len(r.Policies) > 0 {
		return iam.DeleteConflictException("Cannot delete entity, must delete policies first.")
	}
	return roles.Delete(c.Tx, roles.Key(r))
}

// ListRoles lists the account's roles by name.
func (s *Service) ListRoles(c *op.Call, in *iam.ListRolesInput) (*iam.ListRolesOutput, error) {
	all := []iam.Role{}
	for r, err := range roles.Scan(c.Tx, store.K(c.Account), nil) {
		if err != nil {
			return nil, err
		}
		if in.PathPrefix == nil || strings.HasPrefix(r.Path, *in.PathPrefix) {
			all = append(all, *r.shape())
		}
	}
	out := &iam.ListRolesOutput{}
	truncated := false
	out.Roles, truncated, out.Marker = page(all, func(r iam.Role) string { return r.RoleName }, in.Marker, in.MaxItems)
	out.IsTruncated = &truncated
	return out, nil
}

// UpdateAssumeRolePolicy replaces the trust policy.
func (s *Service) UpdateAssumeRolePolicy(c *op.Call, in *iam.UpdateAssumeRolePolicyInput) error {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return err
	}
	if err := checkTrust(in.PolicyDocument); err != nil {
		return err
	}
	r.Trust = in.PolicyDocument
	return roles.Put(c.Tx, r)
}

// PutRolePolicy adds or replaces an inline policy.
func (s *Service) PutRolePolicy(c *op.Call, in *iam.PutRolePolicyInput) error {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return err
	}
	if err := putPolicy(&r.Policies, in.PolicyName, in.PolicyDocument, maxRoleInline, "role "+r.Name); err != nil {
		return err
	}
	return roles.Put(c.Tx, r)
}

// GetRolePolicy returns an inline policy, URL-encoded as IAM does.
func (s *Service) GetRolePolicy(c *op.Call, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, error) {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	text, ok := r.Policies[in.PolicyName]
	if !ok {
		return nil, noPolicy("role", in.PolicyName)
	}
	return &iam.GetRolePolicyOutput{RoleName: r.Name, PolicyName: in.PolicyName, PolicyDocument: encodePolicy(text)}, nil
}

// DeleteRolePolicy removes an inline policy.
func (s *Service) DeleteRolePolicy(c *op.Call, in *iam.DeleteRolePolicyInput) error {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return err
	}
	if _, ok := r.Policies[in.PolicyName]; !ok {
		return noPolicy("role", in.PolicyName)
	}
	delete(r.Policies, in.PolicyName)
	return roles.Put(c.Tx, r)
}

// ListRolePolicies lists the names of inline policies.
func (s *Service) ListRolePolicies(c *op.Call, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, error) {
	r, err := s.role(c, in.RoleName)
	if err != nil {
		return nil, err
	}
	names, truncated, next := policyNames(r.Policies, in.Marker, in.MaxItems)
	return &iam.ListRolePoliciesOutput{PolicyNames: names, IsTruncated: &truncated, Marker: next}, nil
}

// ListAttachedRolePolicies is empty: managed policies cannot be attached yet.
func (s *Service) ListAttachedRolePolicies(c *op.Call, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, error) {
	if _, err := s.role(c, in.RoleName); err != nil {
		return nil, err
	}
	return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: []iam.AttachedPolicy{}, IsTruncated: new(false)}, nil
}

// ListInstanceProfilesForRole is empty: there are no instances.
func (s *Service) ListInstanceProfilesForRole(c *op.Call, in *iam.ListInstanceProfilesForRoleInput) (*iam.ListInstanceProfilesForRoleOutput, error) {
	if _, err := s.role(c, in.RoleName); err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: []iam.InstanceProfile{}, IsTruncated: new(false)}, nil
}
