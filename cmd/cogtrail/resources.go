package main

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/iam"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// resources names what a call is about where the ARN template of the model
// cannot: a member may hold a name or an ARN, or a list of them, and paths of
// identities are kept in the state. Without this a policy that denies an action
// on one trail, role or alarm would not see that the call is about it.
type resources struct{ iam *iam.Service }

// Of returns the ARNs, each of which the caller must be allowed to use; none
// leaves it to the template.
func (r resources) Of(c *op.Call, s *schema.Service, o *schema.Operation, in *schema.Struct) ([]string, error) {
	if in == nil {
		return nil, nil
	}
	switch s.Name {
	case "iam":
		name, err := r.iam.Subject(c, o, in)
		if err != nil || name == "" {
			return nil, err
		}
		return []string{name}, nil
	case "cloudtrail":
		if o.Name == "LookupEvents" || o.Name == "DescribeTrails" || o.Name == "ListTrails" || o.Name == "ListPublicKeys" {
			return nil, nil
		}
		return named(c, "cloudtrail", "trail/", in, "Name", "TrailName", "ResourceId", "ResourceIdList"), nil
	case "cloudwatch":
		if o.Name == "DescribeAlarms" {
			return []string{arn.Alarm(c.Region, c.Account, "*")}, nil // as AWS's messages say
		}
		if strings.HasSuffix(o.Name, "AlarmMuteRule") {
			return append(named(c, "cloudwatch", "alarm-mute-rule:", in, "Name", "AlarmMuteRuleName"), mutedAlarms(c, in)...), nil
		}
		if o.Name == "ListAlarmMuteRules" {
			return []string{arn.Regional("cloudwatch", c.Region, c.Account, "alarm-mute-rule:*")}, nil
		}
		return named(c, "cloudwatch", "alarm:", in, "AlarmName", "AlarmNames", "ResourceARN"), nil
	case "logs":
		if group := in.Text("logGroupName"); group != "" {
			if stream := in.Text("logStreamName"); stream != "" {
				return []string{arn.LogStream(c.Region, c.Account, group, stream)}, nil
			}
			return []string{arn.LogGroup(c.Region, c.Account, group)}, nil
		}
		if name := in.Text("destinationName"); name != "" {
			return []string{arn.Regional("logs", c.Region, c.Account, "destination:"+name)}, nil
		}
		names := named(c, "logs", "log-group:", in, "logGroupIdentifier", "logGroupNames", "logGroupIdentifiers", "resourceArn", "resourceIdentifier")
		if stream := in.Text("logStreamName"); stream != "" {
			for i := range names {
				names[i] += ":log-stream:" + stream
			}
		}
		return names, nil
	case "sns":
		names := named(c, "sns", "", in, "TopicArn", "TargetArn", "ResourceArn")
		if subscription := in.Text("SubscriptionArn"); subscription != "" {
			return append(names, topicOf(subscription)), nil
		}
		return names, nil
	default:
		return nil, nil
	}
}

// mutedAlarms are the alarms that a mute rule would silence: its maker must be
// allowed to do so to each.
func mutedAlarms(c *op.Call, in *schema.Struct) []string {
	targets, ok := in.Get("MuteTargets").(*schema.Struct)
	if !ok {
		return nil
	}
	return named(c, "cloudwatch", "alarm:", targets, "AlarmNames")
}

// topicOf is the topic of a subscription's ARN, which policies name instead. A text
// that is no such ARN stays as it is, for the operation to refuse.
func topicOf(subscription string) string {
	if a, err := arn.Parse(subscription); err == nil && a.Service == "sns" {
		a.Resource, _, _ = strings.Cut(a.Resource, ":")
		return a.String()
	}
	return subscription
}

// named collects the resources that some members name, by name or by ARN, alone
// or in a list. ARNs get the partition that policies name: an operation may take
// "arn:aws-cn:…" for the same resource, and a denial must see that. What is an ARN
// of another service is a name that looks like one.
func named(c *op.Call, service, kind string, in *schema.Struct, members ...string) []string {
	var out []string
	add := func(x any) {
		text, _ := x.(string)
		if text == "" {
			return
		}
		if a, err := arn.Parse(text); err == nil && a.Service == service {
			a.Partition = arn.Partition(c.Region)
			out = append(out, strings.TrimSuffix(a.String(), ":*"))
			return
		}
		out = append(out, arn.Regional(service, c.Region, c.Account, kind+text))
	}
	for _, m := range members {
		x := in.Get(m)
		add(x)
		if list, ok := x.([]any); ok {
			for _, e := range list {
				add(e)
			}
		}
	}
	return out
}
