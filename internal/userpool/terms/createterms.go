package terms

import (
	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// CreateTerms gives a client a document of a kind it has none of.
func (s *Service) CreateTerms(c *op.Call, in *cognitoidp.CreateTermsInput) (*cognitoidp.CreateTermsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	if _, err := s.Realm.ClientOf(c.Tx, p, in.ClientId); err != nil {
		return nil, err
	}
	if err := checkLinks(in.Links); err != nil {
		return nil, err
	}
	full, err := userpool.Full(c.Tx, p, &Documents, maxTerms)
	if err != nil {
		return nil, err
	}
	row := &Document{Account: p.Account, Region: p.Region, Pool: p.ID, Settings: cognitoidp.TermsType{
		TermsId: uuid.NewString(), UserPoolId: in.UserPoolId, ClientId: in.ClientId, TermsName: in.TermsName, TermsSource: in.TermsSource,
		Enforcement: in.Enforcement, Links: in.Links, CreationDate: c.Now, LastModifiedDate: c.Now,
	}}
	if err := write(c.Tx, row); err != nil {
		return nil, err
	}
	if full {
		return nil, tooMany()
	}
	return &cognitoidp.CreateTermsOutput{Terms: &row.Settings}, nil
}
