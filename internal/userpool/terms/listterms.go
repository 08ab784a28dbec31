package terms

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const maxPage = 60

// ListTerms returns the documents of a pool without their links, by id.
func (s *Service) ListTerms(c *op.Call, in *cognitoidp.ListTermsInput) (*cognitoidp.ListTermsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	rows, next, err := userpool.Page(s.Realm, c, p, &Documents, in.NextToken, userpool.Size(in.MaxResults, maxPage))
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.ListTermsOutput{Terms: []cognitoidp.TermsDescriptionType{}, NextToken: next}
	for _, row := range rows {
		set := row.Settings
		out.Terms = append(out.Terms, cognitoidp.TermsDescriptionType{
			TermsId: set.TermsId, TermsName: set.TermsName, Enforcement: set.Enforcement, CreationDate: set.CreationDate, LastModifiedDate: set.LastModifiedDate,
		})
	}
	return out, nil
}
