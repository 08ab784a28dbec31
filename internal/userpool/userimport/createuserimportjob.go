package userimport

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxJobs of a pool, over all time: there is no operation that removes one. [Cognito: quotas]
const maxJobs = 1000

// CreateUserImportJob makes a job that waits for its file and its start, and answers with the URL the file goes to.
func (s *Service) CreateUserImportJob(c *op.Call, in *cognitoidp.CreateUserImportJobInput) (*cognitoidp.CreateUserImportJobOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	j := &userpool.ImportJob{
		Account: p.Account, Region: p.Region, Pool: p.ID, ID: newID(), Name: in.JobName, Role: in.CloudWatchLogsRoleArn,
		Status: userpool.ImportCreated, Created: c.Now,
	}
	if err := s.mayLog(c, p, j); err != nil {
		return nil, err
	}
	if active, err := userpool.ActiveImport(c.Tx, c.Account); err != nil {
		return nil, err
	} else if active != nil {
		return nil, userpool.ImportRuns()
	}
	n := 0
	for _, err := range userpool.ImportJobs.Scan(c.Tx, p.Key(), nil) {
		if err != nil {
			return nil, fmt.Errorf("count imports: %w", err)
		}
		if n++; n == maxJobs {
			return nil, cognitoidp.LimitExceededException(tooManyJobs)
		}
	}
	if err := userpool.ImportJobs.Insert(c.Tx, j); err != nil {
		return nil, fmt.Errorf("new import: %w", err)
	}
	return &cognitoidp.CreateUserImportJobOutput{UserImportJob: s.shape(j)}, nil
}

// mayLog demands a role of the account that the caller may hand on, that trusts Cognito, and that may write the log. Without the
// first, who may import users could act as any role that trusts Cognito. [IAM: PassRole]
func (s *Service) mayLog(c *op.Call, p *userpool.Pool, j *userpool.ImportJob) error {
	a, err := arn.Parse(j.Role)
	if err != nil || a.Service != "iam" || a.Account != c.Account || !strings.HasPrefix(a.Resource, "role/") {
		return cognitoidp.InvalidParameterException(badARN)
	}
	ok, err := c.Allowed("iam:PassRole", j.Role, c.Account, "")
	if err != nil {
		return fmt.Errorf("authorise iam:PassRole: %w", err)
	}
	if !ok {
		return denied(c, j.Role)
	}
	switch err := s.Logs.Check(c.Tx, place(p, j)); {
	case errors.Is(err, ErrTrust):
		return cognitoidp.PreconditionNotMetException(badRole)
	case errors.Is(err, ErrPermission):
		return cognitoidp.PreconditionNotMetException(weakRole)
	case err != nil:
		return fmt.Errorf("check role of the log: %w", err)
	}
	return nil
}

const alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// newID draws an id of the form Cognito gives.
func newID() string {
	id := []byte("import-0123456789")
	for i := len("import-"); i < len(id); i++ {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphanumerics))))
		if err != nil {
			panic("BUG: no random numbers: " + err.Error())
		}
		id[i] = alphanumerics[n.Int64()]
	}
	return string(id)
}
