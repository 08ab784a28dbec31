package topic

import (
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/sns"
	"github.com/cogtrail/cogtrail/internal/op"
)

const (
	maxBatch   = 10
	maxEntryID = 80
)

// PublishBatch sends up to ten messages. One that is refused leaves the others alone.
func (s *Service) PublishBatch(c *op.Call, in *sns.PublishBatchInput) (*sns.PublishBatchOutput, error) {
	t, err := find(c, in.TopicArn)
	if err != nil {
		return nil, err
	}
	if err := checkBatch(in.PublishBatchRequestEntries); err != nil {
		return nil, err
	}
	out := &sns.PublishBatchOutput{Successful: []sns.PublishBatchResultEntry{}, Failed: []sns.BatchResultErrorEntry{}}
	for _, e := range in.PublishBatchRequestEntries {
		p, refused := compose(c.Now, &sns.PublishInput{
			Message: e.Message, Subject: e.Subject, MessageStructure: e.MessageStructure, MessageAttributes: e.MessageAttributes,
		})
		if refused != nil {
			out.Failed = append(out.Failed, sns.BatchResultErrorEntry{Id: e.Id, Code: refused.QueryCode, Message: &refused.Message, SenderFault: true})
			continue
		}
		if err := s.send(c.Tx, t, p); err != nil {
			return nil, err
		}
		out.Successful = append(out.Successful, sns.PublishBatchResultEntry{Id: &e.Id, MessageId: &p.ID})
	}
	return out, nil
}

func checkBatch(entries []sns.PublishBatchRequestEntry) error {
	switch {
	case len(entries) == 0:
		return sns.EmptyBatchRequestException("The batch request doesn't contain any entries.")
	case len(entries) > maxBatch:
		return sns.TooManyEntriesInBatchRequestException("The batch request contains more entries than permissible.")
	}
	seen, size := map[string]bool{}, 0
	for _, e := range entries {
		if e.Id == "" || len(e.Id) > maxEntryID || strings.Trim(e.Id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
			return sns.InvalidBatchEntryIdException("The Id of a batch entry in a batch request doesn't abide by the specification.")
		}
		if seen[e.Id] {
			return sns.BatchEntryIdsNotDistinctException("Two or more batch entries in the request have the same Id.")
		}
		seen[e.Id] = true
		size += len(e.Message)
	}
	if size > maxMessage {
		return sns.BatchRequestTooLongException("The length of all the batch messages put together is more than the limit.")
	}
	return nil
}
