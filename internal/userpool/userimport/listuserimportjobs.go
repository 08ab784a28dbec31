package userimport

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	pagePurpose = "list user import jobs"
	// maxPage is what the answer may hold, though more may be asked for. [Cognito: ListUserImportJobs]
	maxPage = 50
)

// ListUserImportJobs lists the jobs of a pool, the newest first (inferred).
func (s *Service) ListUserImportJobs(c *op.Call, in *cognitoidp.ListUserImportJobsInput) (*cognitoidp.ListUserImportJobsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	binding := []string{c.Account, c.Region, c.Caller.ID, in.UserPoolId}
	var after store.Key
	if in.PaginationToken != nil {
		if after, err = s.Realm.Vault.OpenToken(pagePurpose, *in.PaginationToken, binding...); err != nil {
			return nil, cognitoidp.InvalidParameterException(badPage)
		}
	}
	size := int(min(max(in.MaxResults, 1), maxPage))
	out := &cognitoidp.ListUserImportJobsOutput{}
	var last store.Key
	for at, err := range userpool.ImportJobs.ScanIndex(c.Tx, "created", p.Key(), after, true) {
		if err != nil {
			return nil, fmt.Errorf("list imports: %w", err)
		}
		if len(out.UserImportJobs) == size {
			out.PaginationToken = new(s.Realm.Vault.SealToken(pagePurpose, last, binding...))
			break
		}
		expire(at.Row, c.Now)
		out.UserImportJobs = append(out.UserImportJobs, *s.shape(at.Row))
		last = at.Position
	}
	return out, nil
}
