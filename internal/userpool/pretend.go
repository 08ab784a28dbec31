package userpool

import (
	"slices"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

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
