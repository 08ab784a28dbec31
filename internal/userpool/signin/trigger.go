package signin

import (
	"context"
	"errors"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// via is through what the step acts. ClientMetadata of a first step reaches PreAuthentication and UserMigration only, as validation
// data; that of an answer all functions. [Cognito: InitiateAuth]
func (s *step) via() userpool.Via { return userpool.Via{Client: s.client, Metadata: s.metadata} }

// about is what events of the attempt have in common.
func (a *attempt) about() trigger.About {
	if a.user == nil {
		return a.pool.About(a.client, a.name)
	}
	return a.pool.About(a.client, a.user.Username)
}

// seen are the user's attributes as functions see them, none for nobody.
func (a *attempt) seen() map[string]string {
	if a.user == nil {
		return map[string]string{}
	}
	return a.pool.EventAttributes(a.user)
}

// notFound is userNotFound of events, which only clients that hide users have.
func (a *attempt) notFound() *bool {
	if !a.client.HidesUsers() {
		return nil
	}
	return new(a.user == nil)
}

// preAuthentication asks the pool's function, once in a first step, whether a sign-in may be tried at all.
func (a *attempt) preAuthentication() error {
	f := a.pool.Triggers().PreAuthentication
	if f == nil || a.answers != "" || a.greeted || a.user == nil && !a.client.HidesUsers() {
		return nil
	}
	a.greeted = true
	about, in := a.about(), trigger.PreAuthenticationRequest{Attributes: a.seen(), ValidationData: a.validation, UserNotFound: a.notFound()}
	return tell(a.c, "PreAuthentication "+a.who, func(ctx context.Context) error {
		return a.realm.Functions.PreAuthentication(ctx, *f, about, in)
	})
}

// announce tells the pool's function that somebody has proved all that was asked for, and asks what his tokens shall say. fresh tells
// that he came without a known device.
func (a *attempt) announce(fresh bool) (*trigger.TokenResponse, error) {
	if f := a.pool.Triggers().PostAuthentication; f != nil {
		about, in := a.about(), trigger.PostAuthenticationRequest{
			Attributes: a.seen(), NewDeviceUsed: fresh && a.pool.TracksDevices(), ClientMetadata: a.metadata,
		}
		ask := func(ctx context.Context) error { return a.realm.Functions.PostAuthentication(ctx, *f, about, in) }
		if a.migrated {
			a.realm.PostAuthenticationLater(a.c, a.pool, *f, about, in) // it may look for the user, who comes with this call
		} else if err := tell(a.c, "PostAuthentication "+a.who, ask); err != nil {
			return nil, err
		}
	}
	source := trigger.TokensOfAuthentication
	switch a.answers {
	case newPasswordRequired:
		source = trigger.TokensOfNewPassword
	case deviceVerifier:
		source = trigger.TokensOfDevice
	}
	return a.realm.CustomTokens(a.c, a.pool, a.user, source, a.via())
}

// tell is op.Outside for functions that answer nothing.
func tell(c *op.Call, key string, do func(context.Context) error) error {
	_, err := op.Outside(c, key, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

// migrate asks the pool's function for somebody the pool does not know, with the password he gave. One whom the function refuses is
// counted as a wrong guess; where users are hidden he is answered as one, whatever the function said.
func (a *attempt) migrate(password string) error {
	if a.user != nil || !a.migrating {
		return nil
	}
	u, err := a.realm.Migrate(a.c, a.pool, trigger.MigrateAtSignIn, a.name, &password, a.validation, a.via())
	if s := a.c.Suspended(); s != nil {
		return s
	}
	var refused *schema.Error
	switch {
	case err == nil:
		a.user, a.name, a.migrated = u, u.Username, true
		if err := a.realm.ClearFailures(a.c.Tx, a.pool, a.who); err != nil {
			return err
		}
		a.who = u.Sub
		return a.ready()
	case !errors.As(err, &refused):
		return err
	case refused.Code == "UserLambdaValidationException":
		a.c.Keep(func(tx store.Tx) error { return a.realm.CountFailure(tx, a.pool, a.who, a.c.Now) })
	}
	if a.client.HidesUsers() {
		e := userpool.Incorrect()
		e.Cause = refused
		return e
	}
	return err
}
