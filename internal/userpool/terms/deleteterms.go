package terms

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// DeleteTerms removes a document.
func (s *Service) DeleteTerms(c *op.Call, in *cognitoidp.DeleteTermsInput) error {
	row, err := s.document(c, in.UserPoolId, in.TermsId)
	if err != nil {
		return err
	}
	if err := Documents.Delete(c.Tx, Documents.Key(row)); err != nil {
		return fmt.Errorf("delete terms: %w", err)
	}
	return nil
}
