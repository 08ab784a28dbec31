package token

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
)

// Values of token_use.
const (
	UseID     = "id"
	UseAccess = "access"
)

// IDClaims is what an ID token says. Empty texts, empty lists and the zero AuthTime are left out, Issued and Expires never.
type IDClaims struct {
	Subject, Issuer, ClientID, Username string
	JTI, OriginJTI, EventID             string
	Nonce, AtHash                       string // OAuth endpoints only
	Groups                              []string
	Roles                               []string
	PreferredRole                       string
	AuthTime, Issued, Expires           time.Time
	ACR                                 string
	AMR                                 []string
	// Attributes are the readable attributes and what a trigger added, by claim name: email_verified as Bool, address and
	// identities as JSON, all others as String. A reserved name is ignored and of two equal names the later counts.
	Attributes []Claim
}

// AccessClaims is what an access token says; the same rule for empty fields as in IDClaims.
type AccessClaims struct {
	Subject, Issuer, ClientID, Username string
	JTI, OriginJTI, EventID             string
	Scope                               string // space-separated
	DeviceKey                           string
	Audience                            string // only with resource binding
	Groups                              []string
	AuthTime, Issued, Expires           time.Time
	ACR                                 string
	AMR                                 []string
	Version                             int // 2 in tokens of the OAuth endpoints, 0 (left out) otherwise
	Extra                               []Claim
}

// Reserved reports whether a claim belongs to the server, so that no attribute, mapping or trigger may set it
// [Cognito: pre token generation, claims that cannot be changed].
func Reserved(name string) bool {
	switch name {
	case "acr", "amr", "at_hash", "aud", "auth_time", "azp", "client_id", "device_key", "event_id", "exp", "iat", "iss", "jti", "nbf",
		"nonce", "origin_jti", "scope", "sub", "token_use", "username", "version":
		return true
	}
	return strings.HasPrefix(name, "cognito:") || strings.HasPrefix(name, "dev:")
}

// Places of attributes among the fixed claims; the rest stand between exp and iat.
const (
	slotFlags = iota
	slotPhoneFlag
	slotName
	slotIdentities
	slotRest
	slotEmail
)

func slot(name string) int {
	switch name {
	case "email_verified":
		return slotFlags
	case "phone_number_verified":
		return slotPhoneFlag
	case "given_name", "middle_name", "name":
		return slotName
	case "identities":
		return slotIdentities
	case "email":
		return slotEmail
	}
	return slotRest
}

// MintID signs an ID token. The order of its claims is that of captured tokens where they show one.
func (ks *KeySet) MintID(c IDClaims) (string, error) {
	return ks.id.seal(c.encode())
}

func (c *IDClaims) encode() []byte {
	o := object{make([]byte, 0, 1536)}
	attributes := settle(c.Attributes)
	put := func(where int) {
		for _, a := range attributes {
			if slot(a.Name) == where {
				o.value(a.Name, a.Value)
			}
		}
	}
	o.str("at_hash", c.AtHash)
	o.str("sub", c.Subject)
	o.strs("cognito:groups", c.Groups)
	put(slotFlags)
	o.str("cognito:preferred_role", c.PreferredRole)
	o.str("iss", c.Issuer)
	put(slotPhoneFlag)
	o.str("cognito:username", c.Username)
	put(slotName)
	o.str("nonce", c.Nonce)
	o.str("origin_jti", c.OriginJTI)
	o.strs("cognito:roles", c.Roles)
	o.str("aud", c.ClientID)
	put(slotIdentities)
	o.str("event_id", c.EventID)
	o.str("token_use", UseID)
	o.times("auth_time", c.AuthTime)
	o.str("acr", c.ACR)
	o.strs("amr", c.AMR)
	o.num("exp", c.Expires.Unix())
	put(slotRest)
	o.num("iat", c.Issued.Unix())
	o.str("jti", c.JTI)
	put(slotEmail)
	return o.end()
}

// MintAccess signs an access token of a user.
func (ks *KeySet) MintAccess(c AccessClaims) (string, error) {
	o := object{make([]byte, 0, 1024)}
	o.str("sub", c.Subject)
	o.str("device_key", c.DeviceKey)
	o.strs("cognito:groups", c.Groups)
	o.str("iss", c.Issuer)
	if c.Version != 0 {
		o.num("version", int64(c.Version))
	}
	o.str("client_id", c.ClientID)
	o.str("aud", c.Audience)
	o.str("origin_jti", c.OriginJTI)
	o.str("event_id", c.EventID)
	o.str("token_use", UseAccess)
	o.str("scope", c.Scope)
	o.times("auth_time", c.AuthTime)
	o.str("acr", c.ACR)
	o.strs("amr", c.AMR)
	o.num("exp", c.Expires.Unix())
	for _, x := range settle(c.Extra) {
		o.value(x.Name, x.Value)
	}
	o.num("iat", c.Issued.Unix())
	o.str("jti", c.JTI)
	o.str("username", c.Username)
	return ks.access.seal(o.end())
}

// MintClient signs the access token of a client acting for itself (client credentials): sub is the client id, and there are
// neither user nor groups.
func (ks *KeySet) MintClient(c AccessClaims) (string, error) {
	o := object{make([]byte, 0, 1024)}
	o.str("sub", c.ClientID)
	o.str("token_use", UseAccess)
	o.str("scope", c.Scope)
	o.times("auth_time", c.AuthTime)
	o.str("iss", c.Issuer)
	o.str("aud", c.Audience)
	o.num("exp", c.Expires.Unix())
	for _, x := range settle(c.Extra) {
		o.value(x.Name, x.Value)
	}
	o.num("iat", c.Issued.Unix())
	o.num("version", 2)
	o.str("jti", c.JTI)
	o.str("client_id", c.ClientID)
	return ks.access.seal(o.end())
}

func (o *object) times(name string, t time.Time) {
	if !t.IsZero() {
		o.num(name, t.Unix())
	}
}

// settle drops reserved names and all but the last of equal names, keeping the order.
func settle(in []Claim) []Claim {
	last := make(map[string]int, len(in))
	for i, c := range in {
		last[c.Name] = i
	}
	out := make([]Claim, 0, len(in))
	for i, c := range in {
		if last[c.Name] == i && !Reserved(c.Name) {
			out = append(out, c)
		}
	}
	return out
}

// AtHash is the at_hash of an ID token issued together with the given access token [OpenID Connect Core 3.1.3.6].
func AtHash(accessToken string) string {
	sum := sha256.Sum256([]byte(accessToken))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
