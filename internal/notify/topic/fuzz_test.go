package topic_test

import (
	"errors"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// FuzzPublish holds that any input is published or refused in AWS's words, and
// that what is published arrives as valid JSON with a good signature.
func FuzzPublish(f *testing.F) {
	f.Add(alerts, "m", "s", "")
	f.Add(alerts, `{"default":"x","https":1}`, "", "json")
	f.Add("arn:aws:sns:::", "\xff\x00", "\r\n", "x")
	f.Fuzz(func(t *testing.T, arn, message, subject, structure string) {
		w := open(t)
		w.must(w.create(sns.CreateTopicInput{Name: "alerts"}))
		w.confirmed("https://example.com", nil)
		in := sns.PublishInput{TopicArn: &arn, Message: message, MessageStructure: &structure}
		if subject != "" {
			in.Subject = &subject
		}
		_, err := run(w, w.s.Publish, &in)
		var refused *schema.Error
		if errors.As(err, &refused) {
			return
		}
		w.must(err)
		w.deliver()
		verify(t, w.received())
	})
}
