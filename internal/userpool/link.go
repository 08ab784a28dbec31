package userpool

import (
	"html"
	"net/url"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// ConfirmPath is the page of a pool's domain that links in e-mails lead to.
const ConfirmPath = "/confirmUser"

// Parameters of such a link.
const (
	LinkClient = "client_id"
	LinkUser   = "user_name"
	LinkCode   = "confirmation_code"
)

// ConfirmsByLink tells that e-mails which confirm a sign-up hold a link in the place of a code.
func (p *Pool) ConfirmsByLink() bool {
	t := p.Settings.VerificationMessageTemplate
	return t != nil && value(t.DefaultEmailOption) == "CONFIRM_WITH_LINK"
}

// sendsLink tells that e-mails of an occasion hold a link. Addresses that are changed later are verified by code in any case.
// [Cognito, as reported by users of Amplify]
func (p *Pool) sendsLink(occasion string) bool {
	return p.ConfirmsByLink() && (occasion == OnSignUp || occasion == OnResend)
}

// CheckLink answers if links cannot lead anywhere, for lack of a domain.
func (r *Realm) CheckLink(tx store.Tx, p *Pool) error {
	if !p.ConfirmsByLink() || !p.Verifies(Email) {
		return nil
	}
	host, err := r.host(tx, p)
	if err != nil {
		return err
	}
	if host == "" {
		return noDomain()
	}
	return nil
}

func (r *Realm) host(tx store.Tx, p *Pool) (string, error) {
	if r.Host == nil {
		return "", nil
	}
	return r.Host(tx, p)
}

// noDomain refuses what needs a page. The wording is AWS's.
func noDomain() error {
	return cognitoidp.InvalidParameterException("Cannot perform specific action because there does not exist a valid use pool domain associated with the user pool")
}

// confirmURL is the address that confirms a user's sign-up. It comes from the pool's domain and the server's settings, never from a
// request.
func (r *Realm) confirmURL(tx store.Tx, p *Pool, client *Client, u *User, code string) (string, error) {
	host, err := r.host(tx, p)
	if err != nil {
		return "", err
	}
	if host == "" {
		return "", noDomain()
	}
	return r.Site(host) + ConfirmPath + "?" + LinkClient + "=" + url.QueryEscape(string(client.ID)) + "&" + LinkUser + "=" + url.QueryEscape(u.Username) +
		"&" + LinkCode + "=" + url.QueryEscape(code), nil
}

// The brackets of a link's text in a message.
const linkOpens, linkCloses = "{##", "##}"

// withLink puts a link in the place of each {##text##} of a message. The text is the pool's own and may be HTML, as the message may.
// {####} is the place of a code, not of a link without text. (inferred)
func withLink(body, to string) string {
	var b strings.Builder
	for {
		before, rest, opened := strings.Cut(body, linkOpens)
		text, after, closed := strings.Cut(rest, linkCloses)
		if !opened || !closed {
			b.WriteString(body)
			return b.String()
		}
		b.WriteString(before)
		if text == "" {
			b.WriteString(trigger.CodeParameter)
		} else {
			b.WriteString(`<a href="` + html.EscapeString(to) + `">` + text + `</a>`)
		}
		body = after
	}
}
