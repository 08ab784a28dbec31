package topic_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/sns"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	add := func(label string, accounts, actions []string) error {
		_, err := run(w, silent(w.s.AddPermission), &sns.AddPermissionInput{TopicArn: alerts, Label: label, AWSAccountId: accounts, ActionName: actions})
		return err
	}
	statements := func() (sids []string) {
		var d struct{ Statement []struct{ Sid string } }
		w.must(json.Unmarshal([]byte(w.topicAttributes()["Policy"]), &d))
		for _, s := range d.Statement {
			sids = append(sids, s.Sid)
		}
		return sids
	}
	w.must(add("partner", []string{"999988887777"}, []string{"Publish", "Subscribe"}))
	if got := statements(); !slices.Equal(got, []string{"__default_statement_ID", "partner"}) {
		t.Errorf("%q", got)
	}
	want := `{"Sid":"partner","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::999988887777:root"]},"Action":["SNS:Publish","SNS:Subscribe"],"Resource":"` + alerts + `"}`
	if p := w.topicAttributes()["Policy"]; !strings.Contains(p, want) || !strings.HasPrefix(p, `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[`) {
		t.Errorf("policy %s", p)
	}
	wantError(t, add("partner", []string{"999988887777"}, []string{"Publish"}), "InvalidParameterException", "Invalid parameter: Statement already exists")
	wantError(t, add("x", []string{"999988887777"}, []string{"Dance"}), "InvalidParameterException", "Invalid parameter: Policy statement action out of service scope!")
	wantError(t, add("x", []string{"me"}, []string{"Publish"}), "InvalidParameterException", "Invalid parameter: AWSAccountId Reason: me is not an account")
	wantError(t, add("x", nil, []string{"Publish"}), "InvalidParameterException", "Invalid parameter: AWSAccountId and ActionName Reason: no value for required parameter")
	remove := func(label string) error {
		_, err := run(w, silent(w.s.RemovePermission), &sns.RemovePermissionInput{TopicArn: alerts, Label: label})
		return err
	}
	w.must(remove("none"))
	w.must(remove("partner"))
	if got := statements(); !slices.Equal(got, []string{"__default_statement_ID"}) {
		t.Errorf("%q", got)
	}
	wantError(t, remove("__default_statement_ID"), "InvalidParameterException", "Invalid parameter: Label Reason: the last statement of a policy cannot be removed")
	_, err := run(w, silent(w.s.RemovePermission), &sns.RemovePermissionInput{TopicArn: alerts + "x", Label: "x"})
	wantError(t, err, "NotFoundException", "Topic does not exist")
}

func TestTopicTags(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts", Tags: []sns.Tag{{Key: "a", Value: "1"}}}))
	tag := func(arn string, tags ...sns.Tag) error {
		_, err := run(w, w.s.TagResource, &sns.TagResourceInput{ResourceArn: arn, Tags: tags})
		return err
	}
	w.must(tag(alerts, sns.Tag{Key: "a", Value: "2"}, sns.Tag{Key: "b", Value: "3"}))
	_, err := run(w, w.s.UntagResource, &sns.UntagResourceInput{ResourceArn: alerts, TagKeys: []string{"b", "none"}})
	w.must(err)
	out, err := run(w, w.s.ListTagsForResource, &sns.ListTagsForResourceInput{ResourceArn: alerts})
	if err != nil || !slices.Equal(out.Tags, []sns.Tag{{Key: "a", Value: "2"}}) {
		t.Errorf("%v, %v", out.Tags, err)
	}
	wantError(t, tag(alerts, sns.Tag{Key: "a"}, sns.Tag{Key: "a"}), "InvalidParameterException", "Invalid parameter: Duplicated keys are not allowed.")
	wantError(t, tag(alerts+"x", sns.Tag{Key: "a"}), "ResourceNotFoundException", "Resource does not exist")
	var many []sns.Tag
	for i := range 50 {
		many = append(many, sns.Tag{Key: fmt.Sprint(i)})
	}
	wantError(t, tag(alerts, many...), "TagLimitExceededException", "Could not complete request: tag quota of per resource exceeded")
}

func TestPublishBatch(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	batch := func(entries ...sns.PublishBatchRequestEntry) (*sns.PublishBatchOutput, error) {
		return run(w, w.s.PublishBatch, &sns.PublishBatchInput{TopicArn: alerts, PublishBatchRequestEntries: entries})
	}
	out, err := batch(sns.PublishBatchRequestEntry{Id: "a", Message: "one", Subject: new("s")}, sns.PublishBatchRequestEntry{Id: "b"})
	if err != nil || len(out.Successful) != 1 || *out.Successful[0].Id != "a" || len(out.Failed) != 1 || out.Failed[0].Id != "b" ||
		out.Failed[0].Code != "InvalidParameter" || *out.Failed[0].Message != "Invalid parameter: Empty message" || !out.Failed[0].SenderFault {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = batch()
	wantError(t, err, "EmptyBatchRequestException", "The batch request doesn't contain any entries.")
	_, err = batch(make([]sns.PublishBatchRequestEntry, 11)...)
	wantError(t, err, "TooManyEntriesInBatchRequestException", "The batch request contains more entries than permissible.")
	_, err = batch(sns.PublishBatchRequestEntry{Id: "a", Message: "x"}, sns.PublishBatchRequestEntry{Id: "a", Message: "x"})
	wantError(t, err, "BatchEntryIdsNotDistinctException", "Two or more batch entries in the request have the same Id.")
	_, err = batch(sns.PublishBatchRequestEntry{Id: "a b", Message: "x"})
	wantError(t, err, "InvalidBatchEntryIdException", "The Id of a batch entry in a batch request doesn't abide by the specification.")
	_, err = batch(sns.PublishBatchRequestEntry{Id: "a", Message: strings.Repeat("x", 200_000)}, sns.PublishBatchRequestEntry{Id: "b", Message: strings.Repeat("x", 200_000)})
	wantError(t, err, "BatchRequestTooLongException", "The length of all the batch messages put together is more than the limit.")
}

func TestSetSubscriptionAttributes(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
	name, err := w.subscribe("https", "https://example.com/x", nil)
	w.must(err)
	set := func(attribute, value string) error {
		_, err := run(w, silent(w.s.SetSubscriptionAttributes), &sns.SetSubscriptionAttributesInput{SubscriptionArn: name, AttributeName: attribute, AttributeValue: &value})
		return err
	}
	w.must(set("RawMessageDelivery", "true"))
	out, err := run(w, w.s.GetSubscriptionAttributes, &sns.GetSubscriptionAttributesInput{SubscriptionArn: name})
	if err != nil || out.Attributes["RawMessageDelivery"] != "true" {
		t.Errorf("%v, %v", out.Attributes, err)
	}
	wantError(t, set("RawMessageDelivery", "x"), "InvalidParameterException", "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [x]. Must be true or false.")
	wantError(t, set("Colour", "red"), "InvalidParameterException", "Invalid parameter: AttributeName")
	wantError(t, set("FilterPolicy", "["), "InvalidParameterException", "Invalid parameter: FilterPolicy: failed to parse JSON.")
	wantError(t, set("RedrivePolicy", "{}"), "InvalidParameterException", "Invalid parameter: Attributes Reason: RedrivePolicy is not supported by this server")
}
