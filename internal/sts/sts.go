package sts

import (
	"errors"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/sts"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Service answers STS.
type Service struct{ IAM *iam.Service }

var _ sts.TokenAPI = (*Service)(nil)

func denied(message string) *schema.Error {
	return &schema.Error{Code: "AccessDenied", Message: message, Status: 403}
}

func invalid(message string) *schema.Error {
	return &schema.Error{Code: "ValidationError", Message: message, Status: 400}
}

// GetCallerIdentity tells the caller who it is. No policy can forbid it.
func (s *Service) GetCallerIdentity(c *op.Call, _ *sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{UserId: &c.Caller.ID, Account: &c.Account, Arn: &c.Caller.ARN}, nil
}

// AssumeRole gives out a session of a role.
func (s *Service) AssumeRole(c *op.Call, in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	a, err := roleARN(in.RoleArn)
	if err != nil {
		return nil, err
	}
	if c.Caller.IsRoot() {
		return nil, denied("Roles may not be assumed by root accounts.")
	}
	r, err := s.IAM.Role(c.Tx, a)
	if errors.Is(err, store.ErrNotFound) {
		return nil, denied("User: " + c.Caller.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + in.RoleArn)
	}
	if err != nil {
		return nil, err
	}
	duration := time.Hour
	if in.DurationSeconds != nil {
		duration = time.Duration(*in.DurationSeconds) * time.Second
	}
	if duration > r.MaxSession {
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	if c.Caller.Kind == principal.AssumedRole && duration > time.Hour {
		return nil, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining")
	}
	if len(in.PolicyArns) > 0 || len(in.Tags) > 0 {
		return nil, invalid("PolicyArns and Tags are not supported by this server.")
	}
	var policies []string
	if in.Policy != nil {
		if _, err := policy.Parse(*in.Policy, policy.Identity); err != nil {
			return nil, sts.MalformedPolicyDocumentException(iam.Fault(err))
		}
		policies = []string{*in.Policy}
	}
	sess := principal.Session{Created: c.Now}
	if in.SourceIdentity != nil {
		sess.SourceIdentity = *in.SourceIdentity
	}
	m, err := s.IAM.Mint(c.Tx, iam.Temporary{
		Account: r.Account, Role: r.Name, Policies: policies, Now: c.Now, Duration: duration,
		Principal: func(id string) principal.Principal {
			return principal.RoleSession(r.Account, r.Path, r.Name, r.ID, in.RoleSessionName, id, sess)
		},
	})
	if err != nil {
		return nil, err
	}
	c.Record.AddResource(r.Account, "AWS::IAM::Role", in.RoleArn)
	return &sts.AssumeRoleOutput{
		Credentials:     credentials(m),
		AssumedRoleUser: &sts.AssumedRoleUser{AssumedRoleId: m.Principal.ID, Arn: m.Principal.ARN},
		SourceIdentity:  in.SourceIdentity,
	}, nil
}

// GetSessionToken gives the caller temporary keys for himself.
func (s *Service) GetSessionToken(c *op.Call, in *sts.GetSessionTokenInput) (*sts.GetSessionTokenOutput, error) {
	if c.Caller.Session != nil {
		return nil, denied("Cannot call GetSessionToken with session credentials")
	}
	duration := 12 * time.Hour
	if in.DurationSeconds != nil {
		duration = time.Duration(*in.DurationSeconds) * time.Second
	}
	if c.Caller.IsRoot() {
		duration = min(duration, time.Hour) // a longer wish is cut short, not refused [STS: GetSessionToken]
	}
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
	}
	user := ""
	if c.Caller.Kind == principal.IAMUser {
		user = c.Caller.UserName
	}
	m, err := s.IAM.Mint(c.Tx, iam.Temporary{
		Account: c.Account, User: user, Now: c.Now, Duration: duration,
		Principal: func(id string) principal.Principal {
			return c.Caller.WithSession(id, principal.Session{Created: c.Now})
		},
	})
	if err != nil {
		return nil, err
	}
	return &sts.GetSessionTokenOutput{Credentials: credentials(m)}, nil
}

func credentials(m *iam.Minted) *sts.Credentials {
	return &sts.Credentials{AccessKeyId: m.ID, SecretAccessKey: m.Secret, SessionToken: m.Token, Expiration: m.Expires}
}

// roleARN reads the ARN of a role.
func roleARN(text string) (arn.ARN, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return arn.ARN{}, invalid(text + " is invalid")
	}
	return a, nil
}

// TrustPolicies returns the trust policy of the role an AssumeRole call names.
func (s *Service) TrustPolicies(tx store.Tx, _ string, in any) ([]string, error) {
	assume, ok := in.(*sts.AssumeRoleInput)
	if !ok {
		return nil, nil
	}
	a, err := roleARN(assume.RoleArn)
	if err != nil {
		return nil, nil // the operation refuses it
	}
	r, err := s.IAM.Role(tx, a)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []string{r.Policy}, nil
}
