package trail

import (
	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/trail/selector"
)

// Selectors compiles what the trail wants.
func (r *Row) Selectors() (*selector.Set, error) {
	if len(r.Advanced) > 0 {
		return selector.Advanced(r.Advanced)
	}
	return selector.Basic(r.basic())
}

// basic is the default of trails that were never given selectors.
func (r *Row) basic() []cloudtrail.EventSelector {
	if len(r.Basic) > 0 || len(r.Advanced) > 0 {
		return r.Basic
	}
	return []cloudtrail.EventSelector{filled(cloudtrail.EventSelector{})}
}

// filled completes a basic selector with its defaults, as it is returned.
func filled(e cloudtrail.EventSelector) cloudtrail.EventSelector {
	if e.ReadWriteType == nil {
		e.ReadWriteType = new("All")
	}
	if e.IncludeManagementEvents == nil {
		e.IncludeManagementEvents = new(true)
	}
	if e.DataResources == nil {
		e.DataResources = []cloudtrail.DataResource{}
	}
	if e.ExcludeManagementEventSources == nil {
		e.ExcludeManagementEventSources = []string{}
	}
	return e
}

// PutEventSelectors replaces the trail's selectors. Putting one kind drops the other.
func (s *Service) PutEventSelectors(c *op.Call, in *cloudtrail.PutEventSelectorsInput) (*cloudtrail.PutEventSelectorsOutput, error) {
	r, err := s.findHome(c, in.TrailName)
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.EventSelectors) > 0 && len(in.AdvancedEventSelectors) > 0:
		return nil, cloudtrail.InvalidEventSelectorsException("You cannot use both EventSelectors and AdvancedEventSelectors in one request.") // (inferred)
	case in.EventSelectors == nil && in.AdvancedEventSelectors == nil:
		return nil, cloudtrail.InvalidEventSelectorsException("Specify EventSelectors or AdvancedEventSelectors.") // (inferred)
	case len(in.EventSelectors) > 0:
		if _, err := selector.Basic(in.EventSelectors); err != nil {
			return nil, cloudtrail.InvalidEventSelectorsException(err.Error())
		}
		r.Basic, r.Advanced = nil, nil
		for _, e := range in.EventSelectors {
			r.Basic = append(r.Basic, filled(e))
		}
		r.Custom = true
	case len(in.AdvancedEventSelectors) > 0:
		if _, err := selector.Advanced(in.AdvancedEventSelectors); err != nil {
			return nil, cloudtrail.InvalidEventSelectorsException(err.Error())
		}
		r.Basic, r.Advanced, r.Custom = nil, in.AdvancedEventSelectors, true
	default:
		// An empty list alone drops advanced selectors and leaves basic ones:
		// Terraform sends it so when the last block goes.
		if in.AdvancedEventSelectors != nil && len(r.Advanced) > 0 {
			r.Advanced, r.Custom = nil, false
		}
	}
	if err := Put(c.Tx, r); err != nil {
		return nil, err
	}
	subject(c, r)
	out := &cloudtrail.PutEventSelectorsOutput{TrailARN: new(r.ARN()), AdvancedEventSelectors: r.Advanced}
	if len(r.Advanced) == 0 {
		out.EventSelectors = r.basic()
	}
	return out, nil
}

// GetEventSelectors returns the trail's selectors.
func (s *Service) GetEventSelectors(c *op.Call, in *cloudtrail.GetEventSelectorsInput) (*cloudtrail.GetEventSelectorsOutput, error) {
	r, err := s.find(c, in.TrailName)
	if err != nil {
		return nil, err
	}
	out := &cloudtrail.GetEventSelectorsOutput{TrailARN: new(r.ARN()), AdvancedEventSelectors: r.Advanced}
	if len(r.Advanced) == 0 {
		out.EventSelectors = r.basic()
	}
	return out, nil
}
