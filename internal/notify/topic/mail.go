package topic

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/schema"
)

func newID() string { return uuid.NewString() }

func isNotFound(err error) bool {
	var e *schema.Error
	return errors.As(err, &e) && e.Code == "NotFoundException"
}

// confirmationMail asks a person to confirm by visiting a link.
func (s *Service) confirmationMail(r *subscriptionRow, e envelope, now time.Time) mailbox.Message {
	return mailbox.Message{
		Account: r.Account, Region: r.Region, Medium: "EMAIL", Trigger: "SNS_SubscriptionConfirmation", Destination: r.Endpoint, Time: now,
		Subject: "AWS Notification - Subscription Confirmation",
		Body: "You have chosen to subscribe to the topic:\n" + e.TopicARN + "\n\nTo confirm this subscription, open this link:\n" + e.SubscribeURL +
			"\n\nIf this was not your wish, no action is needed.\n",
	}
}

// notificationMail is a message as a person or, for email-json, a program reads it.
func (s *Service) notificationMail(t *topicRow, r *subscriptionRow, p *published) (mailbox.Message, error) {
	m := mailbox.Message{
		Account: r.Account, Region: r.Region, Medium: "EMAIL", Trigger: "SNS_Notification", Destination: r.Endpoint, Time: p.At, Subject: p.Subject,
	}
	if m.Subject == "" {
		m.Subject = "AWS Notification Message"
	}
	e := s.notification(t, r, p)
	if r.Protocol == "email-json" {
		body, err := s.body(&e, t.attribute("SignatureVersion"))
		if err != nil {
			return m, err
		}
		m.Body = string(body)
		return m, nil
	}
	m.Body = e.Message + "\n\n--\nTo stop these notifications, open this link:\n" + e.Unsubscribe + "\n"
	return m, nil
}
