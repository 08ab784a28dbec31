package userpool

import (
	"context"
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// Via is through what somebody acts: his client, nil for calls without one, and what the call passes on to functions.
type Via struct {
	Client   *Client
	Metadata map[string]string
}

// Triggers are the pool's functions.
func (p *Pool) Triggers() cognitoidp.LambdaConfigType {
	if p.Settings.LambdaConfig == nil {
		return cognitoidp.LambdaConfigType{}
	}
	return *p.Settings.LambdaConfig
}

// About is what events of the pool say of themselves. name is the stored user name.
func (p *Pool) About(client *Client, name string) trigger.About {
	a := trigger.About{Region: p.Region, PoolID: string(p.ID), UserName: name}
	if client != nil {
		a.ClientID = string(client.ID)
	}
	return a
}

// EventAttributes are a user's attributes as functions see them. [Cognito: captured events]
func (p *Pool) EventAttributes(u *User) map[string]string {
	out := GivenAttributes(u)
	out["sub"], out["cognito:user_status"] = u.Sub, string(u.Status)
	for _, name := range addresses {
		if v, ok := u.Get(name); ok && u.Verified(name) && p.SignsInWith(name) {
			out["cognito:"+name+"_alias"] = v
		}
	}
	if len(u.Factors.Enabled) > 0 {
		out["cognito:mfa_enabled"] = "true"
	}
	if text := u.IdentitiesText(); text != "" {
		out["identities"] = text
	}
	return out
}

// GivenAttributes are the attributes of somebody who is not a user yet.
func GivenAttributes(u *User) map[string]string {
	out := make(map[string]string, len(u.Attributes)+6)
	for _, a := range u.Attributes {
		out[a.Name] = a.Value
	}
	return out
}

// PreSignUp asks the pool's function whether somebody may have an account; without a function he may. His sub has to be the same
// in every run (op.Once), since the event may hold it.
func (r *Realm) PreSignUp(c *op.Call, p *Pool, u *User, source string, via Via, validation []cognitoidp.AttributeType) (trigger.PreSignUpResponse, error) {
	f := p.Triggers().PreSignUp
	if f == nil {
		return trigger.PreSignUpResponse{}, nil
	}
	about := p.About(via.Client, u.Username)
	in := trigger.PreSignUpRequest{Attributes: GivenAttributes(u), ClientMetadata: via.Metadata}
	for _, a := range validation {
		if in.ValidationData == nil {
			in.ValidationData = make(map[string]string, len(validation))
		}
		in.ValidationData[a.Name] = value(a.Value)
	}
	return op.Outside(c, source+" "+u.Sub, func(ctx context.Context) (trigger.PreSignUpResponse, error) {
		return r.Functions.PreSignUp(ctx, *f, source, about, in)
	})
}

// PostConfirmation tells the pool's function, once the change is durable, that the user was confirmed or has a new password. Functions
// put the user they are told of into groups, so he must exist by then.
func (r *Realm) PostConfirmation(c *op.Call, p *Pool, u *User, source string, via Via) {
	f := p.Triggers().PostConfirmation
	if f == nil {
		return
	}
	r.notify(c, p, &notice{
		Function: *f, Source: source, About: p.About(via.Client, u.Username),
		Confirmed: &trigger.Notice{Attributes: p.EventAttributes(u), ClientMetadata: via.Metadata},
	})
}

// customise asks the pool's function for the texts of a message. occasion is its source; username is the placeholder of user
// names, nil where there is none.
func (r *Realm) customise(c *op.Call, p *Pool, u *User, occasion string, username *string, via Via, media ...string) (trigger.MessageResponse, error) {
	f := p.Triggers().CustomMessage
	if f == nil || !slices.ContainsFunc(media, func(m string) bool { return p.ownSender(m) == "" }) {
		return trigger.MessageResponse{}, nil
	}
	about := p.About(via.Client, u.Username)
	in := trigger.MessageRequest{Attributes: p.EventAttributes(u), Code: trigger.CodeParameter, Username: username, ClientMetadata: via.Metadata}
	if p.sendsLink(occasion) {
		in.Link = trigger.LinkParameter
	}
	return op.Outside(c, occasion+" "+u.Sub, func(ctx context.Context) (trigger.MessageResponse, error) {
		return r.Functions.CustomMessage(ctx, *f, occasion, about, in)
	})
}
