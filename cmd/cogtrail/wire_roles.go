package main

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/authz/condition"
	"github.com/cogtrail/cogtrail/internal/authz/eval"
)

// serviceFacts are the condition keys of what a service does in a Region, by itself or by a role: those of any call, by which policies
// may deny too.
func serviceFacts(now time.Time, region string) condition.Context {
	var c condition.Context
	eval.Facts{Now: now, Region: region, TLS: true}.Set(&c)
	return c
}

// trustFacts are serviceFacts for a role's trust policy, with the resource that the service acts for: its account and, if known, its ARN.
func trustFacts(now time.Time, region, account, source string) condition.Context {
	c := serviceFacts(now, region)
	c.Set("aws:SourceAccount", account)
	if source != "" {
		c.Set("aws:SourceArn", source)
	}
	return c
}
