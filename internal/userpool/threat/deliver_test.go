package threat_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// claims are those of a token, as JSON text.
func claims(t *testing.T, token string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "ENFORCED", nil)
	set := &cognitoidp.SetLogDeliveryConfigurationInput{UserPoolId: w.pool, LogConfigurations: []cognitoidp.LogConfigurationType{{
		EventSource: "userAuthEvents", LogLevel: "INFO",
		CloudWatchLogsConfiguration: &cognitoidp.CloudWatchLogsConfigurationType{LogGroupArn: new("arn:aws:logs:eu-west-1:123456789012:log-group:/cognito/events:*")},
	}}}
	w.SignIn(w.client, "ann", "wrong")
	if got := w.Lines(); len(got) != 0 {
		t.Errorf("before it is switched on: %q", got)
	}
	pooltest.Must(w.World, w.S.LogDelivery.SetLogDeliveryConfiguration, set)
	w.Tokens(w.client, "ann")
	got := w.Lines()
	prefix := "123456789012 eu-west-1 /cognito/events " + w.pool + "/userAuthEvents "
	if len(got) != 1 || !strings.HasPrefix(got[0], prefix) {
		t.Fatalf("got %q", got)
	}
	var line struct {
		Message struct{ EventID string }
	}
	text := strings.TrimPrefix(got[0], prefix)
	if err := json.Unmarshal([]byte(text), &line); err != nil {
		t.Fatal(err)
	}
	want := `{"eventTimestamp":"1772528709250","eventSource":"USER_ACTIVITY","logLevel":"INFO","message":{"version":"1","eventId":"` + line.Message.EventID +
		`","eventType":"SignIn","userSub":"` + w.sub + `","userName":"ann","userPoolId":"` + w.pool + `","clientId":"` + w.client +
		`","creationDate":"Tue Mar 03 09:05:09 UTC 2026","eventResponse":"Pass","riskLevel":"","riskDecision":"PASS","challenges":["Password:Success"],` +
		`"deviceName":"Chrome 126, Windows 10","ipAddress":"192.0.2.10","requestId":"00000000-0000-4000-8000-000000000000","idpName":"",` +
		`"compromisedCredentialDetected":"false","city":"","country":"","eventFeedbackValue":"","eventFeedbackDate":"","eventFeedbackProvider":"",` +
		`"hasContextData":"false"},"logSourceId":{"userPoolId":"` + w.pool + `"}}`
	if text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	// A refusal is delivered too, and feedback.
	w.SignIn(w.client, "ann", "wrong")
	pooltest.Must(w.World, w.S.AuthEvent.AdminUpdateAuthEventFeedback, &cognitoidp.AdminUpdateAuthEventFeedbackInput{
		UserPoolId: w.pool, Username: "ann", EventId: line.Message.EventID, FeedbackValue: "Valid"})
	got = w.Lines()
	if len(got) != 3 || !strings.Contains(got[1], `"eventResponse":"Fail"`) || !strings.Contains(got[2], `"eventFeedbackValue":"Valid"`) {
		t.Errorf("got %q", got)
	}
	set.LogConfigurations = []cognitoidp.LogConfigurationType{}
	pooltest.Must(w.World, w.S.LogDelivery.SetLogDeliveryConfiguration, set)
	w.Tokens(w.client, "ann")
	if got := w.Lines(); len(got) != 3 {
		t.Errorf("after it is switched off: %q", got[3:])
	}
}
