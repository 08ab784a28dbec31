package alarm

import (
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cloudwatch"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Tokens seal the positions that page tokens carry.
type Tokens interface {
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}

// Deps are what a Service works with.
type Deps struct {
	Tokens Tokens
	// Events takes what happens to alarms; nil if nobody wants to know.
	Events Events
}

// Service answers the alarm operations. It keeps nothing and may be called
// concurrently.
type Service struct{ deps Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{deps: d} }

var _ cloudwatch.AlarmAPI = (*Service)(nil)

// validation is the error of a broken rule.
func validation(format string, args ...any) *schema.Error {
	return &schema.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...), Status: 400}
}

func badToken() *schema.Error {
	return cloudwatch.InvalidNextToken("The service cannot process the request: invalid next token.") // (inferred)
}

// get returns an alarm of the caller, or nil.
func get(c *op.Call, name string) (*row, error) {
	r, err := alarms.Get(c.Tx, store.K(c.Account, c.Region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read alarm: %w", err)
	}
	return r, nil
}

func subject(c *op.Call, r *row) { c.Record.AddResource(r.Account, "AWS::CloudWatch::Alarm", r.arn()) }
