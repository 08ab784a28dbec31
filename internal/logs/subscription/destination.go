package subscription

import (
	"errors"
	"fmt"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// PutDestination makes a logical destination or changes its target; its policy stays.
func (s *Service) PutDestination(c *op.Call, in *api.PutDestinationInput) (*api.PutDestinationOutput, error) {
	if len(in.Tags) > 0 {
		return nil, logs.Invalid("Tags of destinations are not supported by this server.")
	}
	v, a, err := kindOf(in.TargetArn)
	if err != nil {
		return nil, err
	}
	if v == destination {
		return nil, logs.Invalid("A destination cannot be the target of another.") // (inferred)
	}
	if err := passRole(c, in.RoleArn); err != nil {
		return nil, err
	}
	if err := s.target(c, in.TargetArn, v, a); err != nil {
		return nil, err
	}
	d, err := logs.Destinations.Get(c.Tx, store.K(c.Account, c.Region, in.DestinationName))
	if errors.Is(err, store.ErrNotFound) {
		d = &logs.Destination{Account: c.Account, Region: c.Region, Name: in.DestinationName, Created: c.Now.UnixMilli()}
	} else if err != nil {
		return nil, fmt.Errorf("destination: %w", err)
	}
	d.Target, d.Role = in.TargetArn, in.RoleArn
	if err := logs.Destinations.Put(c.Tx, d); err != nil {
		return nil, fmt.Errorf("keep destination: %w", err)
	}
	return &api.PutDestinationOutput{Destination: new(shape(d))}, nil
}

// PutDestinationPolicy says which accounts may send to a destination.
func (s *Service) PutDestinationPolicy(c *op.Call, in *api.PutDestinationPolicyInput) error {
	d, err := findDestination(c.Tx, c.Account, c.Region, in.DestinationName)
	if err != nil {
		return err
	}
	_, err = policy.Parse(in.AccessPolicy, policy.Resource)
	if fault, ok := errors.AsType[*policy.Error](err); ok {
		return logs.Invalid("Invalid access policy: " + fault.Message) // (inferred)
	}
	if err != nil {
		return fmt.Errorf("parse access policy: %w", err)
	}
	d.Policy = in.AccessPolicy
	if err := logs.Destinations.Put(c.Tx, d); err != nil {
		return fmt.Errorf("policy of destination: %w", err)
	}
	return nil
}

// DescribeDestinations lists the account's destinations by name.
func (s *Service) DescribeDestinations(c *op.Call, in *api.DescribeDestinationsInput) (*api.DescribeDestinationsOutput, error) {
	prefix := logs.Text(in.DestinationNamePrefix)
	under := logs.Prefix(store.K(c.Account, c.Region), prefix)
	pager := logs.Pager{Tokens: s.Tokens, Purpose: "logs.destinations", Under: under, Binding: []string{c.Account, c.Region, prefix}}
	after, err := pager.After(in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &api.DescribeDestinationsOutput{Destinations: []api.Destination{}}
	var last store.Key
	for d, err := range logs.Destinations.Scan(c.Tx, under, after) {
		if err != nil {
			return nil, fmt.Errorf("list destinations: %w", err)
		}
		if len(out.Destinations) == page(in.Limit) {
			out.NextToken = pager.Next(last)
			break
		}
		last = logs.Destinations.Key(d)
		out.Destinations = append(out.Destinations, shape(d))
	}
	return out, nil
}

// DeleteDestination removes a destination. Filters that send to it stay; what they
// choose is dropped after a day.
func (s *Service) DeleteDestination(c *op.Call, in *api.DeleteDestinationInput) error {
	d, err := findDestination(c.Tx, c.Account, c.Region, in.DestinationName)
	if err != nil {
		return err
	}
	if err := logs.Destinations.Remove(c.Tx, d); err != nil {
		return fmt.Errorf("delete destination: %w", err)
	}
	return nil
}

func shape(d *logs.Destination) api.Destination {
	return api.Destination{
		DestinationName: &d.Name, TargetArn: &d.Target, RoleArn: &d.Role, AccessPolicy: logs.Present(d.Policy), Arn: new(d.ARN()), CreationTime: &d.Created,
	}
}
