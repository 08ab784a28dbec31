package eventbus_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/events"
	"github.com/cogtrail/cogtrail/internal/audit"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
)

// mayNot runs one operation for a caller who may do nothing beyond it.
func mayNot[I, O any](w *world, f func(*op.Call, *I) (O, error), in I) (out O, err error) {
	err = w.db.Update(w.t.Context(), func(tx store.Tx) (err error) {
		c := &op.Call{Context: w.t.Context(), Now: noon, Account: account, Region: region, Tx: tx, Record: &audit.Builder{}}
		c.Allowed = func(string, string, string, string) (bool, error) { return false, nil }
		c.Caller.ARN = "arn:aws:iam::111122223333:user/u"
		out, err = f(c, &in)
		return err
	})
	return out, err
}

func TestTags(t *testing.T) {
	t.Parallel()
	w := open(t)
	const rule = "arn:aws:events:us-east-1:111122223333:rule/r"
	in := events.PutRuleInput{Name: "r", EventPattern: new(`{"source":["a"]}`), Tags: []events.Tag{{Key: "b", Value: "1"}, {Key: "a", Value: "2"}}}
	_, err := mayNot(w, w.s.PutRule, in)
	wantError(t, err, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/u is not authorized to perform: events:TagResource on resource: "+rule+
		" because no identity-based policy allows the events:TagResource action")
	if _, err := run(w, w.s.DescribeRule, events.DescribeRuleInput{Name: "r"}); err == nil {
		t.Error("a rule whose tags were refused is there")
	}
	_, err = run(w, w.s.PutRule, in)
	w.must(err)
	in.Tags = []events.Tag{{Key: "never", Value: "x"}}
	_, err = run(w, w.s.PutRule, in)
	w.must(err)
	_, err = run(w, w.s.TagResource, events.TagResourceInput{ResourceARN: rule, Tags: []events.Tag{{Key: "b", Value: "3"}, {Key: "c", Value: "4"}}})
	w.must(err)
	_, err = run(w, w.s.UntagResource, events.UntagResourceInput{ResourceARN: rule, TagKeys: []string{"c", "ghost"}})
	w.must(err)
	tags := func() []events.Tag {
		out, err := run(w, w.s.ListTagsForResource, events.ListTagsForResourceInput{ResourceARN: rule})
		w.must(err)
		return out.Tags
	}
	want := []events.Tag{{Key: "a", Value: "2"}, {Key: "b", Value: "3"}}
	if got := tags(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	var many []events.Tag
	for i := range 49 {
		many = append(many, events.Tag{Key: fmt.Sprint(i)})
	}
	_, err = run(w, w.s.TagResource, events.TagResourceInput{ResourceARN: rule, Tags: many})
	wantError(t, err, "LimitExceededException", "The requested resource exceeds the maximum number allowed.")
	_, err = run(w, w.s.TagResource, events.TagResourceInput{ResourceARN: rule, Tags: []events.Tag{{Key: "aws:x"}}})
	wantError(t, err, "ValidationException", "Tag keys must not begin with aws:.")
	if got := tags(); !slices.Equal(got, want) {
		t.Errorf("after refusals: %+v", got)
	}
	for name, message := range map[string]string{
		"rule/r": "Parameter rule/r is not valid. Reason: Provided Arn is not in correct format.",
		"arn:aws:events:us-east-1:111122223333:archive/a":         "Parameter arn:aws:events:us-east-1:111122223333:archive/a is not valid. Reason: Provided Arn is not in correct format.",
		"arn:aws:events:us-east-1:111122223333:event-bus/default": "Tags of event buses are not supported by this server.",
	} {
		_, err := run(w, w.s.UntagResource, events.UntagResourceInput{ResourceARN: name, TagKeys: []string{"a"}})
		wantError(t, err, "ValidationException", message)
	}
	for name, message := range map[string]string{
		"arn:aws:events:us-east-1:111122223333:rule/ghost":  "Rule ghost does not exist on EventBus default.",
		"arn:aws:events:us-east-1:999988887777:rule/r":      "Rule r does not exist on EventBus default.",
		"arn:aws:events:us-east-1:111122223333:rule/mine/r": "Event bus mine does not exist.",
	} {
		_, err := run(w, w.s.ListTagsForResource, events.ListTagsForResourceInput{ResourceARN: name})
		wantError(t, err, "ResourceNotFoundException", message)
	}
}

func TestListRuleNamesByTarget(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, name := range []string{"c", "a", "b"} {
		w.rule(name, `{"source":["a"]}`, "ENABLED", events.Target{})
	}
	_, err := run(w, w.s.PutRule, events.PutRuleInput{Name: "d", EventPattern: new(`{"source":["a"]}`)})
	w.must(err)
	var names []string
	for in := (events.ListRuleNamesByTargetInput{TargetArn: alerts, Limit: new(int64(2))}); ; {
		out, err := run(w, w.s.ListRuleNamesByTarget, in)
		w.must(err)
		names = append(names, out.RuleNames...)
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) {
		t.Errorf("%q", names)
	}
	_, err = run(w, w.s.ListRuleNamesByTarget, events.ListRuleNamesByTargetInput{TargetArn: alerts, EventBusName: new("mine")})
	wantError(t, err, "ResourceNotFoundException", "Event bus mine does not exist.")
}
