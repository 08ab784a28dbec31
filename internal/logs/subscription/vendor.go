package subscription

import (
	"errors"
	"fmt"
	"strings"

	api "github.com/cogtrail/cogtrail/internal/api/logs"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// vendor is the kind of a destination, as AWS's messages and metrics call it.
type vendor string

const (
	lambda      vendor = "lambda"
	kinesis     vendor = "kinesis"
	firehose    vendor = "firehose"
	destination vendor = "logs"     // a logical destination
	logGroup    vendor = "loggroup" // of this server's own
	webhook     vendor = "webhook"  // any other ARN that has an address
)

// kindOf tells the vendor of an ARN.
func kindOf(text string) (vendor, arn.ARN, error) {
	a, err := arn.Parse(text)
	if err != nil {
		return "", a, logs.Invalid("Invalid destinationArn: " + text) // (inferred)
	}
	switch {
	case a.Service == "lambda" || a.Service == "kinesis" || a.Service == "firehose":
		return vendor(a.Service), a, nil
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "destination:"):
		return destination, a, nil
	case a.Service == "logs" && strings.HasPrefix(a.Resource, "log-group:"):
		return logGroup, a, nil
	}
	return webhook, a, nil
}

// unreachable is the refusal of a destination that the test message does not reach.
func unreachable(v vendor) error {
	switch v {
	case lambda:
		return logs.Invalid("Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.")
	case kinesis:
		return logs.Invalid("Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state. ")
	case firehose:
		return logs.Invalid("Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.")
	}
	return logs.Invalid("destinationArn has no address: logs.destinations of this server names none.")
}

// findDestination returns a logical destination, or the service's refusal.
func findDestination(tx store.Tx, account, region, name string) (*logs.Destination, error) {
	d, err := logs.Destinations.Get(tx, store.K(account, region, name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, api.ResourceNotFoundException("The specified destination does not exist.") // (inferred)
	}
	if err != nil {
		return nil, fmt.Errorf("destination %s: %w", name, err)
	}
	return d, nil
}

// target checks a vendor's target of a filter or of a logical destination.
func (s *Service) target(c *op.Call, text string, v vendor, a arn.ARN) error {
	if v != logGroup {
		if !s.Sender.Knows(text) {
			return unreachable(v)
		}
		return nil
	}
	if a.Account != c.Account || a.Region != c.Region {
		return logs.NoGroup() // another's group and none look alike
	}
	g, err := logs.FindGroup(c.Tx, a.Account, a.Region, groupName(a))
	if err != nil {
		return err
	}
	// Else who may only subscribe could write to every group.
	ok, err := c.Allowed("logs:PutLogEvents", g.ARN(), g.Account, "")
	if err != nil {
		return fmt.Errorf("authorise logs:PutLogEvents: %w", err)
	}
	if !ok {
		return denied(c, "logs:PutLogEvents", g.ARN())
	}
	return nil
}

func groupName(a arn.ARN) string {
	return strings.TrimSuffix(strings.TrimPrefix(a.Resource, "log-group:"), ":*")
}

// passRole demands the right to hand over the role: without it, who may put a
// filter could use any role that trusts CloudWatch Logs. [IAM: PassRole]
func passRole(c *op.Call, role string) error {
	a, err := arn.Parse(role)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return logs.Invalid("Invalid roleArn: " + role) // (inferred)
	}
	if a.Account != c.Account {
		return api.AccessDeniedException("Cross-account pass role is not allowed.")
	}
	ok, err := c.Allowed("iam:PassRole", role, c.Account, "")
	if err != nil {
		return fmt.Errorf("authorise iam:PassRole: %w", err)
	}
	if !ok {
		return denied(c, "iam:PassRole", role)
	}
	return nil
}

func denied(c *op.Call, action, resource string) error {
	return api.AccessDeniedException("User: " + c.Caller.ARN + " is not authorized to perform: " + action + " on resource: " + resource +
		" because no identity-based policy allows the " + action + " action")
}
