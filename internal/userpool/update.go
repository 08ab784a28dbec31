package userpool

import (
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
)

// addresses are the attributes that can be verified.
var addresses = []string{Email, Phone}

// UpdateAttributes changes attributes of a user who exists and writes him; an empty value removes one. Without a client it
// is an administrator who does it: he alone may say that an address is verified.
//
// A new address is unverified, and a code goes to it if the pool verifies it. Where the pool wants it verified first, the old one
// stays in force until the code comes back. The answer tells where codes went.
func (r *Realm) UpdateAttributes(c *op.Call, p *Pool, u *User, list []cognitoidp.AttributeType, via Via) ([]cognitoidp.CodeDeliveryDetailsType, error) {
	client := via.Client
	given, err := p.checkUpdate(client, list)
	if err != nil {
		return nil, err
	}
	var send []Attribute
	for _, name := range addresses {
		to, err := r.updateAddress(c, p, u, name, given, client != nil)
		if err != nil {
			return nil, err
		}
		if to != "" {
			send = append(send, Attribute{name, to})
		}
		delete(given, name)
		delete(given, name+"_verified")
	}
	for _, a := range list { // in the order of the call
		if v, ok := given[a.Name]; ok {
			u.Set(a.Name, v)
		}
	}
	u.Modified = c.Now
	if err := r.PutUser(c.Tx, p, u); err != nil {
		return nil, err
	}
	if client != nil && len(send) > 0 {
		// AWS declares no such limit; without one a token is a way to flood any address.
		if err := r.Within(c, p, u.Sub, UpdateLimit); err != nil {
			return nil, err
		}
	}
	var out []cognitoidp.CodeDeliveryDetailsType
	for _, to := range send {
		d, err := r.SendAttributeCode(c, p, u, OnUpdate, to, via)
		if err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	return out, nil
}

// SendAttributeCode sends a code that verifies an address of the user, or one he is about to have.
func (r *Realm) SendAttributeCode(c *op.Call, p *Pool, u *User, occasion string, to Attribute, via Via) (*cognitoidp.CodeDeliveryDetailsType, error) {
	code, err := r.NewCodeFor(c.Tx, p, u.Sub, AttributeCode(to.Name), to, c.Now)
	if err != nil {
		return nil, err
	}
	return r.SendCodeTo(c, p, u, occasion, to, code, via)
}

// checkUpdate checks an update in AWS's order and returns its values by name, of which the last counts.
func (p *Pool) checkUpdate(client *Client, list []cognitoidp.AttributeType) (map[string]string, error) {
	if client != nil {
		for _, a := range list {
			if !client.Writes(a.Name) {
				return nil, unauthorizedAttribute()
			}
		}
	}
	given := make(map[string]string, len(list))
	for _, a := range list {
		if err := p.CheckAttribute(a.Name, value(a.Value)); err != nil {
			return nil, err
		}
		given[a.Name] = value(a.Value)
	}
	for _, a := range list {
		s := p.Schema(a.Name)
		if s.Mutable != nil && !*s.Mutable || a.Name == "identities" || client != nil && Guarded(a.Name) {
			return nil, nonMutable(a.Name)
		}
	}
	var missing strings.Builder
	for _, a := range list {
		if v, ok := given[a.Name]; ok && v == "" && value(p.Schema(a.Name).Required) {
			missing.WriteString(a.Name + ": The attribute is required\n") // (inferred)
			delete(given, a.Name)
		}
	}
	if missing.Len() > 0 {
		return nil, nonconforming(missing.String())
	}
	return given, nil
}

// updateAddress changes an e-mail address or phone number and its flag. The answer is where a code has to go, empty for nowhere.
// self tells that the user does it: an address that brings his second factor stays in force until he has proved the new one, or
// whoever holds a token could move the factor. (inferred)
func (r *Realm) updateAddress(c *op.Call, p *Pool, u *User, name string, given map[string]string, self bool) (to string, err error) {
	v, changes := given[name]
	flag, told := given[name+"_verified"]
	if flag == "" {
		flag = "false"
	}
	old, _ := u.Get(name)
	switch {
	case told && flag == "true" && (changes && v == "" || !changes && old == ""):
		return "", Unproven(name)
	case !changes:
		if told && old != "" {
			u.Set(name+"_verified", flag)
		}
		return "", nil
	case v == "" && p.onlyName(u, name):
		return "", nonconforming(name + ": The attribute is required\n") // (inferred): he could not sign in any more
	case v == "":
		u.Set(name, "")
		u.Set(name+"_verified", "")
		return "", r.dropPending(c, p, u, name)
	case told && flag == "true":
		u.Set(name, v)
		u.Set(name+"_verified", "true")
		return "", r.dropPending(c, p, u, name)
	case v == old:
		if told {
			u.Set(name+"_verified", "false")
		}
		if err := r.dropPending(c, p, u, name); err != nil {
			return "", err
		}
	case p.verifiesFirst(name), self && p.Proves(u, name):
		if p.UsesAttributes() && p.SignsInWith(name) {
			if h, err := r.Holder(c.Tx, p, u, v); err != nil {
				return "", err
			} else if h != nil {
				return "", aliasExists(name)
			}
		}
		u.setPending(name, v, c.Now)
		return v, nil
	default:
		u.Set(name, v)
		u.Set(name+"_verified", "false")
		if err := r.dropPending(c, p, u, name); err != nil {
			return "", err
		}
	}
	if p.Verifies(name) && !u.Verified(name) {
		return v, nil
	}
	return "", nil
}

// onlyName tells that an attribute is all by which a user of a pool without user names signs in.
func (p *Pool) onlyName(u *User, name string) bool {
	if !p.UsesAttributes() || !p.SignsInWith(name) {
		return false
	}
	for _, other := range addresses {
		if v, _ := u.Get(other); other != name && v != "" && p.SignsInWith(other) {
			return false
		}
	}
	return true
}

// verifiesFirst tells that a new value of an attribute counts only once it is verified.
func (p *Pool) verifiesFirst(attribute string) bool {
	s := p.Settings.UserAttributeUpdateSettings
	return s != nil && slices.Contains(s.AttributesRequireVerificationBeforeUpdate, attribute)
}

// PendingAddress is an address that waits for its code. It is forgotten when the newest code that could prove it is no good any
// more, so that what somebody asked for long ago does not come true by a code of today. (inferred)
type PendingAddress struct {
	Name, Value string
	Expires     int64 // ms since 1970
}

// PendingValue is what an attribute will be once it is verified, empty if nothing is pending.
func (u *User) PendingValue(name string, now time.Time) string {
	for _, a := range u.Pending {
		if a.Name == name && now.UnixMilli() < a.Expires {
			return a.Value
		}
	}
	return ""
}

// setPending makes an address wait for a code sent now; an empty one is none.
func (u *User) setPending(name, v string, now time.Time) {
	u.Pending = slices.DeleteFunc(slices.Clone(u.Pending), func(a PendingAddress) bool { return a.Name == name || now.UnixMilli() >= a.Expires })
	if v != "" {
		u.Pending = append(u.Pending, PendingAddress{name, v, now.Add(codeLife(AttributeCode(name))).UnixMilli()})
	}
	if len(u.Pending) == 0 {
		u.Pending = nil
	}
}

// RenewPending lets an address that waits for its code wait for a newer one, sent now, and tells whether there is one. The caller
// writes the user.
func (u *User) RenewPending(name string, now time.Time) bool {
	v := u.PendingValue(name, now)
	if v == "" {
		return false
	}
	u.setPending(name, v, now)
	return true
}

// DropPending forgets addresses that a user has not verified yet, with their codes: after a reset of his password it is not
// known who asked for them. The caller writes him.
func (r *Realm) DropPending(c *op.Call, p *Pool, u *User) error {
	for _, name := range addresses {
		if err := r.dropPending(c, p, u, name); err != nil {
			return err
		}
	}
	return nil
}

func (r *Realm) dropPending(c *op.Call, p *Pool, u *User, name string) error {
	u.setPending(name, "", c.Now)
	return r.DropCode(c.Tx, p, u, AttributeCode(name))
}

// VerifyAddress makes an address that a code proved the user's verified one. It answers false if he has, and awaits, another by
// now. The caller writes the user.
func (u *User) VerifyAddress(proved Attribute, now time.Time) bool {
	old, _ := u.Get(proved.Name)
	switch {
	case proved.Value == "":
		return false
	case proved.Is(u.PendingValue(proved.Name, now)):
		u.Set(proved.Name, proved.Value)
		u.setPending(proved.Name, "", now)
	case !proved.Is(old):
		return false
	}
	u.Set(proved.Name+"_verified", "true")
	return true
}

// DeleteAttributes removes attributes of a user and writes him.
func (r *Realm) DeleteAttributes(c *op.Call, p *Pool, client *Client, u *User, names []string) error {
	list := make([]cognitoidp.AttributeType, len(names))
	var unknown strings.Builder
	for i, name := range names {
		if client != nil && !client.Writes(name) {
			return unauthorizedAttribute()
		}
		if p.Schema(name) == nil {
			unknown.WriteString("user." + name + ": Attribute does not exist in the schema.\n")
		}
		list[i].Name = name
	}
	if unknown.Len() > 0 {
		return cognitoidp.InvalidParameterException("Invalid user attributes: " + unknown.String())
	}
	_, err := r.UpdateAttributes(c, p, u, list, Via{Client: client})
	return err
}
