package logdelivery

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Sources of events and their levels. [Cognito: exporting logs]
const (
	notifications, notificationLevel = "userNotification", "ERROR"
	events, eventLevel               = "userAuthEvents", "INFO"
)

// check checks that each source comes once, with its level and one destination it may have.
func check(p *userpool.Pool, list []cognitoidp.LogConfigurationType) error {
	seen := map[string]bool{}
	for i := range list {
		l := &list[i]
		if seen[l.EventSource] {
			return sourceTwice(l.EventSource)
		}
		seen[l.EventSource] = true
		if l.EventSource == notifications && l.LogLevel != notificationLevel || l.EventSource == events && l.LogLevel != eventLevel {
			return badLevel(l.EventSource)
		}
		if l.EventSource == events && (p.Settings.UserPoolTier == nil || *p.Settings.UserPoolTier != "PLUS") {
			return plusOnly()
		}
		if err := destination(p, l); err != nil {
			return err
		}
	}
	return nil
}

func destination(p *userpool.Pool, l *cognitoidp.LogConfigurationType) error {
	n := 0
	for _, given := range []bool{l.CloudWatchLogsConfiguration != nil, l.S3Configuration != nil, l.FirehoseConfiguration != nil} {
		if given {
			n++
		}
	}
	if n != 1 {
		return oneDestination()
	}
	if l.EventSource == notifications && l.CloudWatchLogsConfiguration == nil {
		return logGroupOnly()
	}
	var text *string
	var service, resource string
	switch {
	case l.CloudWatchLogsConfiguration != nil:
		text, service, resource = l.CloudWatchLogsConfiguration.LogGroupArn, "logs", "log-group:"
	case l.FirehoseConfiguration != nil:
		text, service, resource = l.FirehoseConfiguration.StreamArn, "firehose", "deliverystream/"
	default:
		text, service = l.S3Configuration.BucketArn, "s3"
	}
	if text == nil {
		return badDestination("")
	}
	a, err := arn.Parse(*text)
	if err != nil || a.Service != service || !strings.HasPrefix(a.Resource, resource) || len(a.Resource) == len(resource) {
		return badDestination(*text)
	}
	if service == "s3" && strings.ContainsAny(a.Resource, "/:") || service != "s3" && a.Account != p.Account {
		return badDestination(*text) // a bucket alone; groups and streams of the pool's owner [Cognito: exporting logs]
	}
	return nil
}
