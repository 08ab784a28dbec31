package definition

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// PutQueryDefinition makes a saved query, or replaces the one with the id. An update without log groups takes them away.
// [CloudWatch Logs: PutQueryDefinition]
func (s *Service) PutQueryDefinition(c *op.Call, in *api.PutQueryDefinitionInput) (*api.PutQueryDefinitionOutput, error) {
	d := &Definition{Account: c.Account, Region: c.Region}
	if in.QueryDefinitionId != nil {
		old, err := find(c, *in.QueryDefinitionId)
		if err != nil {
			return nil, err
		}
		d.ID, d.Token = old.ID, old.Token
	} else {
		made, err := s.made(c, logs.Text(in.ClientToken))
		if err != nil || made != "" {
			return &api.PutQueryDefinitionOutput{QueryDefinitionId: &made}, err
		}
		if err := room(c); err != nil {
			return nil, err
		}
		d.ID, d.Token = newID(), logs.Text(in.ClientToken)
	}
	d.Name, d.Text, d.Groups, d.Modified = in.Name, in.QueryString, in.LogGroupNames, c.Now.UnixMilli()
	if d.Language = logs.Text(in.QueryLanguage); d.Language == "" {
		d.Language = "CWLI"
	}
	seen := map[string]bool{}
	for _, p := range in.Parameters {
		if seen[p.Name] {
			return nil, logs.Invalid("Duplicate query parameter: " + p.Name) // (inferred)
		}
		seen[p.Name] = true
		d.Parameters = append(d.Parameters, Parameter{p.Name, logs.Text(p.DefaultValue), logs.Text(p.Description)})
	}
	if err := definitions.Put(c.Tx, d); err != nil {
		return nil, fmt.Errorf("save query definition: %w", err)
	}
	return &api.PutQueryDefinitionOutput{QueryDefinitionId: &d.ID}, nil
}

// made is the id of what an earlier call with the token made, or "".
func (s *Service) made(c *op.Call, token string) (string, error) {
	if token == "" {
		return "", nil
	}
	d, err := definitions.Find(c.Tx, "token", store.K(c.Account, c.Region, token))
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("query definition by token: %w", err)
	}
	return d.ID, nil
}

func room(c *op.Call) error {
	n := 0
	prefix := store.K(c.Account, c.Region)
	for _, err := range c.Tx.Scan(definitions.Name, prefix, prefix.After(), false) {
		if err != nil {
			return fmt.Errorf("count query definitions: %w", err)
		}
		n++
	}
	if n >= MaxDefinitions {
		return api.LimitExceededException("Resource limit exceeded.")
	}
	return nil
}
