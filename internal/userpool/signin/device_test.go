package signin_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// deviceWorld is a pool where remembered devices stand for the second factor, with a user jo whose factor is SMS, and one of his
// devices that is known.
func deviceWorld(t *testing.T, prompt bool) (w *pooltest.World, pool, client string, d *pooltest.Device, tokens *cognitoidp.AuthenticationResultType) {
	t.Helper()
	w = pooltest.New(t)
	pool = w.DevicePool(true, prompt)
	w.SetMFA(pool, "OPTIONAL", "SMS_MFA")
	client = *w.Client(pool, adminFlows).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.GivePhone(pool, "jo", true)
	w.Prefer(pool, "jo", false, "SMS_MFA")
	out := begin(t, w, client, "SMS_MFA")
	done, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	tokens = done.AuthenticationResult
	d = w.NewDevice(tokens)
	if _, res := d.Confirm(*tokens.AccessToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	return w, pool, client, d, tokens
}

// knock signs in on a device as far as its challenge.
func knock(t *testing.T, w *pooltest.World, client string, d *pooltest.Device) *cognitoidp.InitiateAuthOutput {
	t.Helper()
	out, res := d.SignIn(client, "jo")
	if res.Err != nil || out.ChallengeName == nil || *out.ChallengeName != "DEVICE_SRP_AUTH" || out.Session == nil || out.ChallengeParameters["USERNAME"] != "jo" {
		t.Fatal(out, res)
	}
	return out
}

func TestDevice_standsForFactor(t *testing.T) {
	t.Parallel()
	w, pool, client, d, tokens := deviceWorld(t, false)
	if key := claims(t, *tokens.AccessToken).Get("device_key").Str; key != d.Key {
		t.Errorf("the access token's device_key is %q", key)
	}
	begin(t, w, client, "SMS_MFA") // without the device
	w.Advance(time.Minute)
	sent := len(w.Messages())
	side, out, res := d.Start(client, "jo", knock(t, w, client, d).Session)
	if res.Err != nil || *out.ChallengeName != "DEVICE_PASSWORD_VERIFIER" {
		t.Fatal(res)
	}
	p := out.ChallengeParameters
	if len(p) != 5 || p["USERNAME"] != "jo" || p["DEVICE_KEY"] != d.Key || p["SALT"] == "" || p["SRP_B"] == "" || p["SECRET_BLOCK"] == "" {
		t.Errorf("parameters %v", p)
	}
	done, res := w.Answer(client, "DEVICE_PASSWORD_VERIFIER", nil, d.Proof(side, "jo", p)...)
	if res.Err != nil || done.AuthenticationResult == nil || done.AuthenticationResult.NewDeviceMetadata != nil || res.Sub != w.Stored(pool, "jo").Sub {
		t.Fatal(done, res)
	}
	if key := claims(t, *done.AuthenticationResult.AccessToken).Get("device_key").Str; key != d.Key {
		t.Errorf("the access token's device_key is %q", key)
	}
	if len(w.Messages()) != sent {
		t.Error("a code was sent all the same")
	}
	got := pooltest.Must(w, w.S.Device.AdminGetDevice, &cognitoidp.AdminGetDeviceInput{UserPoolId: pool, Username: "jo", DeviceKey: d.Key})
	if !got.Device.DeviceLastAuthenticatedDate.Equal(w.Now()) {
		t.Error("the sign-in is not noted")
	}
}

func TestDevice_inOtherFlows(t *testing.T) {
	t.Parallel()
	w, pool, client, d, _ := deviceWorld(t, false)
	side, out, res := w.StartSRP(client, "jo")
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	claim := w.Claim(side, pool, client, out, pooltest.Password)
	claim.ChallengeResponses["DEVICE_KEY"] = d.Key
	next, res := w.Respond(claim)
	if res.Err != nil || *next.ChallengeName != "DEVICE_SRP_AUTH" {
		t.Fatal(next, res)
	}
	if done, res := d.Prove(client, "jo", next.Session); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
	admin, res := adminInitiate(w, pool, client, "ADMIN_USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password, "DEVICE_KEY": d.Key})
	if res.Err != nil || *admin.ChallengeName != "DEVICE_SRP_AUTH" {
		t.Fatal(admin, res)
	}
	_, _, res = d.Start(client, "jo", admin.Session)
	w.Refused(res, nae, invalid)
	// Without factors the device is asked for too.
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Factors = userpool.UserFactors{} })
	if done, res := d.Prove(client, "jo", knock(t, w, client, d).Session); res.Err != nil || done.AuthenticationResult == nil {
		t.Fatal(res)
	}
}

// Devices that are only tracked, not remembered, or not known, stand for nothing.
func TestAttack18_deviceWithoutProof(t *testing.T) {
	t.Parallel()
	w, pool, client, d, _ := deviceWorld(t, true)
	sms := func(name string) *cognitoidp.AuthenticationResultType {
		t.Helper()
		out, res := d.SignIn(client, "jo")
		if res.Err != nil || out.AuthenticationResult != nil || *out.ChallengeName != "SMS_MFA" {
			t.Fatalf("%s: %+v, %v", name, out, res.Err)
		}
		done, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code(), "DEVICE_KEY", d.Key)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return done.AuthenticationResult
	}
	w.Advance(time.Minute)
	a := sms("not remembered")
	if a.NewDeviceMetadata != nil {
		t.Error("a known device got a new key")
	}
	// Naming a device is no proof of it.
	if key := claims(t, *a.AccessToken).Get("device_key"); key.Exists() {
		t.Errorf("the access token of a device that was only named has device_key %s", key)
	}
	seen := pooltest.Must(w, w.S.Device.AdminGetDevice, &cognitoidp.AdminGetDeviceInput{UserPoolId: pool, Username: "jo", DeviceKey: d.Key})
	if seen.Device.DeviceLastAuthenticatedDate.Equal(w.Now()) {
		t.Error("a device that was only named is noted as signed in")
	}
	remember := func(status string) {
		pooltest.Must(w, w.S.Device.AdminUpdateDeviceStatus, &cognitoidp.AdminUpdateDeviceStatusInput{UserPoolId: pool, Username: "jo", DeviceKey: d.Key, DeviceRememberedStatus: &status})
	}
	remember("remembered")
	out := knock(t, w, client, d)
	remember("not_remembered")
	_, _, res := d.Start(client, "jo", out.Session)
	w.Refused(res, nae, invalid)
	remember("remembered")
	out = knock(t, w, client, d)
	pooltest.Must(w, pooltest.Nothing(w.S.Device.AdminForgetDevice), &cognitoidp.AdminForgetDeviceInput{UserPoolId: pool, Username: "jo", DeviceKey: d.Key})
	_, _, res = d.Start(client, "jo", out.Session)
	w.Refused(res, "ResourceNotFoundException", "Device does not exist.")
	if a := sms("forgotten"); a.NewDeviceMetadata == nil || *a.NewDeviceMetadata.DeviceKey == d.Key {
		t.Error("an unknown device got no new key")
	}
	w.User(pool, "bo", "")
	if out, res := d.SignIn(client, "bo"); res.Err != nil || out.AuthenticationResult.NewDeviceMetadata == nil {
		t.Error("somebody else's device", res)
	}
}

// The proof of a device: the right device, the right password, once, in time.
func TestAttack12_deviceProof(t *testing.T) {
	t.Parallel()
	w, pool, client, d, tokens := deviceWorld(t, false)
	other := *w.Client(pool, nil).ClientId
	const incorrect = "Incorrect username or password."
	start := func() ([]string, *string) {
		t.Helper()
		session := knock(t, w, client, d).Session
		side, out, res := d.Start(client, "jo", session)
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		return d.Proof(side, "jo", out.ChallengeParameters), session
	}
	answer := func(client string, params []string) pooltest.Result {
		_, res := w.Answer(client, "DEVICE_PASSWORD_VERIFIER", nil, params...)
		return res
	}
	with := func(params []string, key, v string) []string {
		out := append([]string{}, params...)
		for i := 0; i < len(out); i += 2 {
			if out[i] == key {
				out[i+1] = v
			}
		}
		return out
	}
	good, session := start()
	_, _, res := d.Start(client, "jo", session)
	w.Refused(res, nae, "Invalid session for the user, session can only be used once.")
	w.Refused(answer(other, good), nae, incorrect)
	w.Refused(answer(client, with(good, "DEVICE_KEY", "us-east-1_x")), "ResourceNotFoundException", "Device does not exist.")
	w.Refused(answer(client, with(good, "DEVICE_KEY", "")), "InvalidParameterException", "Missing required parameter DEVICE_KEY")
	w.Refused(answer(client, with(good, "USERNAME", "bo")), nae, incorrect)
	// The block of one challenge is none of another.
	_, res = w.Answer(client, "PASSWORD_VERIFIER", nil, good...)
	w.Refused(res, nae, incorrect)
	if res := answer(client, good); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(answer(client, good), nae, incorrect)
	// A wrong proof uses the block up.
	good, _ = start()
	w.Refused(answer(client, with(good, "PASSWORD_CLAIM_SIGNATURE", "AAAA")), nae, incorrect)
	w.Refused(answer(client, good), nae, incorrect)
	// Another device with the keys of this one, but its own password.
	tokens.NewDeviceMetadata = &cognitoidp.NewDeviceMetadataType{DeviceKey: &d.Key, DeviceGroupKey: &d.Group}
	_, res = w.NewDevice(tokens).Prove(client, "jo", knock(t, w, client, d).Session)
	w.Refused(res, nae, incorrect)
	good, _ = start()
	w.Advance(3 * time.Minute)
	w.Refused(answer(client, good), nae, incorrect)
	good, _ = start()
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	w.Refused(answer(client, good), nae, "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true; u.SignOutEverywhere() })
	w.Refused(answer(client, good), nae, incorrect)
	_, _, res = d.Start(client, "jo", nil)
	w.Refused(res, "InvalidParameterException", "Missing required parameter Session")
}

// A refresh token of a sign-in on a known device needs the device's key, and is worth nothing once the device is forgotten.
func TestDevice_refresh(t *testing.T) {
	t.Parallel()
	w, pool, client, d, tokens := deviceWorld(t, false)
	refresh := func(key *string) pooltest.Result {
		params := map[string]string{"REFRESH_TOKEN": *tokens.RefreshToken}
		if key != nil {
			params["DEVICE_KEY"] = *key
		}
		_, res := initiate(w, client, "REFRESH_TOKEN_AUTH", params)
		_, other := pooltest.Do(w, w.S.Signin.GetTokensFromRefreshToken, &cognitoidp.GetTokensFromRefreshTokenInput{ClientId: client, RefreshToken: *tokens.RefreshToken, DeviceKey: key})
		if res.Code != other.Code || res.Message != other.Message {
			t.Errorf("one operation answers %v, the other %v", res.Err, other.Err)
		}
		return res
	}
	if res := refresh(&d.Key); res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Refused(refresh(nil), nae, "Invalid Refresh Token.")
	w.Refused(refresh(new("us-east-1_x")), nae, "Invalid Refresh Token.")
	pooltest.Must(w, pooltest.Nothing(w.S.Device.AdminForgetDevice), &cognitoidp.AdminForgetDeviceInput{UserPoolId: pool, Username: "jo", DeviceKey: d.Key})
	w.Refused(refresh(&d.Key), "ResourceNotFoundException", "Device does not exist.")
	w.Refused(refresh(nil), nae, "Invalid Refresh Token.")
	// A device never confirmed binds nothing.
	out := begin(t, w, client, "SMS_MFA")
	done, res := w.Answer(client, "SMS_MFA", out.Session, "USERNAME", "jo", "SMS_MFA_CODE", w.Code())
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	if _, res := w.Refresh(client, *done.AuthenticationResult.RefreshToken); res.Err != nil {
		t.Fatal(res.Err)
	}
}
