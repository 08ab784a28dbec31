package pattern_test

import (
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/logs/pattern"
)

// record is as long as a usual CloudTrail record, 1.3 kB.
var record = []byte(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::123456789012:user/ann","accountId":"123456789012","accessKeyId":"AKIAEXAMPLE","userName":"ann"},` +
	`"eventTime":"2026-03-01T00:00:00Z","eventSource":"cognito-idp.amazonaws.com","eventName":"AdminInitiateAuth","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.9","userAgent":"` + strings.Repeat("aws-sdk-go ", 12) + `",` +
	`"requestParameters":{"userPoolId":"us-east-1_Example","clientId":"1example23456789","authFlow":"ADMIN_USER_PASSWORD_AUTH","authParameters":"HIDDEN_FOR_SECURITY_REASONS"},` +
	`"responseElements":null,"additionalEventData":{"sub":"` + strings.Repeat("0a1b2c3d", 40) + `"},"requestID":"11111111-2222-3333-4444-555555555555","eventID":"66666666-7777-8888-9999-000000000000","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management"}`)

func BenchmarkPattern_Match(b *testing.B) {
	for name, text := range map[string]string{
		"term":      "UnauthorizedOperation",
		"json-no":   `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }`,
		"json-yes":  `{ ($.eventSource = "cognito-idp.amazonaws.com") && ($.errorCode NOT EXISTS) }`,
		"json-16":   "{" + strings.TrimSuffix(strings.Repeat("($.eventName=DeleteGroupPolicy)||", 16), "||") + "}",
		"delimited": "[..., x=1, y]",
	} {
		p, err := pattern.Parse(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(record)))
			for b.Loop() {
				p.Match(record)
			}
		})
	}
}
