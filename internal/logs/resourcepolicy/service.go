package resourcepolicy

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Service answers the operations on resource policies.
type Service struct {
	Tokens logs.Tokens
}

var _ api.ResourcepolicyAPI = (*Service)(nil)

// Limits. [CloudWatch Logs: PutResourcePolicy; quotas]
const (
	maxPolicies         = 10   // of the account in a Region
	maxAccountDocument  = 5120 // characters; that of a group may have what the model says
	scopeAccount        = "ACCOUNT"
	scopeResource       = "RESOURCE"
	pageSize            = 50
	messageLimit        = "Resource limit exceeded."
	messageWrongVersion = "The revision id does not match the current revision of the resource policy." // (inferred)
)

// find returns the policy at a place, nil if there is none.
func find(c *op.Call, name, resource string) (*logs.ResourcePolicy, error) {
	p, err := logs.ResourcePolicies.Get(c.Tx, store.K(c.Account, c.Region, resource, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("resource policy: %w", err)
	}
	return p, nil
}

// place reads which policy an input means: one by its name, or that of a group.
func place(c *op.Call, name, resource *string) (string, string, error) {
	if resource == nil {
		if logs.Text(name) == "" {
			return "", "", logs.Invalid("policyName must be given.") // (inferred)
		}
		return *name, "", nil
	}
	group, err := logs.Identified(c, *resource)
	if err != nil {
		return "", "", err
	}
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, group)
	if err != nil {
		return "", "", err
	}
	logs.Subject(c, g)
	return "", g.ARN(), nil
}

// checkDocument refuses what is no resource policy.
func checkDocument(text string, account bool) error {
	if account && len(text) > maxAccountDocument {
		return logs.Invalid(fmt.Sprintf("1 validation error detected: Value at 'policyDocument' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d", maxAccountDocument)) // (inferred)
	}
	_, err := policy.Parse(text, policy.Resource)
	if fault, ok := errors.AsType[*policy.Error](err); ok {
		return logs.Invalid("Invalid policy document: " + fault.Message) // (inferred)
	}
	return err
}

// checkRevision refuses a change of a policy that is not at the expected revision.
// Who changes that of a group must say which he has seen. [CloudWatch Logs: PutResourcePolicy]
func checkRevision(old *logs.ResourcePolicy, expected *string) error {
	switch {
	case expected == nil && old != nil && old.ResourceARN != "":
		return logs.Invalid("expectedRevisionId must be given to change the policy of a log group.") // (inferred)
	case expected != nil && (old == nil || old.Revision != *expected):
		return api.OperationAbortedException(messageWrongVersion)
	}
	return nil
}

// shape shows a policy. Only those of groups have a revision. [CloudWatch Logs: PutResourcePolicy]
func shape(p *logs.ResourcePolicy) api.ResourcePolicy {
	out := api.ResourcePolicy{PolicyDocument: &p.Document, LastUpdatedTime: &p.Updated}
	if p.ResourceARN == "" {
		out.PolicyName, out.PolicyScope = &p.Name, new(scopeAccount)
		return out
	}
	out.ResourceArn, out.PolicyScope, out.RevisionId = &p.ResourceARN, new(scopeResource), &p.Revision
	return out
}
