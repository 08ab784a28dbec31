package service_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

var errUndo = errors.New("undo")

// Records of second factors, rotation and devices show what was done and none of what proves it, and unsigned calls find their owner.
func TestAttack52_factorsInRecords(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.DevicePool(true, false)
	w.SetMFA(pool, "ON", "SMS_MFA", "SOFTWARE_TOKEN_MFA")
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"}
		in.RefreshTokenRotation = &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED"}
	}).ClientId
	w.User(pool, "secretname", "")

	start := &cognitoidp.AdminInitiateAuthInput{UserPoolId: pool, ClientId: client, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters: map[string]string{"USERNAME": "secretname", "PASSWORD": pooltest.Password}}
	started := pooltest.Must(w, w.S.Signin.AdminInitiateAuth, start)
	associate := &cognitoidp.AssociateSoftwareTokenInput{Session: started.Session}
	associated := pooltest.Must(w, w.S.MFA.AssociateSoftwareToken, associate)
	code := w.Authenticator(*associated.SecretCode).Code(0)
	verify := &cognitoidp.VerifySoftwareTokenInput{Session: associated.Session, UserCode: code}
	verified := pooltest.Must(w, w.S.MFA.VerifySoftwareToken, verify)
	answer := &cognitoidp.AdminRespondToAuthChallengeInput{
		UserPoolId: pool, ClientId: client, ChallengeName: "MFA_SETUP", Session: verified.Session, ChallengeResponses: map[string]string{"USERNAME": "secretname"},
	}
	answered := pooltest.Must(w, w.S.Signin.AdminRespondToAuthChallenge, answer)
	tokens := answered.AuthenticationResult
	refresh := &cognitoidp.GetTokensFromRefreshTokenInput{ClientId: client, RefreshToken: *tokens.RefreshToken}
	refreshed := pooltest.Must(w, w.S.Signin.GetTokensFromRefreshToken, refresh)
	access := refreshed.AuthenticationResult.AccessToken
	prefer := &cognitoidp.SetUserMFAPreferenceInput{AccessToken: *access, SoftwareTokenMfaSettings: &cognitoidp.SoftwareTokenMfaSettingsType{Enabled: new(true)}}
	adminPrefer := &cognitoidp.AdminSetUserMFAPreferenceInput{UserPoolId: pool, Username: "secretname", SoftwareTokenMfaSettings: prefer.SoftwareTokenMfaSettings}
	settings := &cognitoidp.SetUserSettingsInput{AccessToken: *access, MFAOptions: []cognitoidp.MFAOptionType{}}
	adminSettings := &cognitoidp.AdminSetUserSettingsInput{UserPoolId: pool, Username: "secretname", MFAOptions: []cognitoidp.MFAOptionType{}}
	confirm := &cognitoidp.ConfirmDeviceInput{AccessToken: *access, DeviceKey: *tokens.NewDeviceMetadata.DeviceKey}
	status := &cognitoidp.UpdateDeviceStatusInput{AccessToken: *access, DeviceKey: confirm.DeviceKey, DeviceRememberedStatus: new("remembered")}
	forget := &cognitoidp.ForgetDeviceInput{AccessToken: access, DeviceKey: confirm.DeviceKey}
	get := &cognitoidp.GetDeviceInput{AccessToken: access, DeviceKey: confirm.DeviceKey}
	list := &cognitoidp.ListDevicesInput{AccessToken: *access}
	adminForget := &cognitoidp.AdminForgetDeviceInput{UserPoolId: pool, Username: "secretname", DeviceKey: confirm.DeviceKey}

	private := []string{
		"secretname", pooltest.Password, *started.Session, *associated.Session, *associated.SecretCode, *verified.Session, code, *tokens.AccessToken, *tokens.IdToken,
		*tokens.RefreshToken, *access, *refreshed.AuthenticationResult.RefreshToken,
	}
	const hidden = `"HIDDEN_FOR_SECURITY_REASONS"`
	for _, c := range []struct {
		operation    string
		in, out      any
		unsigned     bool
		shows, shown string // parts of request and response
	}{
		{"AdminInitiateAuth", start, started, false, `"authFlow":"ADMIN_USER_PASSWORD_AUTH"`, `"challengeName":"MFA_SETUP"`},
		{"AssociateSoftwareToken", associate, associated, true, `"session":` + hidden, `"secretCode":` + hidden},
		{"VerifySoftwareToken", verify, verified, true, `"userCode":` + hidden, `"status":"SUCCESS"`},
		{"AdminRespondToAuthChallenge", answer, answered, false, `"challengeName":"MFA_SETUP"`, `"refreshToken":` + hidden},
		{"GetTokensFromRefreshToken", refresh, refreshed, true, `"refreshToken":` + hidden, `"refreshToken":` + hidden},
		{"SetUserMFAPreference", prefer, nil, true, `"softwareTokenMfaSettings":{"enabled":true}`, ""},
		{"AdminSetUserMFAPreference", adminPrefer, nil, false, `"username":` + hidden, ""},
		{"SetUserSettings", settings, nil, true, `"accessToken":` + hidden, ""},
		{"AdminSetUserSettings", adminSettings, nil, false, `"username":` + hidden, ""},
		{"ConfirmDevice", confirm, nil, true, `"deviceKey":"` + confirm.DeviceKey + `"`, ""},
		{"UpdateDeviceStatus", status, nil, true, `"deviceRememberedStatus":"remembered"`, ""},
		{"ForgetDevice", forget, nil, true, `"accessToken":` + hidden, ""},
		{"GetDevice", get, nil, true, `"accessToken":` + hidden, ""},
		{"ListDevices", list, nil, true, `"accessToken":` + hidden, ""},
		{"AdminForgetDevice", adminForget, nil, false, `"username":` + hidden, ""},
	} {
		request, response := w.Recorded(c.operation, c.in, c.out)
		if !strings.Contains(request, c.shows) || !strings.Contains(response, c.shown) {
			t.Errorf("%s: record shows\n%s\n%s", c.operation, request, response)
		}
		for _, p := range private {
			if strings.Contains(request+response, p) {
				t.Errorf("%s: record tells %.20s…", c.operation, p)
			}
		}
		err := w.State.Update(context.Background(), func(tx store.Tx) error {
			account, region, ok := w.S.Realm.Owner(tx, c.in)
			if ok != c.unsigned || ok && (account != pooltest.Account || region != pooltest.Region) {
				t.Errorf("%s belongs to %q %q, %t", c.operation, account, region, ok)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
	}
}
