package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/cogtrail/cogtrail/internal/alarm/sets"
)

const alarmsSynopsis = "alarms list|install|remove [flags] SET..."

// alarmsCommand installs ready sets of metric filters and alarms over the public
// API of a running server (or of AWS: nothing here is about cogtrail). Whom to call,
// and as whom, comes from the environment, as for the AWS CLI.
func alarmsCommand(ctx context.Context, p *program, args []string) error {
	if len(args) == 0 || slices.Contains([]string{"-h", "--help", "-help", "help"}, args[0]) {
		p.alarmsHelp()
		if len(args) == 0 {
			return fmt.Errorf("%w: want list, install or remove", errUsage)
		}
		return flag.ErrHelp
	}
	verb, ok := map[string]func(*alarmSets, context.Context) error{
		"list": (*alarmSets).list, "install": (*alarmSets).install, "remove": (*alarmSets).remove,
	}[args[0]]
	if !ok {
		return fmt.Errorf("%w: want list, install or remove, not %q", errUsage, args[0])
	}
	a := &alarmSets{p: p}
	fs := p.flags("alarms "+args[0], "alarms "+args[0]+" [flags] SET...")
	fs.StringVar(&a.group, "log-group", "", "log group in which a trail leaves its records")
	fs.StringVar(&a.topic, "topic", "", "SNS topic that the alarms tell: an ARN, or a name, which is created if need be")
	fs.BoolVar(&a.dry, "dry-run", false, "say what would be done, and do nothing")
	words, err := interleaved(fs, args[1:])
	if err != nil {
		return err
	}
	for _, name := range words {
		s, ok := sets.Find(name)
		if !ok {
			return fmt.Errorf("%w: there is no set %q; there are %s", errUsage, name, strings.Join(setNames(), ", "))
		}
		a.sets = append(a.sets, s)
	}
	switch {
	case args[0] == "list" && len(a.sets) == 0:
		a.sets = sets.All()
	case len(a.sets) == 0:
		return fmt.Errorf("%w: name a set: %s", errUsage, strings.Join(setNames(), ", "))
	case args[0] != "list" && a.group == "":
		return fmt.Errorf("%w: --log-group is missing", errUsage)
	}
	if err := a.connect(); err != nil {
		return err
	}
	return verb(a, ctx)
}

func setNames() (out []string) {
	for _, s := range sets.All() {
		out = append(out, s.Name)
	}
	return out
}

func (p *program) alarmsHelp() {
	fmt.Fprintf(p.stderr, "Usage: cogtrail %s\n\n", alarmsSynopsis)
	for _, s := range sets.All() {
		fmt.Fprintf(p.stderr, "  %-11s %2d alarms: %s\n", s.Name, len(s.Alarms), s.About)
	}
	fmt.Fprint(p.stderr, "\nlist     show the alarms of the sets, and which are installed\n"+
		"install  make or renew the metric filters of --log-group and the alarms on them\n"+
		"remove   delete both again\n\n"+
		"AWS_ENDPOINT_URL, AWS_REGION (default us-east-1), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say which server, and as whom.\n"+
		"Exit code 0: done; 1: a call failed; 2: wrong use.\n")
}

// interleaved parses flags that may stand between words.
func interleaved(fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		if fs.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, fs.Arg(0)), fs.Args()[1:]
	}
}

// alarmSets is one run of the command.
type alarmSets struct {
	p            *program
	sets         []sets.Set
	group, topic string
	dry          bool
	logs         *cloudwatchlogs.Client
	watch        *cloudwatch.Client
	sns          *sns.Client
}

func (a *alarmSets) connect() error {
	id, secret := a.p.getenv("AWS_ACCESS_KEY_ID"), a.p.getenv("AWS_SECRET_ACCESS_KEY")
	url := a.p.getenv("AWS_ENDPOINT_URL")
	if id == "" || secret == "" || url == "" {
		return fmt.Errorf("%w: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set", errUsage)
	}
	region := a.p.getenv("AWS_REGION")
	if region == "" {
		region = "us-east-1"
	}
	cfg := aws.Config{
		Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider(id, secret, a.p.getenv("AWS_SESSION_TOKEN")),
	}
	a.logs, a.watch, a.sns = cloudwatchlogs.NewFromConfig(cfg), cloudwatch.NewFromConfig(cfg), sns.NewFromConfig(cfg)
	return nil
}

func (a *alarmSets) say(format string, args ...any) { fmt.Fprintf(a.p.stdout, format+"\n", args...) }

// filter returns the metric filter of a name, or nil; without a log group, one of any group.
func (a *alarmSets) filter(ctx context.Context, name string) (*logstypes.MetricFilter, error) {
	in := &cloudwatchlogs.DescribeMetricFiltersInput{FilterNamePrefix: &name}
	if a.group != "" {
		in.LogGroupName = &a.group
	}
	for {
		out, err := a.logs.DescribeMetricFilters(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("look for metric filter %s: %w", name, err)
		}
		for i := range out.MetricFilters {
			if aws.ToString(out.MetricFilters[i].FilterName) == name {
				return &out.MetricFilters[i], nil
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return nil, nil
		}
	}
}

// alarm returns the alarm of a name, or nil.
func (a *alarmSets) alarm(ctx context.Context, name string) (*cwtypes.MetricAlarm, error) {
	out, err := a.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		return nil, fmt.Errorf("look for alarm %s: %w", name, err)
	}
	if len(out.MetricAlarms) == 0 {
		return nil, nil
	}
	return &out.MetricAlarms[0], nil
}

func (a *alarmSets) list(ctx context.Context) error {
	for _, s := range a.sets {
		a.say("%s: %s", s.Name, s.About)
		for _, want := range s.Alarms {
			f, err := a.filter(ctx, want.Filter)
			if err != nil {
				return err
			}
			have, err := a.alarm(ctx, want.Name)
			if err != nil {
				return err
			}
			state := "not installed"
			switch {
			case f != nil && have != nil:
				state = string(have.StateValue)
			case f != nil || have != nil:
				state = "installed in part"
			}
			a.say("  %-40s %-17s %s", want.Name, state, want.About)
		}
	}
	return nil
}

func (a *alarmSets) install(ctx context.Context) error {
	actions, err := a.actions(ctx)
	if err != nil {
		return err
	}
	for _, s := range a.sets {
		for i := range s.Alarms {
			if err := a.installOne(ctx, &s.Alarms[i], actions); err != nil {
				return err
			}
		}
	}
	if len(actions) == 0 {
		a.say("No --topic: the alarms change their states and tell nobody.")
	}
	return nil
}

// actions are what the alarms do: tell the topic, which is made if it is named and not there.
func (a *alarmSets) actions(ctx context.Context) ([]string, error) {
	switch {
	case a.topic == "":
		return nil, nil
	case strings.HasPrefix(a.topic, "arn:"):
		return []string{a.topic}, nil
	case a.dry:
		a.say("would make topic %s, unless it is there", a.topic)
		return []string{a.topic}, nil
	}
	out, err := a.sns.CreateTopic(ctx, &sns.CreateTopicInput{Name: &a.topic})
	if err != nil {
		return nil, fmt.Errorf("make topic %s: %w", a.topic, err)
	}
	return []string{*out.TopicArn}, nil
}

func (a *alarmSets) installOne(ctx context.Context, want *sets.Alarm, actions []string) error {
	f, err := a.filter(ctx, want.Filter)
	if err != nil {
		return err
	}
	have, err := a.alarm(ctx, want.Name)
	if err != nil {
		return err
	}
	if f != nil && sameFilter(f, want) && have != nil && sameAlarm(have, want, actions) {
		a.say("there     %s", want.Name)
		return nil
	}
	done := "made"
	if f != nil || have != nil {
		done = "renewed"
	}
	if a.dry {
		a.say("%-9s %s (not really: --dry-run)", done, want.Name)
		return nil
	}
	_, err = a.logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: &a.group, FilterName: &want.Filter, FilterPattern: &want.Pattern,
		MetricTransformations: []logstypes.MetricTransformation{{MetricName: &want.Metric, MetricNamespace: &want.Namespace, MetricValue: aws.String("1")}},
	})
	if err != nil {
		return fmt.Errorf("put metric filter %s: %w", want.Filter, err)
	}
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: &want.Name, AlarmDescription: &want.About, Namespace: &want.Namespace, MetricName: &want.Metric, Statistic: cwtypes.StatisticSum,
		Period: aws.Int32(int32(want.Period / time.Second)), EvaluationPeriods: aws.Int32(1), Threshold: &want.Threshold,
		ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold, AlarmActions: actions,
	}
	if want.TreatMissing != "" {
		in.TreatMissingData = &want.TreatMissing
	}
	if _, err := a.watch.PutMetricAlarm(ctx, in); err != nil {
		return fmt.Errorf("put alarm %s: %w", want.Name, err)
	}
	a.say("%-9s %s", done, want.Name)
	return nil
}

func sameFilter(f *logstypes.MetricFilter, want *sets.Alarm) bool {
	if aws.ToString(f.FilterPattern) != want.Pattern || len(f.MetricTransformations) != 1 {
		return false
	}
	t := f.MetricTransformations[0]
	return aws.ToString(t.MetricName) == want.Metric && aws.ToString(t.MetricNamespace) == want.Namespace && aws.ToString(t.MetricValue) == "1"
}

func sameAlarm(have *cwtypes.MetricAlarm, want *sets.Alarm, actions []string) bool {
	return aws.ToString(have.Namespace) == want.Namespace && aws.ToString(have.MetricName) == want.Metric && have.Statistic == cwtypes.StatisticSum &&
		time.Duration(aws.ToInt32(have.Period))*time.Second == want.Period && aws.ToInt32(have.EvaluationPeriods) == 1 &&
		aws.ToFloat64(have.Threshold) == want.Threshold && have.ComparisonOperator == cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold &&
		aws.ToString(have.TreatMissingData) == want.TreatMissing && aws.ToString(have.AlarmDescription) == want.About && slices.EqualFunc(have.AlarmActions, actions, func(have, want string) bool {
		return have == want || strings.HasSuffix(have, ":"+want) // of a topic by name, in a dry run
	})
}

func (a *alarmSets) remove(ctx context.Context) error {
	for _, s := range a.sets {
		for _, want := range s.Alarms {
			f, err := a.filter(ctx, want.Filter)
			if err != nil {
				return err
			}
			have, err := a.alarm(ctx, want.Name)
			if err != nil {
				return err
			}
			switch {
			case f == nil && have == nil:
				a.say("not there %s", want.Name)
				continue
			case a.dry:
				a.say("removed   %s (not really: --dry-run)", want.Name)
				continue
			}
			// The alarm first: one without its filter would be silent.
			if have != nil {
				if _, err := a.watch.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{want.Name}}); err != nil {
					return fmt.Errorf("delete alarm %s: %w", want.Name, err)
				}
			}
			if f != nil {
				if _, err := a.logs.DeleteMetricFilter(ctx, &cloudwatchlogs.DeleteMetricFilterInput{LogGroupName: &a.group, FilterName: &want.Filter}); err != nil {
					return fmt.Errorf("delete metric filter %s: %w", want.Filter, err)
				}
			}
			a.say("removed   %s", want.Name)
		}
	}
	return nil
}
