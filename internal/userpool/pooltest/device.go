package pooltest

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

// DevicePool makes a pool that tracks devices. A remembered one stands for the second factor if skip says so; prompt tells that
// devices are remembered only when the user says so.
func (w *World) DevicePool(skip, prompt bool) string {
	w.T.Helper()
	return w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.DeviceConfiguration = &cognitoidp.DeviceConfigurationType{ChallengeRequiredOnNewDevice: &skip, DeviceOnlyRememberedOnUserPrompt: &prompt}
		in.SmsConfiguration = &cognitoidp.SmsConfigurationType{SnsCallerArn: "arn:aws:iam::123456789012:role/sms"}
	})
}

// Device is the client's side of a device.
type Device struct {
	w          *World
	Key, Group string
	srp        srp.Device
}

// NewDevice is a device with the keys of a sign-in.
func (w *World) NewDevice(tokens *cognitoidp.AuthenticationResultType) *Device {
	w.T.Helper()
	m := tokens.NewDeviceMetadata
	if m == nil {
		w.T.Fatal("the sign-in gave no device key")
	}
	return &Device{w, *m.DeviceKey, *m.DeviceGroupKey, group().NewDevice(*m.DeviceGroupKey, *m.DeviceKey)}
}

// Confirm calls ConfirmDevice.
func (d *Device) Confirm(access string) (*cognitoidp.ConfirmDeviceOutput, Result) {
	return Do(d.w, d.w.S.Device.ConfirmDevice, &cognitoidp.ConfirmDeviceInput{
		AccessToken: access, DeviceKey: d.Key, DeviceName: new("phone"),
		DeviceSecretVerifierConfig: &cognitoidp.DeviceSecretVerifierConfigType{PasswordVerifier: &d.srp.PasswordVerifier, Salt: &d.srp.Salt},
	})
}

// SignIn tries USER_PASSWORD_AUTH with the device's key.
func (d *Device) SignIn(client, name string) (*cognitoidp.InitiateAuthOutput, Result) {
	return Do(d.w, d.w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "USER_PASSWORD_AUTH", ClientId: client, AuthParameters: map[string]string{
		"USERNAME": name, "PASSWORD": Password, "DEVICE_KEY": d.Key,
	}})
}

// Start answers DEVICE_SRP_AUTH.
func (d *Device) Start(client, name string, session *string) (*srp.Client, *cognitoidp.RespondToAuthChallengeOutput, Result) {
	side := group().NewClient()
	out, res := d.w.Answer(client, "DEVICE_SRP_AUTH", session, "USERNAME", name, "DEVICE_KEY", d.Key, "SRP_A", side.A())
	return side, out, res
}

// Proof are the parameters of the answer to DEVICE_PASSWORD_VERIFIER, in pairs.
func (d *Device) Proof(side *srp.Client, name string, p map[string]string) []string {
	d.w.T.Helper()
	signature, at, err := side.Sign(d.Group, d.Key, d.srp.Password, p["SALT"], p["SRP_B"], p["SECRET_BLOCK"], d.w.Now())
	if err != nil {
		d.w.T.Fatal(err)
	}
	return []string{
		"USERNAME", name, "DEVICE_KEY", d.Key, "PASSWORD_CLAIM_SECRET_BLOCK", p["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE", signature, "TIMESTAMP", at,
	}
}

// Prove does both steps from the session of DEVICE_SRP_AUTH on.
func (d *Device) Prove(client, name string, session *string) (*cognitoidp.RespondToAuthChallengeOutput, Result) {
	d.w.T.Helper()
	side, out, res := d.Start(client, name, session)
	if res.Err != nil {
		return nil, res
	}
	return d.w.Answer(client, "DEVICE_PASSWORD_VERIFIER", nil, d.Proof(side, name, out.ChallengeParameters)...)
}
