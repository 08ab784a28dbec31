package authevent

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxPage is the most events of one page, and how many there are if the call does not say. [Cognito: AdminListUserAuthEvents]
const maxPage = 60

// AdminListUserAuthEvents lists the events of a user, the newest first. An event that comes meanwhile is on no later page.
func (s *Service) AdminListUserAuthEvents(c *op.Call, in *cognitoidp.AdminListUserAuthEventsInput) (*cognitoidp.AdminListUserAuthEventsOutput, error) {
	p, err := s.Realm.Pool(c, in.UserPoolId)
	if err != nil {
		return nil, err
	}
	u, err := s.find(c, p, in.Username)
	if err != nil {
		return nil, err
	}
	out := &cognitoidp.AdminListUserAuthEventsOutput{AuthEvents: []cognitoidp.AuthEventType{}}
	out.NextToken, err = userpool.Walk(s.Realm, c, userpool.Listing{
		Purpose: "AdminListUserAuthEvents", Bound: []string{in.UserPoolId, u.Sub}, Token: in.NextToken, Size: userpool.Size(in.MaxResults, maxPage),
	}, userpool.ByKey(c.Tx, &userpool.AuthEvents, p.Key(u.Sub)), func(e *userpool.AuthEvent) (bool, error) {
		if c.Now.UnixMilli() >= e.Expires {
			return false, nil
		}
		out.AuthEvents = append(out.AuthEvents, shown(e))
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// shown is an event as AWS shows it. There is no map of addresses, so it has neither city nor country.
func shown(e *userpool.AuthEvent) cognitoidp.AuthEventType {
	x := cognitoidp.AuthEventType{
		EventId: &e.ID, EventType: &e.Type, CreationDate: new(e.Created()), EventResponse: &e.Response,
		EventRisk:          &cognitoidp.EventRiskType{RiskDecision: &e.Decision, CompromisedCredentialsDetected: &e.Compromised},
		ChallengeResponses: []cognitoidp.ChallengeResponseType{}, EventContextData: &cognitoidp.EventContextDataType{},
	}
	if e.Level != "" {
		x.EventRisk.RiskLevel = &e.Level
	}
	for _, a := range e.Challenges {
		x.ChallengeResponses = append(x.ChallengeResponses, cognitoidp.ChallengeResponseType{ChallengeName: &a.Name, ChallengeResponse: &a.Answer})
	}
	for _, m := range []struct {
		to   **string
		text *string
	}{{&x.EventContextData.IpAddress, &e.Address}, {&x.EventContextData.DeviceName, &e.Device}, {&x.EventContextData.Timezone, &e.Timezone}} {
		if *m.text != "" {
			*m.to = m.text
		}
	}
	if f := e.Feedback; f != nil {
		x.EventFeedback = &cognitoidp.EventFeedbackType{FeedbackValue: f.Value, Provider: f.Provider, FeedbackDate: &f.Date}
	}
	return x
}
