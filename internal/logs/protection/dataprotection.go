package protection

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/logs/mask"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// PutDataProtectionPolicy makes or replaces the policy of a group. It masks older
// events too.
func (s *Service) PutDataProtectionPolicy(c *op.Call, in *api.PutDataProtectionPolicyInput) (*api.PutDataProtectionPolicyOutput, error) {
	g, err := identified(c, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if _, err := mask.Parse(in.PolicyDocument); err != nil {
		return nil, logs.Invalid(err.Error() + ".") // (inferred)
	}
	p := &logs.Protection{Account: g.Account, Region: g.Region, Group: g.Name, Document: in.PolicyDocument, Updated: c.Now.UnixMilli()}
	if err := logs.Protections.Put(c.Tx, p); err != nil {
		return nil, fmt.Errorf("keep data protection policy: %w", err)
	}
	return &api.PutDataProtectionPolicyOutput{LogGroupIdentifier: &in.LogGroupIdentifier, PolicyDocument: &p.Document, LastUpdatedTime: &p.Updated}, nil
}

// GetDataProtectionPolicy shows the policy of a group; a group without one has an
// empty answer. (inferred)
func (s *Service) GetDataProtectionPolicy(c *op.Call, in *api.GetDataProtectionPolicyInput) (*api.GetDataProtectionPolicyOutput, error) {
	g, err := identified(c, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	out := &api.GetDataProtectionPolicyOutput{LogGroupIdentifier: &in.LogGroupIdentifier}
	p, err := logs.Protections.Get(c.Tx, store.K(g.Account, g.Region, g.Name))
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("data protection policy: %w", err)
	}
	out.PolicyDocument, out.LastUpdatedTime = &p.Document, &p.Updated
	return out, nil
}

// DeleteDataProtectionPolicy removes the policy of a group: all its events are
// shown clear again.
func (s *Service) DeleteDataProtectionPolicy(c *op.Call, in *api.DeleteDataProtectionPolicyInput) error {
	g, err := identified(c, in.LogGroupIdentifier)
	if err != nil {
		return err
	}
	err = logs.Protections.Delete(c.Tx, store.K(g.Account, g.Region, g.Name))
	if errors.Is(err, store.ErrNotFound) {
		return api.ResourceNotFoundException("The specified data protection policy does not exist.") // (inferred)
	}
	if err != nil {
		return fmt.Errorf("delete data protection policy: %w", err)
	}
	return nil
}

func identified(c *op.Call, identifier string) (*logs.Group, error) {
	name, err := logs.Identified(c, identifier)
	if err != nil {
		return nil, err
	}
	g, err := logs.FindGroup(c.Tx, c.Account, c.Region, name)
	if err != nil {
		return nil, err
	}
	logs.Subject(c, g)
	return g, nil
}
