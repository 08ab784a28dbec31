package topic

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// document is a topic's policy as AddPermission and RemovePermission change it; statements stay as they are.
type document struct {
	Version    string            `json:",omitempty"`
	ID         string            `json:"Id,omitempty"`
	Statements []json.RawMessage `json:"Statement"`
}

// grant is the statement that AddPermission adds.
type grant struct {
	Sid       string
	Effect    string
	Principal struct{ AWS []string }
	Action    []string
	Resource  string
}

// grantable are the actions that AddPermission may give to other accounts.
var grantable = []string{
	"AddPermission", "DeleteTopic", "GetTopicAttributes", "ListSubscriptionsByTopic", "Publish", "RemovePermission", "SetTopicAttributes", "Subscribe",
}

func (r *topicRow) document() (*document, error) {
	var d struct {
		Version, ID string
		Statement   json.RawMessage
	}
	if err := json.Unmarshal([]byte(r.policy()), &d); err != nil {
		return nil, fmt.Errorf("parse policy of topic: %w", err)
	}
	out := &document{Version: d.Version, ID: d.ID}
	if json.Unmarshal(d.Statement, &out.Statements) != nil {
		out.Statements = []json.RawMessage{d.Statement} // one alone needs no list
	}
	return out, nil
}

// sid is the name of a statement.
func sid(statement json.RawMessage) string {
	var s struct{ Sid string }
	if json.Unmarshal(statement, &s) != nil {
		return ""
	}
	return s.Sid
}

// keepDocument makes a document the topic's policy.
func (r *topicRow) keepDocument(tx store.Tx, d *document) error {
	text, err := plain(d)
	if err != nil {
		return fmt.Errorf("encode policy of topic: %w", err)
	}
	if len(text) > maxAttribute {
		return invalid("Policy Reason: Policy too long") // (inferred)
	}
	if _, err := policy.Parse(text, policy.Resource); err != nil {
		return invalid("Policy Error: %v", err) // (inferred)
	}
	if r.Attributes == nil {
		r.Attributes = map[string]string{}
	}
	r.Attributes["Policy"] = text
	if err := topics.Put(tx, r); err != nil {
		return fmt.Errorf("keep topic: %w", err)
	}
	return nil
}

// AddPermission adds a statement to the topic's policy that lets accounts use it.
func (s *Service) AddPermission(c *op.Call, in *sns.AddPermissionInput) error {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return err
	}
	if in.Label == "" || len(in.Label) > 80 {
		return invalid("Label") // (inferred)
	}
	if len(in.AWSAccountId) == 0 || len(in.ActionName) == 0 {
		return invalid("AWSAccountId and ActionName Reason: no value for required parameter") // (inferred)
	}
	g := grant{Sid: in.Label, Effect: "Allow", Resource: t.arn()}
	for _, account := range in.AWSAccountId {
		if !arn.IsAccount(account) {
			return invalid("AWSAccountId Reason: %s is not an account", account) // (inferred)
		}
		g.Principal.AWS = append(g.Principal.AWS, arn.Root(account))
	}
	for _, action := range in.ActionName {
		if !slices.Contains(grantable, action) {
			return invalid("Policy statement action out of service scope!")
		}
		g.Action = append(g.Action, "SNS:"+action)
	}
	d, err := t.document()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(d.Statements, func(st json.RawMessage) bool { return sid(st) == in.Label }) {
		return invalid("Statement already exists")
	}
	raw, err := plain(g)
	if err != nil {
		return fmt.Errorf("encode policy of topic: %w", err)
	}
	d.Statements = append(d.Statements, json.RawMessage(raw))
	return t.keepDocument(c.Tx, d)
}

// RemovePermission removes the statements of a label from the topic's policy; without one nothing changes (inferred).
func (s *Service) RemovePermission(c *op.Call, in *sns.RemovePermissionInput) error {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return err
	}
	d, err := t.document()
	if err != nil {
		return err
	}
	n := len(d.Statements)
	d.Statements = slices.DeleteFunc(d.Statements, func(st json.RawMessage) bool { return sid(st) == in.Label })
	switch len(d.Statements) {
	case n:
		return nil
	case 0:
		return invalid("Label Reason: the last statement of a policy cannot be removed") // (inferred)
	}
	return t.keepDocument(c.Tx, d)
}
