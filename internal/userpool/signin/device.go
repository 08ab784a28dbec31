package signin

import (
	"errors"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	deviceSRP      = "DEVICE_SRP_AUTH"
	deviceVerifier = "DEVICE_PASSWORD_VERIFIER"
	deviceKey      = "DEVICE_KEY"
)

// namedDevice is the user's device whose key came with a step, nil if none did or it is not known: then the sign-in gets a new key.
// A name proves nothing.
func (a *attempt) namedDevice() (*userpool.Device, error) {
	key := a.params[deviceKey]
	if key == "" || !a.pool.TracksDevices() {
		return nil, nil
	}
	return a.realm.Device(a.c.Tx, a.pool, a.user.Sub, key)
}

// askDevice asks a remembered device for a proof, which stands for the second factor. It is nil if there is no such device.
func (a *attempt) askDevice() (*outcome, error) {
	if !a.pool.DeviceSkipsFactor() || a.challenged() {
		return nil, nil
	}
	d, err := a.namedDevice()
	if err != nil || d == nil || !d.Remembered {
		return nil, err
	}
	return a.challenge(userpool.Session{Challenge: deviceSRP, Device: d.Key}, map[string]string{"USERNAME": a.user.Username})
}

// startDevice is the answer to DEVICE_SRP_AUTH.
func (s *step) startDevice() (*outcome, error) {
	a, row, err := s.answeredSecond(deviceSRP, deviceKey, "SRP_A")
	if err != nil {
		return nil, err
	}
	d, err := a.proving(row)
	if err != nil {
		return nil, err
	}
	v, err := s.realm.DeviceVerifier(d)
	if err != nil {
		return nil, err
	}
	next := userpool.Session{Challenge: deviceVerifier, Device: d.Key}
	next.After(a.user)
	next.Proved, next.Aim = a.proved, a.aim
	if err := a.carry(&next); err != nil {
		return nil, err
	}
	if err := a.waiting(&next); err != nil {
		return nil, err
	}
	parameters, err := s.demandProof(v, next)
	if err != nil {
		return nil, err
	}
	if err := s.realm.UseSession(s.c.Tx, row); err != nil {
		return nil, err
	}
	parameters["USERNAME"], parameters[deviceKey] = a.user.Username, d.Key
	return &outcome{challenge: deviceVerifier, parameters: parameters}, nil
}

// finishDevice is the answer to DEVICE_PASSWORD_VERIFIER. The user has proved his own password before.
func (s *step) finishDevice() (*outcome, error) {
	a, p, err := s.proof(deviceVerifier, deviceKey)
	if err != nil {
		return nil, err
	}
	switch {
	case !a.user.Enabled:
		return nil, userpool.Disabled()
	case a.user.Status != userpool.Confirmed:
		return nil, userpool.InvalidSession()
	}
	if err := a.watch.Barred(a.who, a.user); err != nil {
		return nil, err
	}
	d, err := a.proving(p.row)
	if err != nil {
		return nil, err
	}
	v, err := s.realm.DeviceVerifier(d)
	if err != nil {
		return nil, err
	}
	err = a.check(p, v, d.Group, d.Key)
	if errors.Is(err, srp.ErrProof) {
		return nil, userpool.Incorrect()
	}
	if err != nil {
		return nil, err
	}
	a.device = d
	return a.tokens()
}

// proving is the device of which a session asks a proof, if it may still stand for the second factor.
func (a *attempt) proving(row *userpool.Session) (*userpool.Device, error) {
	if a.params[deviceKey] != row.Device {
		return nil, userpool.NoDevice()
	}
	d, err := a.namedDevice()
	if err != nil {
		return nil, err
	}
	demand := a.pool.Demand(a.user)
	switch {
	case d == nil:
		return nil, userpool.NoDevice()
	case a.challenged(), !d.Remembered, !a.pool.DeviceSkipsFactor(), demand.Lost, len(demand.Setup) > 0:
		return nil, userpool.InvalidSession()
	}
	return d, nil
}
