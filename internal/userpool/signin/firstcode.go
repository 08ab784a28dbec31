package signin

import (
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

// firstCodeParameter names the parameter in which the code of a first factor comes.
var firstCodeParameter = map[string]string{userpool.EmailFirst: "EMAIL_OTP_CODE", userpool.SMSFirst: "SMS_OTP_CODE"}

// sendFirst sends the code of a first factor. A name that means nobody gets the answer, and causes the work, of a known one.
func (x *chooser) sendFirst(challenge string) (*outcome, error) {
	text := userpool.NewSessionText()
	to := userpool.Attribute{Name: userpool.FirstAttribute(challenge)}
	var f *userpool.SecondFactor
	var err error
	destination := ""
	if x.user != nil {
		to.Value, _ = x.user.Get(to.Name)
		destination = userpool.Mask(to.Name, to.Value)
		f, err = x.realm.SendFirstCode(x.c, x.pool, x.user, text, to, x.via())
	} else {
		destination = *x.realm.PretendDelivery([]string{to.Name}, x.name, x.who).Destination
		f, err = x.realm.PretendFirstCode(x.c.Tx, x.pool, x.who, text, to, x.via(), x.c.Now)
	}
	if err != nil {
		return nil, err
	}
	return x.ask(text, userpool.Session{Challenge: challenge, Factor: f}, map[string]string{
		"CODE_DELIVERY_DELIVERY_MEDIUM": userpool.MediumOf(to.Name), "CODE_DELIVERY_DESTINATION": destination, "USERNAME": x.srpID(), "USER_ID_FOR_SRP": x.srpID(),
	})
}

// checkFirstCode takes the code of a first factor. A wrong one leaves the session usable for some time, and is counted like a wrong
// password. A right one proves the address, and that whoever signed up is its owner.
func (x *chooser) checkFirstCode(row *userpool.Session) (*outcome, error) {
	f := row.Factor
	if f == nil {
		return nil, userpool.InvalidSession()
	}
	if x.user != nil {
		if had, _ := x.user.Get(f.To.Name); had != f.To.Value {
			return nil, userpool.InvalidSession() // it went to an address that is not the user's any more
		}
	}
	right := x.realm.MatchFirstCode(x.pool, x.who, *x.session, f, x.params[firstCodeParameter[row.Challenge]])
	if !right || x.user == nil {
		x.c.Keep(func(tx store.Tx) error {
			if err := x.realm.CountFailure(tx, x.pool, x.who, x.c.Now); err != nil {
				return err
			}
			return x.realm.CountWrongCode(tx, row, wrongCodes)
		})
		x.watch.Failed(x.who, x.user)
		return nil, wrongCode()
	}
	if err := x.realm.UseSession(x.c.Tx, row); err != nil {
		return nil, err
	}
	signedUp := x.user.Status == userpool.Unconfirmed
	if err := x.realm.Prove(x.c.Tx, x.pool, x.user, f.To.Name, x.c.Now); err != nil {
		return nil, err
	}
	if signedUp {
		x.realm.PostConfirmation(x.c, x.pool, x.user, trigger.ConfirmSignUp, x.via())
	}
	by := userpool.ByEmail
	if f.To.Name == userpool.Phone {
		by = userpool.BySMS
	}
	return x.admitFirst(by)
}

// admitFirst lets in a user who proved a first factor that no second one has to follow. A password of his that is out of force stays so.
func (x *chooser) admitFirst(proved ...string) (*outcome, error) {
	if s := x.user.Status; s != userpool.Confirmed && s != userpool.ResetRequired {
		return nil, userpool.Incorrect()
	}
	if err := x.realm.ClearFailures(x.c.Tx, x.pool, x.who); err != nil {
		return nil, err
	}
	x.proved = append(x.proved, proved...)
	return x.tokens()
}
