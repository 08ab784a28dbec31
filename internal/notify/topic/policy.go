package topic

import (
	"fmt"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// policy is the topic's own policy, or the one that every new topic has.
func (r *topicRow) policy() string {
	if p := r.Attributes["Policy"]; p != "" {
		return p
	}
	return defaultPolicy(r.arn(), r.Account)
}

func defaultPolicy(topicARN, account string) string {
	return strings.NewReplacer("$ARN", topicARN, "$OWNER", account).Replace(`{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[` +
		`{"Sid":"__default_statement_ID","Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes",` +
		`"SNS:AddPermission","SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],` +
		`"Resource":"$ARN","Condition":{"StringEquals":{"AWS:SourceOwner":"$OWNER"}}}]}`)
}

// sourceOwners are the services that publish as the account whose resource
// makes them; the default policy allows them for the topic's own account.
// CloudTrail is not one: it needs a statement of its own.
var sourceOwners = map[string]bool{"cloudwatch.amazonaws.com": true}

// check tells whether a service may publish to a topic on behalf of an account.
func check(tx store.Tx, topicARN, service, sourceAccount, sourceARN string) error {
	account, region, name, id, err := place("TopicArn", topicARN)
	if err != nil {
		return err
	}
	if id != "" {
		return invalid("TopicArn")
	}
	t, err := get(tx, account, region, name)
	if err != nil {
		return err
	}
	doc, err := policy.Parse(t.policy(), policy.Resource)
	if err != nil {
		return fmt.Errorf("parse policy of topic: %w", err)
	}
	var ctx condition.Context
	if sourceAccount != "" {
		ctx.Set("aws:SourceAccount", sourceAccount)
		if sourceOwners[service] {
			ctx.Set("aws:SourceOwner", sourceAccount)
		}
	}
	if sourceARN != "" {
		ctx.Set("aws:SourceArn", sourceARN)
	}
	who, target := principal.Service(service), policy.NewTarget("sns:Publish", t.arn())
	allowed := false
	for _, st := range doc.Statements {
		if st.Covers(&who, "") == policy.None || !st.Applies(&target, ctx) {
			continue
		}
		if st.Effect == policy.Deny {
			allowed = false
			break
		}
		allowed = true
	}
	if !allowed {
		return sns.AuthorizationErrorException(service + " is not authorized to perform: SNS:Publish on resource: " + t.arn())
	}
	return nil
}
