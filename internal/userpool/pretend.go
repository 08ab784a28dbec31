package userpool

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Stranger is who stands for a name that means nobody. It does what reading a user does, with a row that is not there and a stand-in
// that is decoded and kept in its place, so that the first call about a name and those after it take as long as about a user.
func (r *Realm) Stranger(tx store.Tx, p *Pool, name string) (who string, err error) {
	who = r.Nobody(p, name)
	key := p.key(who)
	if _, err := tx.Get(Users.Name, key); err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("read the place of nobody: %w", err)
	}
	raw, err := standIn()
	if err != nil {
		return "", err
	}
	u, err := r.users.get(string(key), raw, Users.Decode)
	if err != nil {
		return "", err
	}
	_ = u.clone()
	return who, nil
}

// PretendCode does for the id of an unknown name what sending a known user a code does: a code, a message that is composed, sealed and
// written, and the job that sends it or tells the pool's sender, so that neither the time nor what is answered to guesses tells the two
// apart. Nobody gets the code, and the job ends without sending anything.
func (r *Realm) PretendCode(tx store.Tx, p *Pool, name, who, purpose, occasion string, via Via, now time.Time) error {
	attributes := p.RecoversBy()
	body, subject := defaultRecovery, defaultRecoverySubject
	if purpose != RecoveryCode {
		attributes = p.Settings.AutoVerifiedAttributes
		body, subject = defaultVerification, defaultVerificationSubject
	}
	to := r.pretendedAddress(attributes, name, who)
	if purpose == RecoveryCode {
		// A row that is there costs a page more than Stranger's, which shows here and nowhere else: see docs/performance.md.
		if _, err := tx.Get(Users.Name, p.key(r.Nobody(p, who))); err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read another place of nobody: %w", err)
		}
	}
	text, err := r.NewCodeFor(tx, p, who, purpose, to, now)
	if err != nil {
		return err
	}
	m := Message{
		Account: p.Account, Region: p.Region, Pool: p.ID, Occasion: occasion, Medium: MediumOf(to.Name), Destination: to.Value, Subject: subject,
		Body: strings.ReplaceAll(body, "{####}", text), Time: now, Expires: now.Add(codeLife(purpose)),
		Nobody: true,
	}
	if err := r.send(tx, p, m, toldOfNobody(who, to, text, via)); err != nil {
		return fmt.Errorf("send code to nobody: %w", err)
	}
	return nil
}

// PretendDelivery is where a code to an unknown name would have gone, by one of the attributes.
func (r *Realm) PretendDelivery(attributes []string, name, who string) *cognitoidp.CodeDeliveryDetailsType {
	to := r.pretendedAddress(attributes, name, who)
	return Delivered(to.Name, to.Value)
}

// pretendedAddress is the address that was typed, or one invented from the name's id, always the same for it.
func (r *Realm) pretendedAddress(attributes []string, name, who string) Attribute {
	email := slices.Contains(attributes, Email)
	switch {
	case slices.Contains(attributes, Phone) && ParsePhone(name):
		return Attribute{Phone, name}
	case email && ParseEmail(name):
		return Attribute{Email, name}
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	sum := r.Vault.MAC("invented address", []byte(who))
	if email {
		return Attribute{Email, string(letters[int(sum[0])%26]) + "@" + string(letters[int(sum[1])%26])}
	}
	digits := make([]byte, 4)
	for i := range digits {
		digits[i] = '0' + sum[i]%10
	}
	return Attribute{Phone, "+1" + string(digits)}
}
