package resourcepolicy

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// PutResourcePolicy makes or replaces a policy of the account or of a group. With
// an expected revision, which a group's policy demands, it replaces that one only.
func (s *Service) PutResourcePolicy(c *op.Call, in *api.PutResourcePolicyInput) (*api.PutResourcePolicyOutput, error) {
	name, resource, err := place(c, in.PolicyName, in.ResourceArn)
	if err != nil {
		return nil, err
	}
	if in.PolicyDocument == nil {
		return nil, logs.Invalid("policyDocument must be given.") // (inferred)
	}
	if err := checkDocument(*in.PolicyDocument, resource == ""); err != nil {
		return nil, err
	}
	old, err := find(c, name, resource)
	if err != nil {
		return nil, err
	}
	if err := checkRevision(old, in.ExpectedRevisionId); err != nil {
		return nil, err
	}
	if old == nil && resource == "" {
		if err := room(c); err != nil {
			return nil, err
		}
	}
	p := &logs.ResourcePolicy{
		Account: c.Account, Region: c.Region, Name: name, ResourceARN: resource, Document: *in.PolicyDocument,
		Revision: c.RequestID, Updated: c.Now.UnixMilli(),
	}
	if err := logs.ResourcePolicies.Put(c.Tx, p); err != nil {
		return nil, fmt.Errorf("keep resource policy: %w", err)
	}
	out := shape(p)
	return &api.PutResourcePolicyOutput{ResourcePolicy: &out, RevisionId: out.RevisionId}, nil
}

// room refuses one policy of the account more than there may be.
func room(c *op.Call) error {
	n := 0
	for _, err := range logs.ResourcePolicies.Scan(c.Tx, store.K(c.Account, c.Region, ""), nil) {
		if err != nil {
			return fmt.Errorf("count resource policies: %w", err)
		}
		if n++; n == maxPolicies {
			return api.LimitExceededException(messageLimit)
		}
	}
	return nil
}
