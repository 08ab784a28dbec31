package userpool

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// AdminScope is the scope of access tokens that the operations of this API take.
const AdminScope = "aws.cognito.signin.user.admin"

// Family is one sign-in: its refresh token and all tokens made from it, which share its id as origin_jti.
type Family struct {
	Account string
	Region  string
	Pool    PoolID
	ID      string // origin_jti
	Client  ClientID
	Sub     string
	// Token is the keyed hash of the refresh token.
	Token      []byte
	Rotation   *Rotation `json:",omitempty"`
	Generation int64
	// Device is the key of the device, where the pool tracks them; Bound tells that the device is known under it.
	Device   string   `json:",omitempty"`
	Bound    bool     `json:",omitempty"`
	Event    string   // event_id
	Proved   []string `json:",omitempty"` // as SignIn has them
	AuthTime time.Time
	// Since is when the oldest of Proved was, if that was before AuthTime: by a sign-in that this one went on from. In ms since 1970.
	Since int64     `json:",omitempty"`
	Ends  time.Time // when the refresh token does
	// TokenSession is nil where the pool did not track sessions when the family began.
	TokenSession *TokenSession `json:",omitempty"`
	Revoked      bool
	// Expires is when no token of the family can be valid any more, in ms since 1970.
	Expires int64
}

// longestAccess is the longest life a client may give its access tokens.
const longestAccess = 24 * time.Hour

// Families holds sign-ins until their last token is over.
var Families = store.Table[Family]{
	Name: "userpool.families",
	Key:  func(f *Family) store.Key { return store.K(f.Account, f.Region, string(f.Pool), f.ID) },
	Indexes: []store.Index[Family]{
		{Name: "token", Unique: true, Of: func(f *Family) []store.Key {
			return []store.Key{store.K(f.Account, f.Region, string(f.Pool), f.Token)}
		}},
		{Name: "handle", Unique: true, Of: func(f *Family) []store.Key {
			if f.Rotation == nil {
				return nil
			}
			return []store.Key{store.K(f.Account, f.Region, string(f.Pool), f.Rotation.Handle)}
		}},
		{Name: tokenSessions, Unique: true, Of: func(f *Family) []store.Key {
			if f.TokenSession == nil || f.Revoked {
				return nil
			}
			return []store.Key{store.K(f.Account, f.Region, string(f.Pool), f.Sub, f.TokenSession.ID)}
		}},
		{Name: expires, Of: func(f *Family) []store.Key { return []store.Key{store.K(f.Expires)} }},
	},
}

// SignIn is how somebody has signed in.
type SignIn struct {
	// Proved are the factors he proved, by their names in amr.
	Proved []string
	// Since is when the oldest of them was, 0 for now.
	Since int64
	// Device is the device that proved itself, nil without one. Known tells that he named one he has: he gets no new key.
	Device *Device
	Known  bool
	// From is where he did.
	From Origin
	// Says is what a function wants in the tokens, nil without one.
	Says *trigger.TokenResponse
	// Event is the id of the sign-in's authentication event, empty for none.
	Event string
}

// Begin starts a family for a user who has just signed in and returns all three tokens.
func (r *Realm) Begin(tx store.Tx, p *Pool, c *Client, u *User, how SignIn, now time.Time) (*cognitoidp.AuthenticationResultType, error) {
	_, _, refreshLife := c.Life()
	refresh := token.NewRefresh()
	sum := token.RefreshHash(r.Vault, refresh)
	f := &Family{
		Account: p.Account, Region: p.Region, Pool: p.ID, ID: uuid.NewString(), Client: c.ID, Sub: u.Sub, Token: sum[:],
		Generation: u.Generation, Event: uuid.NewString(), AuthTime: now, Ends: now.Add(refreshLife), Proved: how.Proved, Since: how.Since,
		Expires: now.Add(refreshLife + longestAccess).UnixMilli(),
	}
	if how.Event != "" {
		f.Event = how.Event
	}
	if !c.marksTokens() {
		f.Event = f.ID // without origin_jti a token still has to name its family
	}
	var issued *cognitoidp.NewDeviceMetadataType
	switch {
	case how.Device != nil:
		f.Device, f.Bound = how.Device.Key, true
	case p.TracksDevices() && !how.Known:
		issued = p.Issued()
		f.Device = *issued.DeviceKey
	}
	if err := r.track(tx, p, u, f, how.From, now); err != nil {
		return nil, err
	}
	if err := Families.InsertDrawn(tx, f); err != nil {
		return nil, fmt.Errorf("write token family: %w", err)
	}
	out, err := r.Issue(tx, p, c, u, f, how.Says, now)
	if err != nil {
		return nil, err
	}
	out.RefreshToken, out.NewDeviceMetadata = &refresh, issued
	return out, nil
}

// Issue makes an ID and an access token of a family, with what a function wants in them.
func (r *Realm) Issue(tx store.Tx, p *Pool, c *Client, u *User, f *Family, says *trigger.TokenResponse, now time.Time) (*cognitoidp.AuthenticationResultType, error) {
	ks, err := r.Keys(tx, p)
	if err != nil {
		return nil, err
	}
	groups, err := r.GroupsOf(tx, p, u)
	if err != nil {
		return nil, err
	}
	names, roles, preferred := groupClaims(groups)
	idLife, accessLife, _ := c.Life()
	issuer := r.Issuer(string(p.ID))
	id := token.IDClaims{
		Subject: u.Sub, Issuer: issuer, ClientID: string(c.ID), Username: u.Username,
		AuthTime: f.AuthTime, Issued: now, Expires: now.Add(idLife), Attributes: claims(c, u),
		Groups: names, Roles: roles, PreferredRole: preferred,
	}
	id.ACR, id.AMR = p.level(f.Proved)
	access := token.AccessClaims{
		Subject: u.Sub, Issuer: issuer, ClientID: string(c.ID), Username: u.Username, Scope: AdminScope,
		AuthTime: f.AuthTime, Issued: now, Expires: now.Add(accessLife),
		Groups: names, DeviceKey: f.Device,
	}
	access.ACR, access.AMR = id.ACR, id.AMR
	id.EventID, access.EventID = f.Event, f.Event
	if !c.marksTokens() { // then the event names the family, whatever the client's settings were when it began
		id.EventID, access.EventID = f.ID, f.ID
	} else {
		id.OriginJTI, access.OriginJTI = f.ID, f.ID
		id.JTI, access.JTI = uuid.NewString(), uuid.NewString()
	}
	if err := custom(says, &id, &access); err != nil {
		return nil, err
	}
	idToken, err := ks.MintID(id)
	if err != nil {
		return nil, err
	}
	accessToken, err := ks.MintAccess(access)
	if err != nil {
		return nil, err
	}
	return &cognitoidp.AuthenticationResultType{
		AccessToken: &accessToken, IdToken: &idToken, ExpiresIn: new(int64(accessLife / time.Second)), TokenType: new("Bearer"),
	}, nil
}

// claims are the attributes the client may read, in the types Cognito gives them.
func claims(c *Client, u *User) []token.Claim {
	out := make([]token.Claim, 0, len(u.Attributes))
	for _, a := range u.Attributes {
		if !c.Reads(a.Name) {
			continue
		}
		v := token.String(a.Value)
		switch a.Name {
		case "email_verified", "phone_number_verified":
			v = token.Bool(a.Value == "true")
		case "address":
			// An object with the stored text [OpenID Connect Core 5.1.1].
			v, _ = token.JSON(append(appendFormatted(nil, a.Value), '}'))
		}
		out = append(out, token.Claim{Name: a.Name, Value: v})
	}
	if text := u.identitiesClaim(); text != "" {
		v, _ := token.JSON([]byte(text))
		out = append(out, token.Claim{Name: "identities", Value: v})
	}
	return out
}

// FamilyOfRefresh returns the family of a refresh token, or store.ErrNotFound.
func (r *Realm) FamilyOfRefresh(tx store.Tx, p *Pool, refresh string) (*Family, error) {
	if token.CheckRefresh(refresh) != nil {
		return nil, store.ErrNotFound
	}
	for _, sum := range r.Vault.MACs(token.RefreshPurpose, []byte(refresh)) {
		f, err := Families.Find(tx, "token", p.key(sum[:]))
		if err == nil || !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	return nil, store.ErrNotFound
}

// Revoke ends a family.
func (r *Realm) Revoke(tx store.Tx, f *Family) error {
	if f.Revoked {
		return nil
	}
	f.Revoked = true
	if err := Families.Put(tx, f); err != nil {
		return fmt.Errorf("revoke token family: %w", err)
	}
	return nil
}

// Dead tells that a family of this user was revoked or signed out.
func (f *Family) Dead(u *User) bool { return f.Revoked || f.Generation != u.Generation }
