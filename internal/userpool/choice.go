package userpool

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/code"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// PasswordSRPFirst is the second way of a password: by SRP. Pools' settings do not tell the two apart, sign-ins do.
const PasswordSRPFirst = "PASSWORD_SRP"

// FirstCodeDigits is the length of a code that begins a sign-in, longer than one that follows a password.
const FirstCodeDigits = 8

// Choice is what a session remembers of a sign-in (USER_AUTH) whose first factor is not proved yet.
type Choice struct {
	// Offered are the challenges that may be chosen.
	Offered []string `json:",omitempty"`
	// Passkey is the keyed hash of a challenge for passkeys.
	Passkey []byte `json:",omitempty"`
	// Text is the keyed hash of the Session that has to come with a SECRET_BLOCK.
	Text []byte `json:",omitempty"`
}

// Offers are the challenges a user may begin a sign-in with: what the pool allows of what he has. Where the pool demands several
// factors of him these are passwords, which the others follow, and passkeys that count as several.
func (p *Pool) Offers(u *User, passkeys bool) []string {
	d := p.Demand(u)
	demanded := len(d.Use) > 0 || len(d.Setup) > 0 || d.Lost
	var out []string
	if p.Begins(PasswordFirst) && u.HasPassword() {
		if len(u.Credential.Verifier) > 0 {
			out = append(out, PasswordSRPFirst)
		}
		out = append(out, PasswordFirst)
	}
	if u.Status == ForceChangePassword || u.Status == External {
		return out
	}
	for _, f := range []string{EmailFirst, SMSFirst} {
		if v, _ := u.Get(FirstAttribute(f)); v != "" && p.Begins(f) && !demanded {
			out = append(out, f)
		}
	}
	if passkeys && p.Begins(PasskeyFirst) && u.Status != Unconfirmed && (!demanded || p.PasskeysSuffice() && u.Factors.Passkeys) {
		out = append(out, PasskeyFirst)
	}
	return out
}

// FirstAttribute is the attribute to which the codes of a first factor go, empty if it sends none.
func FirstAttribute(factor string) string {
	switch factor {
	case EmailFirst:
		return Email
	case SMSFirst:
		return Phone
	}
	return ""
}

// PretendOffers are the challenges that a name which means nobody may choose from, always the same for it: such as a known one could
// have. passkeys tells that the pool's users may have some.
func (r *Realm) PretendOffers(p *Pool, name, who string, passkeys bool) []string {
	var out []string
	if !p.KeepsHash() {
		out = append(out, PasswordSRPFirst)
	}
	out = append(out, PasswordFirst)
	draw := r.Vault.MAC("invented factors", []byte(who))
	has := func(i int, attribute string, form func(string) bool) bool {
		s := p.Schema(attribute)
		return p.SignsInWith(attribute) && form(name) || s != nil && value(s.Required) || draw[i]%2 == 0
	}
	if p.Begins(EmailFirst) && has(0, Email, ParseEmail) {
		out = append(out, EmailFirst)
	}
	if p.Begins(SMSFirst) && has(1, Phone, ParsePhone) {
		out = append(out, SMSFirst)
	}
	if p.Begins(PasskeyFirst) && passkeys && draw[2]%4 == 0 {
		out = append(out, PasskeyFirst)
	}
	return out
}

// PretendPasskey is the credential id that a name which means nobody would have for a relying party.
func (r *Realm) PretendPasskey(who, party string) []byte {
	sum := r.Vault.MAC("invented passkey", []byte(who), []byte(party))
	return sum[:]
}

// SendFirstCode is SendSignInCode for a code that begins a sign-in.
func (r *Realm) SendFirstCode(c *op.Call, p *Pool, u *User, session string, to Attribute, via Via) (*SecondFactor, error) {
	return r.sendSignInCode(c, p, u, session, to, code.NewDigits(FirstCodeDigits), via)
}

// PretendFirstCode does for the id of a name which means nobody what SendFirstCode does. Nobody gets the code.
func (r *Realm) PretendFirstCode(tx store.Tx, p *Pool, who, session string, to Attribute, via Via, now time.Time) (*SecondFactor, error) {
	if err := r.spendSignInCode(tx, p, who, now); err != nil {
		return nil, err
	}
	text := code.NewDigits(FirstCodeDigits)
	m := p.signInMessage(via.Client, to, text, trigger.MessageResponse{}, now)
	m.Nobody = true
	if err := r.send(tx, p, m, toldOfNobody(who, to, text, via)); err != nil {
		return nil, fmt.Errorf("send code to nobody: %w", err)
	}
	sum := code.Hash(r.Vault, signInCode, string(p.key(who, session)), text)
	return &SecondFactor{Code: sum[:], To: to}, nil
}

// MatchFirstCode tells whether a text is the code sent to a user, or to the id of an unknown name, for a session.
func (r *Realm) MatchFirstCode(p *Pool, who, session string, f *SecondFactor, text string) bool {
	return len(f.Code) == 32 && code.Match(r.Vault, signInCode, string(p.key(who, session)), [32]byte(f.Code), text)
}

// Prove makes the attribute that a code was sent to verified, and a user who signed himself up confirmed. The password of such a
// sign-up is dropped: nobody has shown that whoever chose it owns the address. (inferred) If somebody else has verified the same address
// meanwhile, which made it his alias, that does not keep this user out.
func (r *Realm) Prove(tx store.Tx, p *Pool, u *User, attribute string, now time.Time) error {
	if u.Verified(attribute) && u.Status != Unconfirmed {
		return nil
	}
	v, _ := u.Get(attribute)
	h, err := r.Holder(tx, p, u, v)
	if err != nil {
		return err
	}
	if h == nil {
		u.Set(attribute+"_verified", "true")
	}
	if u.Status == Unconfirmed {
		u.Status, u.Credential = Confirmed, Credential{}
		if err := r.DropCode(tx, p, u, SignUpCode); err != nil {
			return err
		}
	}
	u.Modified = now
	return r.PutUser(tx, p, u)
}

// Sessions around a sign-up: SignUp gives the first to whoever chose the password, ConfirmSignUp the second, with which a sign-in is
// begun and, if the first factor is proved, done.
const (
	SignedUp        = "SIGN_UP"
	SignUpConfirmed = "CONFIRM_SIGN_UP"
)

// OpenSignUp opens a session around a sign-up and returns its text. proved are the factors that the sign-up proved.
func (r *Realm) OpenSignUp(tx store.Tx, p *Pool, c *Client, u *User, challenge string, proved []string, now time.Time) (string, error) {
	text := NewSessionText()
	row := Session{Challenge: challenge, Proved: proved}
	row.After(u)
	return text, r.OpenSession(tx, p, c, row, text, now)
}

// The vault's purposes of what choices remember.
const (
	passkeySessionPurpose = "passkey of a session"
	blockSessionPurpose   = "session of a proof"
)

// MarkPasskey and MarkBlock make what a choice keeps of a challenge for passkeys, and of the Session of a SECRET_BLOCK.
func (r *Realm) MarkPasskey(challenge string) []byte { return r.mark(passkeySessionPurpose, challenge) }

// MarkBlock is described at MarkPasskey.
func (r *Realm) MarkBlock(session string) []byte { return r.mark(blockSessionPurpose, session) }

func (r *Realm) mark(purpose, text string) []byte {
	sum := r.Vault.MAC(purpose, []byte(text))
	return sum[:]
}

// IsPasskey and IsBlock tell whether a text is the marked one.
func (r *Realm) IsPasskey(c *Choice, challenge string) bool {
	return len(c.Passkey) == 32 && r.Vault.CheckMAC(passkeySessionPurpose, [32]byte(c.Passkey), []byte(challenge))
}

// IsBlock is described at IsPasskey.
func (r *Realm) IsBlock(c *Choice, session string) bool {
	return len(c.Text) == 32 && r.Vault.CheckMAC(blockSessionPurpose, [32]byte(c.Text), []byte(session))
}

// Passwordless tells whether a user could sign in without a password: by a code to an address he has.
func (p *Pool) Passwordless(u *User) bool {
	return slices.ContainsFunc([]string{EmailFirst, SMSFirst}, func(f string) bool {
		v, _ := u.Get(FirstAttribute(f))
		return v != "" && p.Begins(f)
	})
}

// withoutPassword is the text of an invitation that brings no password. A pool's own text with a place for one is not used. (inferred)
func withoutPassword(text *string) *string {
	if text != nil && strings.Contains(*text, "{####}") {
		return nil
	}
	return text
}
