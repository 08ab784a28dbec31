package userpool

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// CustomTokens asks the pool's function what a user's next tokens shall say, nil without a function. source is one of those of
// PreTokenGeneration.
func (r *Realm) CustomTokens(c *op.Call, p *Pool, u *User, source string, via Via) (*trigger.TokenResponse, error) {
	f := p.Triggers().PreTokenGenerationConfig
	if f == nil {
		return nil, nil
	}
	groups, err := r.GroupsOf(c.Tx, p, u)
	if err != nil {
		return nil, err
	}
	in := trigger.TokenRequest{
		Attributes: p.EventAttributes(u), Groups: trigger.Groups{Names: []string{}, Roles: []string{}}, Scopes: []string{AdminScope}, ClientMetadata: via.Metadata,
	}
	names, roles, preferred := groupClaims(groups)
	in.Groups.Names, in.Groups.Roles = append(in.Groups.Names, names...), append(in.Groups.Roles, roles...)
	if preferred != "" {
		in.Groups.Preferred = &preferred
	}
	about := p.About(via.Client, u.Username)
	out, err := op.Outside(c, source+" "+u.Sub, func(ctx context.Context) (trigger.TokenResponse, error) {
		return r.Functions.PreTokenGeneration(ctx, f.LambdaArn, f.LambdaVersion, source, about, in)
	})
	if err != nil {
		return nil, err
	}
	for _, s := range out.Access.AddScopes {
		if s == "" || strings.ContainsFunc(s, func(c rune) bool { return c < 0x21 || c > 0x7e || c == '"' || c == '\\' }) {
			return nil, cognitoidp.InvalidLambdaResponseException("Scopes of the access token are not valid.") // (inferred)
		}
	}
	return &out, nil
}

// custom changes the claims of both tokens as a function wants it. What belongs to the server stays: package token drops it.
func custom(t *trigger.TokenResponse, id *token.IDClaims, access *token.AccessClaims) error {
	if t == nil {
		return nil
	}
	if g := t.Groups; g != nil {
		id.Groups, access.Groups, id.Roles, id.PreferredRole = g.Names, g.Names, g.Roles, value(g.Preferred)
	}
	var err error
	if id.Attributes, err = changed(id.Attributes, t.ID); err != nil {
		return err
	}
	if access.Extra, err = changed(access.Extra, t.Access); err != nil {
		return err
	}
	scopes := strings.Fields(access.Scope)
	for _, s := range t.Access.AddScopes {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	scopes = slices.DeleteFunc(scopes, func(s string) bool { return slices.Contains(t.Access.SuppressScopes, s) })
	access.Scope = strings.Join(scopes, " ")
	return nil
}

// changed adds and suppresses claims; one that is both is suppressed. A null value is no claim.
func changed(list []token.Claim, by trigger.Claims) ([]token.Claim, error) {
	for _, name := range slices.Sorted(maps.Keys(by.Add)) {
		raw := by.Add[name]
		if string(raw) == "null" {
			continue
		}
		v, ok := token.JSON(raw)
		if !ok {
			return nil, trigger.Unrecognizable()
		}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			v = token.String(text) // escaped as all texts of a token are
		}
		list = append(list, token.Claim{Name: name, Value: v}) // of two equal names the later counts
	}
	return slices.DeleteFunc(list, func(c token.Claim) bool { return slices.Contains(by.Suppress, c.Name) }), nil
}
