package threat

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/logdelivery"
)

// logged is an event as logs of userAuthEvents show it. [Cognito: exporting logs]
type logged struct {
	Version     string   `json:"version"`
	EventID     string   `json:"eventId"`
	EventType   string   `json:"eventType"`
	UserSub     string   `json:"userSub"`
	UserName    string   `json:"userName"`
	UserPoolID  string   `json:"userPoolId"`
	ClientID    string   `json:"clientId"`
	Created     string   `json:"creationDate"`
	Response    string   `json:"eventResponse"`
	Level       string   `json:"riskLevel"`
	Decision    string   `json:"riskDecision"`
	Challenges  []string `json:"challenges"`
	Device      string   `json:"deviceName"`
	Address     string   `json:"ipAddress"`
	Request     string   `json:"requestId"`
	Provider    string   `json:"idpName"`
	Compromised string   `json:"compromisedCredentialDetected"`
	City        string   `json:"city"`
	Country     string   `json:"country"`
	Feedback    string   `json:"eventFeedbackValue"`
	FeedbackAt  string   `json:"eventFeedbackDate"`
	FeedbackBy  string   `json:"eventFeedbackProvider"`
	HasContext  string   `json:"hasContextData"`
}

// loggedDecision spells decisions as logs do; the first is AWS's, the others (inferred).
var loggedDecision = map[string]string{noRisk: "PASS", takeover: "ACCOUNT_TAKEOVER", blocked: "BLOCK"}

// loggedTime is the form of times in logs.
const loggedTime = "Mon Jan 02 15:04:05 MST 2006"

// deliver sends an event, each time it changes, where the pool delivers its userAuthEvents to.
func (g *Guard) deliver(tx store.Tx, p *userpool.Pool, e *userpool.AuthEvent, name string, now time.Time) error {
	if g.Logs == nil {
		return nil
	}
	l := logged{
		Version: "1", EventID: e.ID, EventType: e.Type, UserSub: e.Sub, UserName: name, UserPoolID: string(e.Pool), ClientID: string(e.Client),
		Created: e.Created().Format(loggedTime), Response: e.Response, Level: e.Level, Decision: loggedDecision[e.Decision], Challenges: []string{},
		Device: e.Device, Address: e.Address, Request: e.Request, Compromised: strconv.FormatBool(e.Compromised), HasContext: strconv.FormatBool(e.Context),
	}
	for _, c := range e.Challenges {
		l.Challenges = append(l.Challenges, c.Name+":"+c.Answer)
	}
	if f := e.Feedback; f != nil {
		l.Feedback, l.FeedbackAt, l.FeedbackBy = f.Value, f.Date.UTC().Format(loggedTime), f.Provider
	}
	message, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode authentication event: %w", err)
	}
	return logdelivery.Deliver(tx, g.Logs, p, logdelivery.Events, now, message)
}

// Given writes feedback on an event, and takes it to heart.
func (g *Guard) Given(tx store.Tx, p *userpool.Pool, u *userpool.User, e *userpool.AuthEvent, f userpool.Feedback, now time.Time) error {
	h, err := g.Realm.Habits(tx, p, u.Sub)
	if err != nil {
		return err
	}
	e.Feedback = &f
	Mark(h, &e.Place, f.Value == "Valid", now)
	if err := g.Realm.PutAuthEvent(tx, e, h, true, now); err != nil {
		return err
	}
	return g.deliver(tx, p, e, u.Username, now)
}
