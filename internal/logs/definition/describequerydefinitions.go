package definition

import (
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// pageMax is the largest page, and the default. (inferred)
const pageMax = 1000

// DescribeQueryDefinitions lists saved queries by name. (inferred: the order)
func (s *Service) DescribeQueryDefinitions(c *op.Call, in *api.DescribeQueryDefinitionsInput) (*api.DescribeQueryDefinitionsOutput, error) {
	out := &api.DescribeQueryDefinitionsOutput{QueryDefinitions: []api.QueryDefinition{}}
	language, begin := logs.Text(in.QueryLanguage), logs.Text(in.QueryDefinitionNamePrefix)
	limit := pageMax
	if in.MaxResults != nil {
		limit = int(min(max(*in.MaxResults, 1), pageMax))
	}
	under := logs.Prefix(store.K(c.Account, c.Region), begin)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.definitions", Under: under, Binding: []string{c.Account, c.Region, language, begin}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	var last store.Key
	for r, err := range definitions.ScanIndex(c.Tx, "name", under, after, false) {
		if err != nil {
			return nil, fmt.Errorf("list query definitions: %w", err)
		}
		if language != "" && r.Row.Language != language {
			continue
		}
		if len(out.QueryDefinitions) == limit {
			out.NextToken = pager.Next(last)
			break
		}
		last = r.Position
		out.QueryDefinitions = append(out.QueryDefinitions, shown(r.Row))
	}
	return out, nil
}

func shown(d *Definition) api.QueryDefinition {
	out := api.QueryDefinition{
		QueryLanguage: &d.Language, QueryDefinitionId: &d.ID, Name: &d.Name, QueryString: &d.Text, LastModified: &d.Modified, LogGroupNames: d.Groups,
	}
	for _, p := range d.Parameters {
		out.Parameters = append(out.Parameters, api.QueryParameter{
			Name: p.Name, DefaultValue: logs.Present(p.Default), Description: logs.Present(p.Description),
		})
	}
	return out
}
