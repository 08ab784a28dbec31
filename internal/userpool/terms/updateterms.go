package terms

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// UpdateTerms replaces what a call gives; the links as a whole. The client stays.
func (s *Service) UpdateTerms(c *op.Call, in *cognitoidp.UpdateTermsInput) (*cognitoidp.UpdateTermsOutput, error) {
	row, err := s.document(c, in.UserPoolId, in.TermsId)
	if err != nil {
		return nil, err
	}
	set := &row.Settings
	for _, m := range []struct {
		to   *string
		from *string
	}{{&set.TermsName, in.TermsName}, {&set.TermsSource, in.TermsSource}, {&set.Enforcement, in.Enforcement}} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if in.Links != nil {
		if err := checkLinks(in.Links); err != nil {
			return nil, err
		}
		set.Links = in.Links
	}
	set.LastModifiedDate = c.Now
	if err := write(c.Tx, row); err != nil {
		return nil, err
	}
	return &cognitoidp.UpdateTermsOutput{Terms: set}, nil
}
