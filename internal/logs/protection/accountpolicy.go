package protection

import (
	"errors"
	"fmt"
	"slices"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Service answers the operations on policies of data.
type Service struct{}

var _ api.ProtectionAPI = (*Service)(nil)

// PutAccountPolicy makes or replaces the account's data protection policy, the one
// type of policy that is served. There is one to an account and Region.
func (s *Service) PutAccountPolicy(c *op.Call, in *api.PutAccountPolicyInput) (*api.PutAccountPolicyOutput, error) {
	if in.PolicyType != logs.DataProtectionPolicy {
		return nil, logs.Invalid("Policies of type " + in.PolicyType + " are not supported by this server.")
	}
	if logs.Text(in.SelectionCriteria) != "" {
		return nil, logs.Invalid("selectionCriteria may not be given for policies of type DATA_PROTECTION_POLICY.") // (inferred)
	}
	if in.PolicyName == "" {
		return nil, logs.Invalid("policyName must be given.") // (inferred)
	}
	if _, err := mask.Parse(in.PolicyDocument); err != nil {
		return nil, logs.Invalid(err.Error() + ".") // (inferred)
	}
	for p, err := range logs.AccountPolicies.Scan(c.Tx, store.K(c.Account, c.Region, in.PolicyType), nil) {
		if err != nil {
			return nil, fmt.Errorf("policies of account: %w", err)
		}
		if p.Name != in.PolicyName {
			return nil, api.LimitExceededException("Resource limit exceeded.")
		}
	}
	p := &logs.AccountPolicy{
		Account: c.Account, Region: c.Region, Type: in.PolicyType, Name: in.PolicyName, Document: in.PolicyDocument, Updated: c.Now.UnixMilli(),
	}
	if err := logs.AccountPolicies.Put(c.Tx, p); err != nil {
		return nil, fmt.Errorf("keep policy of account: %w", err)
	}
	return &api.PutAccountPolicyOutput{AccountPolicy: new(shape(p))}, nil
}

// DescribeAccountPolicies lists the account's policies of a type.
func (s *Service) DescribeAccountPolicies(c *op.Call, in *api.DescribeAccountPoliciesInput) (*api.DescribeAccountPoliciesOutput, error) {
	if in.NextToken != nil {
		return nil, logs.BadToken() // one page holds all there can be
	}
	out := &api.DescribeAccountPoliciesOutput{AccountPolicies: []api.AccountPolicy{}}
	if len(in.AccountIdentifiers) > 0 && !slices.Contains(in.AccountIdentifiers, c.Account) {
		return out, nil // no account is linked to another
	}
	for p, err := range logs.AccountPolicies.Scan(c.Tx, store.K(c.Account, c.Region, in.PolicyType), nil) {
		if err != nil {
			return nil, fmt.Errorf("policies of account: %w", err)
		}
		if in.PolicyName == nil || *in.PolicyName == p.Name {
			out.AccountPolicies = append(out.AccountPolicies, shape(p))
		}
	}
	if in.PolicyName != nil && len(out.AccountPolicies) == 0 {
		return nil, noPolicy(*in.PolicyName)
	}
	return out, nil
}

// DeleteAccountPolicy removes a policy of the account.
func (s *Service) DeleteAccountPolicy(c *op.Call, in *api.DeleteAccountPolicyInput) error {
	err := logs.AccountPolicies.Delete(c.Tx, store.K(c.Account, c.Region, in.PolicyType, in.PolicyName))
	if errors.Is(err, store.ErrNotFound) {
		return noPolicy(in.PolicyName)
	}
	if err != nil {
		return fmt.Errorf("delete policy of account: %w", err)
	}
	return nil
}

func noPolicy(name string) error {
	return api.ResourceNotFoundException("Policy with name [" + name + "] does not exist.") // (inferred)
}

func shape(p *logs.AccountPolicy) api.AccountPolicy {
	return api.AccountPolicy{
		PolicyName: &p.Name, PolicyDocument: &p.Document, LastUpdatedTime: &p.Updated, PolicyType: &p.Type, Scope: new("ALL"), AccountId: &p.Account,
	}
}
