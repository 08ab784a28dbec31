package client

import (
	"encoding/base32"
	"encoding/json"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/credential/totp"
	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestCLIFactors is a user's way through the AWS CLI: signed up, with an authenticator, with a remembered device that stands for it,
// signed out everywhere. What an app computes (codes and the device's proof) is computed here.
func TestCLIFactors(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	c := newCLI(t, s)
	idp := func(args ...string) []string { return append([]string{"cognito-idp"}, args...) }
	const user, password, address = "clifactor", "Correct-Horse-42", "cli.factor@example.com"
	pool := c.get("UserPool.Id", idp("create-user-pool", "--pool-name", "cli", "--auto-verified-attributes", "email",
		"--device-configuration", "ChallengeRequiredOnNewDevice=true,DeviceOnlyRememberedOnUserPrompt=true")...)
	c.ok(idp("set-user-pool-mfa-config", "--user-pool-id", pool, "--mfa-configuration", "OPTIONAL", "--software-token-mfa-configuration", "Enabled=true")...)
	client := c.get("UserPoolClient.ClientId", idp("create-user-pool-client", "--user-pool-id", pool, "--client-name", "web",
		"--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")...)
	start := func(more string) []string {
		return idp("initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME="+user+",PASSWORD="+password+more)
	}
	answer := func(challenge, session, responses string) []string {
		out := idp("respond-to-auth-challenge", "--client-id", client, "--challenge-name", challenge, "--challenge-responses", "USERNAME="+user+","+responses)
		if session != "" {
			out = append(out, "--session", session)
		}
		return out
	}
	c.ok(idp("sign-up", "--client-id", client, "--username", user, "--password", password, "--user-attributes", "Name=email,Value="+address)...)
	c.ok(idp("confirm-sign-up", "--client-id", client, "--username", user, "--confirmation-code", s.Code(t, address))...)

	access := c.get("AuthenticationResult.AccessToken", start("")...)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(c.get("SecretCode", idp("associate-software-token", "--access-token", access)...))
	if err != nil {
		t.Fatal(err)
	}
	shown := func(later int64) string { return totp.Code(key, totp.Step(time.Now())+later) }
	if got := c.get("Status", idp("verify-software-token", "--access-token", access, "--user-code", shown(-1))...); got != "SUCCESS" {
		t.Errorf("VerifySoftwareToken: %s", got)
	}
	c.ok(idp("set-user-mfa-preference", "--access-token", access, "--software-token-mfa-settings", "Enabled=true,PreferredMfa=true")...)

	session := c.get("Session", start("")...)
	c.refused("An error occurred (CodeMismatchException) when calling the RespondToAuthChallenge operation: Invalid code or auth state for the user.",
		answer("SOFTWARE_TOKEN_MFA", session, "SOFTWARE_TOKEN_MFA_CODE="+other(shown(0)))...)
	var in struct {
		AuthenticationResult struct {
			AccessToken       string
			NewDeviceMetadata struct{ DeviceKey, DeviceGroupKey string }
		}
	}
	c.decode(&in, answer("SOFTWARE_TOKEN_MFA", session, "SOFTWARE_TOKEN_MFA_CODE="+shown(0))...)
	access = in.AuthenticationResult.AccessToken
	device, group := in.AuthenticationResult.NewDeviceMetadata.DeviceKey, in.AuthenticationResult.NewDeviceMetadata.DeviceGroupKey
	arithmetic := srp.New()
	keys := arithmetic.NewDevice(group, device)
	c.ok(idp("confirm-device", "--access-token", access, "--device-key", device, "--device-name", "terminal",
		"--device-secret-verifier-config", "PasswordVerifier="+keys.PasswordVerifier+",Salt="+keys.Salt)...)
	c.ok(idp("update-device-status", "--access-token", access, "--device-key", device, "--device-remembered-status", "remembered")...)

	var asked struct {
		ChallengeName, Session string
		ChallengeParameters    map[string]string
		AuthenticationResult   struct{ AccessToken string }
	}
	c.decode(&asked, start(",DEVICE_KEY="+device)...)
	if asked.ChallengeName != "DEVICE_SRP_AUTH" {
		t.Fatalf("a remembered device is asked %s", asked.ChallengeName)
	}
	side := arithmetic.NewClient()
	c.decode(&asked, answer("DEVICE_SRP_AUTH", asked.Session, "DEVICE_KEY="+device+",SRP_A="+side.A())...)
	p := asked.ChallengeParameters
	signature, at, err := side.Sign(group, device, keys.Password, p["SALT"], p["SRP_B"], p["SECRET_BLOCK"], time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c.decode(&asked, answer("DEVICE_PASSWORD_VERIFIER", "", "DEVICE_KEY="+device+",PASSWORD_CLAIM_SECRET_BLOCK="+p["SECRET_BLOCK"]+
		",PASSWORD_CLAIM_SIGNATURE="+signature+",TIMESTAMP="+at)...)
	access = asked.AuthenticationResult.AccessToken
	if got := c.get("Devices[].DeviceKey", idp("list-devices", "--access-token", access)...); got != device {
		t.Errorf("devices: %s, want %s", got, device)
	}
	c.ok(idp("global-sign-out", "--access-token", access)...)
	c.refused("An error occurred (NotAuthorizedException) when calling the GetUser operation: Access Token has been revoked", idp("get-user", "--access-token", access)...)
	c.sees("AssociateSoftwareToken", "VerifySoftwareToken", "ConfirmDevice", "UpdateDeviceStatus", "RespondToAuthChallenge")
}

// other is a code that is not this one, nor likely one of its neighbours.
func other(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

// decode is ok with the answer as a Go value.
func (c *cli) decode(out any, args ...string) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.ok(append(args, "--output", "json")...)), out); err != nil {
		c.t.Fatal(err)
	}
}
