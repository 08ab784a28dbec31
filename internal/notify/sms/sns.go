package sms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
)

// SNS publishes messages to phone numbers at an endpoint that speaks SNS. Its fields are set once.
type SNS struct {
	// Endpoint is the URL; {region} in it stands for the Region the pool wants its SMS sent from.
	Endpoint    string
	Credentials aws.Credentials
	HTTP        Doer
	Now         func() time.Time
}

// Carry makes one call of Publish. SNS knows no deduplication for phone numbers: the invocation id is what its logs tell a repetition by.
func (s *SNS) Carry(ctx context.Context, id string, m *mailbox.Message) error {
	where := region(m)
	form := url.Values{
		"Action": {"Publish"}, "Version": {"2010-03-31"}, "PhoneNumber": {m.Destination}, "Message": {m.Body},
		"MessageAttributes.entry.1.Name":              {"AWS.SNS.SMS.SMSType"},
		"MessageAttributes.entry.1.Value.DataType":    {"String"},
		"MessageAttributes.entry.1.Value.StringValue": {"Transactional"},
	}
	body := []byte(form.Encode())
	r, err := request(ctx, strings.ReplaceAll(s.Endpoint, "{region}", where), "application/x-www-form-urlencoded; charset=utf-8", body)
	if err != nil {
		return err
	}
	r.Header.Set("amz-sdk-invocation-id", id)
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, s.Credentials, r, hex.EncodeToString(sum[:]), "sns", where, s.Now()); err != nil {
		return fmt.Errorf("sign SMS: %w", err)
	}
	status, answer, err := send(s.HTTP, r)
	if err != nil {
		return err
	}
	if status == http.StatusOK {
		return nil
	}
	err = fmt.Errorf("send SMS: SNS answered %d %s", status, code(answer))
	if finals[code(answer)] {
		return job.Final(err)
	}
	return err
}

// finals are SNS's errors about the message itself. [SNS API reference: Publish]
var finals = map[string]bool{"InvalidParameter": true, "InvalidParameterValue": true, "OptedOut": true, "ParameterValueInvalid": true, "ValidationException": true}

// code is the code of an error's document, empty if there is none that may stand in an error.
func code(answer []byte) string {
	var e struct {
		Code string `xml:"Error>Code"`
	}
	if err := xml.Unmarshal(answer, &e); err != nil || len(e.Code) > 64 || strings.Trim(e.Code, letters) != "" {
		return ""
	}
	return e.Code
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ."
