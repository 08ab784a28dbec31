package userpool

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
)

// undelivered is the purpose of the rows that stand for messages to unknown names.
const undelivered = "undelivered"

// PretendCode does for the id of an unknown name what sending a known user a code does, so that neither the time nor what is
// answered to guesses tells the two apart, but for the one job more that sends by SMTP where that is set. Nobody gets the code.
// The rows end with it.
func (r *Realm) PretendCode(tx store.Tx, p *Pool, who, purpose, occasion string, now time.Time) error {
	text, err := r.NewCodeFor(tx, p, who, purpose, Attribute{}, now)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(Message{
		Account: p.Account, Region: p.Region, Pool: p.ID, Occasion: occasion, Medium: MediumEmail, Destination: who,
		Subject: defaultRecoverySubject, Body: defaultRecovery + text, Time: now,
	})
	if err != nil {
		return fmt.Errorf("encode message to nobody: %w", err)
	}
	// A mailbox seals and writes its messages, too.
	row := &sentCode{
		Account: p.Account, Region: p.Region, Pool: p.ID, Sub: who, Purpose: undelivered, Hash: r.Vault.Seal(undelivered, raw, p.key(who)),
		Expires: now.Add(codeLife(purpose)).UnixMilli(),
	}
	if err := codes.Put(tx, row); err != nil {
		return fmt.Errorf("write message to nobody: %w", err)
	}
	return nil
}

// PretendDelivery is where a code to an unknown name would have gone, by one of the attributes: the address that was typed, or one
// invented from the name's id, always the same for it.
func (r *Realm) PretendDelivery(attributes []string, name, who string) *cognitoidp.CodeDeliveryDetailsType {
	email := slices.Contains(attributes, Email)
	switch {
	case slices.Contains(attributes, Phone) && ParsePhone(name):
		return Delivered(Phone, name)
	case email && ParseEmail(name):
		return Delivered(Email, name)
	}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	sum := r.Vault.MAC("invented address", []byte(who))
	if email {
		return Delivered(Email, string(letters[int(sum[0])%26])+"@"+string(letters[int(sum[1])%26]))
	}
	digits := make([]byte, 4)
	for i := range digits {
		digits[i] = '0' + sum[i]%10
	}
	return Delivered(Phone, "+1"+string(digits))
}
