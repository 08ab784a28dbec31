package logs

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
)

// ResourceType is the type of a log group in records.
const ResourceType = "AWS::Logs::LogGroup"

// Subject adds the group to the record's resources.
func Subject(c *op.Call, g *Group) { c.Record.AddResource(g.Account, ResourceType, g.ARN()) }

// Named returns the group's name from the two alternative members of many
// inputs: its name, or an identifier.
func Named(c *op.Call, name, identifier *string) (string, error) {
	switch {
	case name != nil && identifier != nil:
		return "", logs.ValidationException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	case name != nil:
		return *name, nil
	case identifier != nil:
		return Identified(c, *identifier)
	}
	return "", logs.ValidationException("Either LogGroup name or LogGroup ARN must be given.") // (inferred)
}

// Identified returns the name behind an identifier: a name, or the ARN of a group
// of this account and Region with or without ":*".
func Identified(c *op.Call, identifier string) (string, error) {
	if !strings.HasPrefix(identifier, "arn:") {
		return identifier, nil
	}
	a, err := arn.Parse(identifier)
	if err != nil {
		return "", badARN(identifier)
	}
	name, ok := strings.CutPrefix(a.Resource, "log-group:")
	if a.Service != "logs" || !ok || name == "" {
		return "", badARN(identifier)
	}
	name = strings.TrimSuffix(name, ":*")
	if a.Account != c.Account || a.Region != c.Region {
		return "", NoGroup() // another's group and none look alike
	}
	return name, nil
}

func badARN(text string) error {
	return Invalid("Invalid ARN: " + text) // (inferred)
}

// Text returns what p points to, empty for nil.
func Text(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// Present returns a pointer to s, nil when it is empty.
func Present(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// PresentMS returns a pointer to a time, nil when it is 0.
func PresentMS(ms int64) *int64 {
	if ms == 0 {
		return nil
	}
	return &ms
}

// SequenceToken is the token that PutLogEvents still answers with. It means
// nothing: every token is accepted. [CloudWatch Logs: PutLogEvents]
func SequenceToken(ingested int64) string { return fmt.Sprintf("49%054d", ingested) }
