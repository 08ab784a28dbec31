package trigger

import (
	"context"
	"encoding/json"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// Sources of PreTokenGeneration.
const (
	TokensOfHostedAuth     = "TokenGeneration_HostedAuth"
	TokensOfAuthentication = "TokenGeneration_Authentication"
	TokensOfNewPassword    = "TokenGeneration_NewPasswordChallenge"
	TokensOfDevice         = "TokenGeneration_AuthenticateDevice"
	TokensOfRefresh        = "TokenGeneration_RefreshTokens"
	TokensOfClient         = "TokenGeneration_ClientCredentials"
)

// Versions of PreTokenGeneration's events.
const (
	V1 = "V1_0"
	V2 = "V2_0"
	V3 = "V3_0"
)

// maxClaims is how many claims and scopes a function may add and suppress in all. [Cognito: pre token generation]
const maxClaims = 5000

// Groups are the groups and roles of a user in tokens.
type Groups struct {
	Names     []string `json:"groupsToOverride"`
	Roles     []string `json:"iamRolesToOverride"`
	Preferred *string  `json:"preferredRole"`
}

// TokenRequest is what PreTokenGeneration is asked. Scopes are left out of V1 events.
type TokenRequest struct {
	Attributes     map[string]string `json:"userAttributes"`
	Groups         Groups            `json:"groupConfiguration"`
	Scopes         []string          `json:"scopes,omitempty"`
	ClientMetadata map[string]string `json:"clientMetadata,omitempty"`
}

// Claims changes the claims of a token.
type Claims struct {
	Add      map[string]json.RawMessage
	Suppress []string
	// AddScopes and SuppressScopes are the access token's.
	AddScopes      []string
	SuppressScopes []string
}

// TokenResponse changes tokens. Groups is nil for those the user has.
type TokenResponse struct {
	ID     Claims
	Access Claims
	Groups *Groups
}

// PreTokenGeneration asks what tokens shall say, by an event of the given version.
func (f *Functions) PreTokenGeneration(ctx context.Context, function, version, source string, about About, in TokenRequest) (out TokenResponse, err error) {
	q := question{function: function, trigger: "PreTokenGeneration", source: source, about: about}
	if version == V1 {
		in.Scopes = nil
		q.response = struct {
			Details *empty `json:"claimsOverrideDetails"`
		}{}
	} else {
		if q.version = "2"; version == V3 {
			q.version = "3"
		}
		q.response = struct {
			Details *empty `json:"claimsAndScopeOverrideDetails"`
		}{}
	}
	q.request = in
	o, err := f.ask(ctx, q)
	if err != nil {
		return out, err
	}
	if version == V1 {
		err = out.readV1(o)
	} else {
		err = out.readV2(o)
	}
	if err != nil {
		return TokenResponse{}, err
	}
	n := 0
	for _, c := range []Claims{out.ID, out.Access} {
		n += len(c.Add) + len(c.Suppress) + len(c.AddScopes) + len(c.SuppressScopes)
	}
	if n > maxClaims {
		return TokenResponse{}, cognitoidp.InvalidLambdaResponseException("PreTokenGeneration: more than 5000 claims and scopes") // (inferred)
	}
	return out, nil
}

// readV1 reads an answer whose claims are texts and change the ID token; groups change both.
func (t *TokenResponse) readV1(o object) error {
	var d object
	if err := o.read(map[string]any{"claimsOverrideDetails": &d}); err != nil {
		return err
	}
	add, err := d.texts("claimsToAddOrOverride")
	if err != nil {
		return err
	}
	t.ID.Add = make(map[string]json.RawMessage, len(add))
	for name, v := range add {
		raw, err := json.Marshal(v)
		if err != nil {
			return Unrecognizable()
		}
		t.ID.Add[name] = raw
	}
	if err := d.read(map[string]any{"claimsToSuppress": &t.ID.Suppress}); err != nil {
		return err
	}
	return t.readGroups(d)
}

// readV2 reads an answer whose claims are any JSON and change either token.
func (t *TokenResponse) readV2(o object) error {
	var d, id, access object
	if err := o.read(map[string]any{"claimsAndScopeOverrideDetails": &d}); err != nil {
		return err
	}
	if err := d.read(map[string]any{"idTokenGeneration": &id, "accessTokenGeneration": &access}); err != nil {
		return err
	}
	if err := id.read(map[string]any{"claimsToAddOrOverride": &t.ID.Add, "claimsToSuppress": &t.ID.Suppress}); err != nil {
		return err
	}
	err := access.read(map[string]any{
		"claimsToAddOrOverride": &t.Access.Add, "claimsToSuppress": &t.Access.Suppress,
		"scopesToAdd": &t.Access.AddScopes, "scopesToSuppress": &t.Access.SuppressScopes,
	})
	if err != nil {
		return err
	}
	return t.readGroups(d)
}

func (t *TokenResponse) readGroups(d object) error {
	if _, ok := d["groupOverrideDetails"]; !ok {
		return nil
	}
	var g object
	if err := d.read(map[string]any{"groupOverrideDetails": &g}); err != nil {
		return err
	}
	t.Groups = &Groups{} // a null or empty one takes all groups away [Cognito: pre token generation]
	return g.read(map[string]any{"groupsToOverride": &t.Groups.Names, "iamRolesToOverride": &t.Groups.Roles, "preferredRole": &t.Groups.Preferred})
}
