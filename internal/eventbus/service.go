package eventbus

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Vault seals what is queued and the positions that page tokens carry.
type Vault interface {
	Seal(purpose string, plaintext, aad []byte) []byte
	Open(purpose string, sealed, aad []byte) ([]byte, error)
	SealToken(purpose string, plaintext []byte, binding ...string) string
	OpenToken(purpose, token string, binding ...string) ([]byte, error)
}

// Topics publishes to topics as EventBridge. An error of type *schema.Error is final.
type Topics interface {
	Publish(tx store.Tx, now time.Time, topicARN, subject, message string) error
	// Check tells whether the service may publish for a resource of an account.
	Check(tx store.Tx, topicARN, service, sourceAccount, sourceARN string) error
}

// Deps are what a Service works with.
type Deps struct {
	Vault Vault
	// Functions runs Lambda functions; without it they are no targets.
	Functions Functions
}

// Service answers the operations of rules. It keeps nothing and may be called concurrently.
type Service struct{ deps Deps }

// New returns a Service.
func New(d Deps) *Service { return &Service{deps: d} }

var _ events.RuleAPI = (*Service)(nil)

func validation(format string, args ...any) *schema.Error {
	return &schema.Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...), Status: 400}
}

// denied is the refusal of what the caller would also need to be allowed.
func denied(c *op.Call, action, resource string) error {
	return &schema.Error{
		Code: "AccessDeniedException", Status: 400, Message: "User: " + c.Caller.ARN + " is not authorized to perform: " + action + " on resource: " + resource +
			" because no identity-based policy allows the " + action + " action",
	}
}

// checkBus lets through the default bus alone.
func checkBus(c *op.Call, bus *string) error {
	if bus == nil || *bus == "default" || *bus == arn.Regional("events", c.Region, c.Account, "event-bus/default") {
		return nil
	}
	name := *bus
	if _, after, ok := strings.Cut(name, ":event-bus/"); ok {
		name = after
	}
	return events.ResourceNotFoundException("Event bus " + name + " does not exist.")
}

// find returns a rule of the caller; one that does not exist is a ResourceNotFoundException.
func find(c *op.Call, bus *string, name string) (*ruleRow, error) {
	if err := checkBus(c, bus); err != nil {
		return nil, err
	}
	r, err := rules.Get(c.Tx, store.K(c.Account, c.Region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, events.ResourceNotFoundException("Rule " + name + " does not exist on EventBus default.")
	}
	if err != nil {
		return nil, fmt.Errorf("read rule: %w", err)
	}
	about(c, r)
	return r, nil
}

func about(c *op.Call, r *ruleRow) { c.Record.AddResource(r.Account, "AWS::Events::Rule", r.arn()) }

func keep(c *op.Call, r *ruleRow) error {
	if err := rules.Put(c.Tx, r); err != nil {
		return fmt.Errorf("keep rule: %w", err)
	}
	return nil
}

// after opens a page token.
func (s *Service) after(purpose string, token *string, binding ...string) (store.Key, error) {
	if token == nil {
		return nil, nil
	}
	raw, err := s.deps.Vault.OpenToken(purpose, *token, binding...)
	if err != nil {
		return nil, validation("The specified nextToken is not valid.") // (inferred)
	}
	return raw, nil
}
