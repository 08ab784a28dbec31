package threat

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Occasion is that of notices, beside those which have a trigger source.
const Occasion = "AccountTakeOverNotification" // [Cognito: custom sender triggers]

// Default notices. Subjects [Cognito: NotifyConfiguration], the rest (inferred).
const (
	blockSubject = "Blocked sign-in attempt"
	otherSubject = "New sign-in attempt"
	blockBody    = "We blocked an unrecognized sign-in to your account with this information:\nTime: {login-time}\nDevice: {device-name}\nAddress: {ip-address}\n" +
		"If this sign-in was not by you, you should change your password and notify us by clicking on {one-click-link-invalid}\n" +
		"If this sign-in was by you, you can follow {one-click-link-valid} to let us know\n"
	otherBody = "We observed an unrecognized sign-in to your account with this information:\nTime: {login-time}\nDevice: {device-name}\nAddress: {ip-address}\n" +
		"If this sign-in was not by you, you should change your password and notify us by clicking on {one-click-link-invalid}\n" +
		"If this sign-in was by you, you can follow {one-click-link-valid} to let us know\n"
)

// notify tells a user of a sign-in at risk, if the action says so, by e-mail to an address he has proved.
func (w *Watch) notify(tx store.Tx, e *userpool.AuthEvent, u *userpool.User, action *cognitoidp.AccountTakeoverActionType) error {
	set := w.settings.AccountTakeoverRiskConfiguration.NotifyConfiguration
	to, ok := u.Get(userpool.Email)
	if !action.Notify || set == nil || !ok || !u.Verified(userpool.Email) {
		return nil
	}
	mail, subject, body := set.NoActionEmail, otherSubject, otherBody
	switch {
	case e.Decision == blocked:
		mail, subject, body = set.BlockEmail, blockSubject, blockBody
	case e.Challenged:
		mail = set.MfaEmail
	}
	escape := func(s string) string { return s }
	if mail != nil {
		subject = mail.Subject
		switch {
		case mail.HtmlBody != nil && *mail.HtmlBody != "":
			body, escape = *mail.HtmlBody, html.EscapeString
		case mail.TextBody != nil:
			body = *mail.TextBody
		}
	}
	unknown := "unknown"
	valid, invalid := w.guard.link(w.pool, e, "Valid", w.c.Now), w.guard.link(w.pool, e, "Invalid", w.c.Now)
	text := strings.NewReplacer(
		"{username}", escape(u.Username), "{login-time}", e.Created().Format("2006-01-02 15:04:05 MST"), "{device-name}", escape(e.Device),
		"{ip-address}", escape(e.Address), "{city}", unknown, "{country}", unknown,
		"{one-click-link-valid}", escape(valid), "{one-click-link-invalid}", escape(invalid),
	).Replace(body)
	err := w.guard.Realm.SendNotice(tx, w.pool, userpool.Message{
		Account: w.pool.Account, Region: w.pool.Region, Pool: w.pool.ID, Occasion: Occasion, Medium: userpool.MediumEmail, Destination: to,
		Subject: subject, Body: text, Time: w.c.Now,
	}, u, map[string]string{ // [Cognito: CustomEmailSender_AccountTakeOverNotification]
		"EVENT_ID": e.ID, "USER_NAME": u.Username, "IP_ADDRESS": e.Address, "ACCOUNT_TAKE_OVER_ACTION": string(action.EventAction),
		"ONE_CLICK_LINK_VALID": valid, "ONE_CLICK_LINK_INVALID": invalid, "LOGIN_TIME": e.Created().UTC().Format(time.RFC3339),
		"FEEDBACK_TOKEN": w.guard.FeedbackToken(w.pool, e.Sub, e.ID, w.c.Now), "CITY": unknown, "COUNTRY": unknown, "DEVICE_NAME": e.Device, "email": to,
	})
	if err != nil {
		return fmt.Errorf("send notice of a sign-in: %w", err)
	}
	return nil
}

// link is what a user follows to say whether a sign-in was his.
func (g *Guard) link(p *userpool.Pool, e *userpool.AuthEvent, value string, now time.Time) string {
	q := url.Values{
		"userPoolId": {string(p.ID)}, "username": {e.Sub}, "eventId": {e.ID}, "feedbackToken": {g.FeedbackToken(p, e.Sub, e.ID, now)}, "feedbackValue": {value},
	}
	return g.FeedbackURL + "?" + q.Encode()
}
