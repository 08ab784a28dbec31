package topic

import (
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/notify/topic/filter"
	"github.com/cogtrail/cogtrail/internal/store"
)

// maxFilters is how many subscriptions of a topic have a filter policy. [SNS quotas]
const maxFilters = 200

// filters tells whether a subscription's attributes have a policy; the empty one takes it away.
func filters(as map[string]string) bool {
	return as["FilterPolicy"] != "" && as["FilterPolicy"] != "{}"
}

// checkFilter refuses a filter policy or a scope that is none, and a policy that does not fit its scope. prefix goes before SNS's words.
func checkFilter(as map[string]string, prefix string) error {
	switch scope := as["FilterPolicyScope"]; scope {
	case "", filter.ByAttributes, filter.ByBody:
	default:
		return invalid("%sFilterPolicyScope: Invalid value [%s]. Please use either MessageBody or MessageAttributes", prefix, scope)
	}
	if _, err := filter.Parse(as["FilterPolicy"], as["FilterPolicyScope"]); err != nil {
		return invalid("%s%s", prefix, err)
	}
	return nil
}

// roomForFilter refuses a filter policy more than a topic may have. id is the subscription that gets it, empty for a new one.
func roomForFilter(tx store.Tx, account, region, name, id string, as map[string]string) error {
	if !filters(as) {
		return nil
	}
	n := 0
	for r, err := range subscriptions.Scan(tx, store.K(account, region, name), nil) {
		if err != nil {
			return fmt.Errorf("count filter policies: %w", err)
		}
		if r.ID != id && filters(r.Attributes) {
			n++
		}
	}
	if n >= maxFilters {
		return sns.FilterPolicyLimitExceededException("Filter policy limit exceeded") // (inferred)
	}
	return nil
}

// wants tells whether a message passes the subscription's filter. seen holds the message as filters look at it, by its text.
func (r *subscriptionRow) wants(p *published, seen map[string]*filter.Message) (bool, error) {
	if !filters(r.Attributes) {
		return true, nil
	}
	policy, err := filter.Parse(r.Attributes["FilterPolicy"], r.Attributes["FilterPolicyScope"])
	if err != nil {
		return false, fmt.Errorf("filter policy of %s: %w", r.arn(), err)
	}
	body := p.text(r.Protocol)
	m := seen[body]
	if m == nil {
		m = &filter.Message{Body: body, Attributes: make(map[string]filter.Attribute, len(p.Attributes))}
		for name, a := range p.Attributes {
			m.Attributes[name] = filter.Attribute(a)
		}
		seen[body] = m
	}
	return policy.Match(m), nil
}
