package device_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const nae, ipe, rnf = "NotAuthorizedException", "InvalidParameterException", "ResourceNotFoundException"

type place struct {
	w            *pooltest.World
	pool, client string
	access       string
	d            *pooltest.Device
}

// confirmed is a pool with a user jo, signed in on a device that is known.
func confirmed(t *testing.T, prompt bool) *place {
	t.Helper()
	w := pooltest.New(t)
	x := &place{w: w, pool: w.DevicePool(false, prompt)}
	x.client = *w.Client(x.pool, nil).ClientId
	w.User(x.pool, "jo", "jo@example.com")
	tokens := w.Tokens(x.client, "jo")
	x.access, x.d = *tokens.AccessToken, w.NewDevice(tokens)
	out, res := x.d.Confirm(x.access)
	if res.Err != nil || *out.UserConfirmationNecessary != prompt || res.Sub != w.Stored(x.pool, "jo").Sub {
		t.Fatal(out, res)
	}
	return x
}

func (x *place) get() (*cognitoidp.GetDeviceOutput, pooltest.Result) {
	return pooltest.Do(x.w, x.w.S.Device.GetDevice, &cognitoidp.GetDeviceInput{AccessToken: &x.access, DeviceKey: x.d.Key})
}

func (x *place) listed(t *testing.T) int {
	t.Helper()
	return len(pooltest.Must(x.w, x.w.S.Device.ListDevices, &cognitoidp.ListDevicesInput{AccessToken: x.access}).Devices)
}

func TestDevice_shown(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	out, res := x.get()
	if res.Err != nil || res.Sub != x.w.Stored(x.pool, "jo").Sub {
		t.Fatal(res)
	}
	const dates = `"DeviceCreateDate":"2026-03-03T07:05:09.25Z",`
	common := `"DeviceKey":"` + x.d.Key + `","DeviceLastAuthenticatedDate":"2026-03-03T07:05:09.25Z","DeviceLastModifiedDate":"2026-03-03T07:05:09.25Z"}`
	if got, want := optest.JSON(t, out.Device), `{"DeviceAttributes":[{"Name":"device_status","Value":"valid"},{"Name":"device_name","Value":"phone"},{"Name":"last_ip_used","Value":"198.51.100.7"}],`+dates+common; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	admin := pooltest.Must(x.w, x.w.S.Device.AdminGetDevice, &cognitoidp.AdminGetDeviceInput{UserPoolId: x.pool, Username: "jo", DeviceKey: x.d.Key})
	if got, want := optest.JSON(t, admin.Device), `{"DeviceAttributes":[{"Name":"dev:device_arn","Value":"arn:aws:cognito-idp:us-east-1:123456789012:owner/jo.`+x.pool+`/device/`+x.d.Key+`"},`+
		`{"Name":"dev:device_owner","Value":"`+x.pool+`.jo"},{"Name":"dev:device_remembered_status","Value":"remembered"},`+
		`{"Name":"device_status","Value":"valid"},{"Name":"device_name","Value":"phone"},{"Name":"last_ip_used","Value":"198.51.100.7"}],`+dates+common; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestDevice_remembered(t *testing.T) {
	t.Parallel()
	x := confirmed(t, true)
	if n := x.listed(t); n != 0 {
		t.Errorf("%d devices are remembered before the user says so", n)
	}
	status := func() string {
		out := pooltest.Must(x.w, x.w.S.Device.AdminListDevices, &cognitoidp.AdminListDevicesInput{UserPoolId: x.pool, Username: "jo"})
		if len(out.Devices) != 1 {
			t.Fatalf("%d devices", len(out.Devices))
		}
		return *out.Devices[0].DeviceAttributes[2].Value
	}
	if s := status(); s != "not_remembered" {
		t.Error(s)
	}
	x.w.Advance(time.Second)
	pooltest.Must(x.w, x.w.S.Device.UpdateDeviceStatus, &cognitoidp.UpdateDeviceStatusInput{AccessToken: x.access, DeviceKey: x.d.Key, DeviceRememberedStatus: new("remembered")})
	if out, _ := x.get(); status() != "remembered" || x.listed(t) != 1 || !out.Device.DeviceLastModifiedDate.Equal(x.w.Now()) {
		t.Error("the device is not remembered")
	}
	pooltest.Must(x.w, x.w.S.Device.UpdateDeviceStatus, &cognitoidp.UpdateDeviceStatusInput{AccessToken: x.access, DeviceKey: x.d.Key})
	pooltest.Must(x.w, x.w.S.Device.AdminUpdateDeviceStatus, &cognitoidp.AdminUpdateDeviceStatusInput{UserPoolId: x.pool, Username: "jo", DeviceKey: x.d.Key, DeviceRememberedStatus: new("not_remembered")})
	if s := status(); s != "not_remembered" {
		t.Error(s)
	}
}

func TestDevice_forgotten(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(x *place) pooltest.Result{
		"user": func(x *place) pooltest.Result {
			_, res := pooltest.Do(x.w, pooltest.Nothing(x.w.S.Device.ForgetDevice), &cognitoidp.ForgetDeviceInput{AccessToken: &x.access, DeviceKey: x.d.Key})
			return res
		},
		"administrator": func(x *place) pooltest.Result {
			_, res := pooltest.Do(x.w, pooltest.Nothing(x.w.S.Device.AdminForgetDevice), &cognitoidp.AdminForgetDeviceInput{UserPoolId: x.pool, Username: "jo", DeviceKey: x.d.Key})
			return res
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := confirmed(t, false)
			if res := forget(x); res.Err != nil || res.Sub != x.w.Stored(x.pool, "jo").Sub {
				t.Fatal(res)
			}
			x.w.Refused(forget(x), rnf, "Device does not exist.")
			_, res := x.get()
			x.w.Refused(res, rnf, "Device does not exist.")
			if x.listed(t) != 0 {
				t.Error("it is still listed")
			}
			// The key of a sign-in is good for one confirmation.
			_, res = x.d.Confirm(x.access)
			x.w.Refused(res, ipe, "Invalid device key given.")
		})
	}
}

func TestDevice_pages(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	for range 4 {
		tokens := x.w.Tokens(x.client, "jo")
		if _, res := x.w.NewDevice(tokens).Confirm(*tokens.AccessToken); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	seen := map[string]bool{}
	in := &cognitoidp.ListDevicesInput{AccessToken: x.access, Limit: new(int64(2))}
	var token *string
	for range 3 {
		in.PaginationToken = token
		out := pooltest.Must(x.w, x.w.S.Device.ListDevices, in)
		for _, d := range out.Devices {
			seen[*d.DeviceKey] = true
		}
		if token = out.PaginationToken; token == nil {
			break
		}
	}
	if len(seen) != 5 || token != nil {
		t.Errorf("%d devices, token %v", len(seen), token)
	}
	first := pooltest.Must(x.w, x.w.S.Device.AdminListDevices, &cognitoidp.AdminListDevicesInput{UserPoolId: x.pool, Username: "jo", Limit: new(int64(2))})
	bo := x.w.User(x.pool, "bo", "")
	for name, in := range map[string]*cognitoidp.AdminListDevicesInput{
		"other user": {Username: bo, Limit: new(int64(2)), PaginationToken: first.PaginationToken}, "other size": {Username: "jo", Limit: new(int64(3)), PaginationToken: first.PaginationToken},
		"garbage": {Username: "jo", PaginationToken: new("x")},
	} {
		in.UserPoolId = x.pool
		_, res := pooltest.Do(x.w, x.w.S.Device.AdminListDevices, in)
		if res.Message != "Invalid pagination token." {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
	_, res := pooltest.Do(x.w, x.w.S.Device.ListDevices, &cognitoidp.ListDevicesInput{AccessToken: x.access, Limit: new(int64(2)), PaginationToken: first.PaginationToken})
	x.w.Refused(res, ipe, "Invalid pagination token.") // an administrator's
	x.w.Advance(time.Hour)
	_, res = pooltest.Do(x.w, x.w.S.Device.AdminListDevices, &cognitoidp.AdminListDevicesInput{UserPoolId: x.pool, Username: "jo", Limit: new(int64(2)), PaginationToken: first.PaginationToken})
	x.w.Refused(res, ipe, "Invalid pagination token.")
}

func TestConfirmDevice_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.DevicePool(false, false)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "")
	w.User(pool, "bo", "")
	tokens, other, foreign := w.Tokens(client, "jo"), w.Tokens(client, "jo"), w.Tokens(client, "bo")
	d := w.NewDevice(tokens)
	if !strings.HasPrefix(d.Key, "us-east-1_") || len(d.Group) != 9 || d.Group[0] != '-' {
		t.Errorf("key %s, group %s", d.Key, d.Group)
	}
	_, res := d.Confirm("x")
	w.Refused(res, nae, "Invalid Access Token")
	for _, access := range []string{*other.AccessToken, *foreign.AccessToken} {
		_, res = d.Confirm(access)
		w.Refused(res, ipe, "Invalid device key given.")
	}
	for _, config := range []*cognitoidp.DeviceSecretVerifierConfigType{
		nil, {}, {PasswordVerifier: new("AQ=="), Salt: new("")}, {PasswordVerifier: new("!"), Salt: new("AQ==")}, {PasswordVerifier: new(strings.Repeat("A", 1<<20)), Salt: new("AQ==")},
	} {
		_, res = pooltest.Do(w, w.S.Device.ConfirmDevice, &cognitoidp.ConfirmDeviceInput{AccessToken: *tokens.AccessToken, DeviceKey: d.Key, DeviceSecretVerifierConfig: config})
		w.Refused(res, ipe, "Invalid DeviceSecretVerifierConfig.")
	}
	if _, res := d.Confirm(*tokens.AccessToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = d.Confirm(*tokens.AccessToken)
	w.Refused(res, "DeviceKeyExistsException", "Device key already exists.")
}

func TestDevice_untracked(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	pooltest.Must(x.w, x.w.S.Pool.UpdateUserPool, &cognitoidp.UpdateUserPoolInput{UserPoolId: x.pool})
	const code, message = "InvalidUserPoolConfigurationException", "Device tracking is not enabled for the user pool."
	_, res := x.get()
	x.w.Refused(res, code, message)
	_, res = x.d.Confirm(x.access)
	x.w.Refused(res, code, message)
	_, res = pooltest.Do(x.w, x.w.S.Device.AdminListDevices, &cognitoidp.AdminListDevicesInput{UserPoolId: x.pool, Username: "jo"})
	x.w.Refused(res, code, message)
	if m := x.w.Tokens(x.client, "jo").NewDeviceMetadata; m != nil {
		t.Error("a sign-in gives a device key")
	}
}

// Devices are reached by their owner and by administrators of their account only.
func TestAttack41_devices(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	x.w.User(x.pool, "bo", "")
	bo := *x.w.Tokens(x.client, "bo").AccessToken
	_, res := pooltest.Do(x.w, x.w.S.Device.GetDevice, &cognitoidp.GetDeviceInput{AccessToken: &bo, DeviceKey: x.d.Key})
	x.w.Refused(res, rnf, "Device does not exist.")
	_, res = pooltest.Do(x.w, pooltest.Nothing(x.w.S.Device.ForgetDevice), &cognitoidp.ForgetDeviceInput{AccessToken: &bo, DeviceKey: x.d.Key})
	x.w.Refused(res, rnf, "Device does not exist.")
	_, res = pooltest.Do(x.w, x.w.S.Device.UpdateDeviceStatus, &cognitoidp.UpdateDeviceStatusInput{AccessToken: bo, DeviceKey: x.d.Key, DeviceRememberedStatus: new("remembered")})
	x.w.Refused(res, rnf, "Device does not exist.")
	_, res = pooltest.Do(x.w, pooltest.Nothing(x.w.S.Device.ForgetDevice), &cognitoidp.ForgetDeviceInput{DeviceKey: x.d.Key})
	x.w.Refused(res, nae, "Invalid Access Token")
	_, res = pooltest.Do(x.w, x.w.S.Device.AdminGetDevice, &cognitoidp.AdminGetDeviceInput{UserPoolId: x.pool, Username: "bo", DeviceKey: x.d.Key})
	x.w.Refused(res, rnf, "Device does not exist.")
	_, res = pooltest.Do(x.w, x.w.S.Device.AdminGetDevice, &cognitoidp.AdminGetDeviceInput{UserPoolId: x.pool, Username: "nobody", DeviceKey: x.d.Key})
	x.w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = pooltest.As(x.w, "999999999999", pooltest.Region, "AIDAOTHER", pooltest.Nothing(x.w.S.Device.AdminForgetDevice), &cognitoidp.AdminForgetDeviceInput{UserPoolId: x.pool, Username: "jo", DeviceKey: x.d.Key})
	x.w.Refused(res, rnf, "User pool "+x.pool+" does not exist.")
	if _, res := x.get(); res.Err != nil {
		t.Fatal(res.Err)
	}
}

// A user has so many devices at most; the one not used for longest makes room. Deleting him deletes them.
func TestDevice_bounded(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	for range 100 {
		x.w.Advance(time.Second)
		tokens := x.w.Tokens(x.client, "jo")
		if _, res := x.w.NewDevice(tokens).Confirm(*tokens.AccessToken); res.Err != nil {
			t.Fatal(res.Err)
		}
	}
	rows := func() (n int) {
		x.w.View(func(tx store.Tx) error {
			for d, err := range userpool.Devices.Scan(tx, nil, nil) {
				if err != nil {
					return err
				}
				if n++; bytes.Contains(d.Verifier, []byte(d.Key)) {
					return fmt.Errorf("verifier of %s is not sealed", d.Key)
				}
			}
			return nil
		})
		return n
	}
	if n := rows(); n != 100 {
		t.Errorf("%d devices", n)
	}
	_, res := x.get()
	x.w.Refused(res, rnf, "Device does not exist.")
	pooltest.Must(x.w, pooltest.Nothing(x.w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: x.pool, Username: "jo"})
	if n := rows(); n != 0 {
		t.Errorf("%d devices of a deleted user", n)
	}
}

func TestDevice_purged(t *testing.T) {
	t.Parallel()
	x := confirmed(t, false)
	pooltest.Must(x.w, pooltest.Nothing(x.w.S.Pool.DeleteUserPool), &cognitoidp.DeleteUserPoolInput{UserPoolId: x.pool})
	payload := fmt.Appendf(nil, `{"Account":%q,"Region":%q,"Pool":%q}`, pooltest.Account, pooltest.Region, x.pool)
	if err := userpool.PurgeHandler(x.w.State)(t.Context(), job.Job{Payload: payload}); err != nil {
		t.Fatal(err)
	}
	x.w.View(func(tx store.Tx) error {
		for d, err := range userpool.Devices.Scan(tx, nil, nil) {
			if err != nil {
				return err
			}
			t.Errorf("device %s is left of a deleted pool", d.Key)
		}
		return nil
	})
}
