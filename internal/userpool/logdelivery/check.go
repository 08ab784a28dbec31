package logdelivery

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Sources of events and their levels. [Cognito: exporting logs]
const (
	Notifications, notificationLevel = "userNotification", "ERROR"
	Events, eventLevel               = "userAuthEvents", "INFO"
)

// check checks that each source comes once, with its level and one destination it may have.
func (s *Service) check(c *op.Call, p *userpool.Pool, list []cognitoidp.LogConfigurationType) error {
	seen := map[string]bool{}
	for i := range list {
		l := &list[i]
		if seen[l.EventSource] {
			return sourceTwice(l.EventSource)
		}
		seen[l.EventSource] = true
		if l.EventSource == Notifications && l.LogLevel != notificationLevel || l.EventSource == Events && l.LogLevel != eventLevel {
			return badLevel(l.EventSource)
		}
		if l.EventSource == Events && (p.Settings.UserPoolTier == nil || *p.Settings.UserPoolTier != "PLUS") {
			return plusOnly()
		}
		if err := s.destination(c, p, l); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) destination(c *op.Call, p *userpool.Pool, l *cognitoidp.LogConfigurationType) error {
	n := 0
	for _, given := range []bool{l.CloudWatchLogsConfiguration != nil, l.S3Configuration != nil, l.FirehoseConfiguration != nil} {
		if given {
			n++
		}
	}
	if n != 1 {
		return oneDestination()
	}
	switch {
	case l.EventSource == Notifications && l.CloudWatchLogsConfiguration == nil:
		return logGroupOnly()
	case l.FirehoseConfiguration != nil:
		return s.checkStream(p, l.FirehoseConfiguration)
	case l.S3Configuration != nil:
		return s.checkBucket(c.Tx, p, l.S3Configuration, c.Now)
	}
	text := l.CloudWatchLogsConfiguration.LogGroupArn
	if text == nil {
		return badDestination("")
	}
	a, err := arn.Parse(*text)
	if err != nil || a.Service != "logs" || a.Account != p.Account || !strings.HasPrefix(a.Resource, "log-group:") || len(a.Resource) == len("log-group:") {
		return badDestination(*text) // a group of the pool's owner [Cognito: exporting logs]
	}
	return nil
}
