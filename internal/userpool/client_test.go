package userpool_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func TestSecretHash(t *testing.T) {
	t.Parallel()
	// printf 'johnDoe1example23456789' | openssl dgst -sha256 -hmac 'secret1example' -binary | base64
	if got := userpool.SecretHash("secret1example", "johnDoe", "1example23456789"); got != "RLZ6PIiYGId7OiO82AFFyantbj29oLia6bfJal8mmmU=" {
		t.Errorf("hash is %s", got)
	}
}

func TestClient_Allows(t *testing.T) {
	t.Parallel()
	const srp, password, refresh, refresh2, custom, user = "USER_SRP_AUTH", "USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", "CUSTOM_AUTH", "USER_AUTH"
	all := []string{srp, password, refresh, refresh2, custom, user, "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}
	for _, c := range []struct {
		name string
		list []string
		want string // + or - for each of all
	}{
		{"default", nil, "+-+++---"},
		{"password only", []string{"ALLOW_USER_PASSWORD_AUTH"}, "-+------"},
		{"refresh only", []string{"ALLOW_REFRESH_TOKEN_AUTH"}, "--++----"},
		{"all", []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}, "++++++--"},
		{"older password", []string{"USER_PASSWORD_AUTH"}, "+++++---"},
		{"older custom only", []string{"CUSTOM_AUTH_FLOW_ONLY"}, "--+++---"},
		{"older administrator", []string{"ADMIN_NO_SRP_AUTH"}, "+-+++-++"},
		{"administrator", []string{"ALLOW_ADMIN_USER_PASSWORD_AUTH"}, "------++"},
	} {
		client := userpool.Client{Settings: cognitoidp.UserPoolClientType{ExplicitAuthFlows: c.list}}
		for i, flow := range all {
			if got := client.Allows(flow); got != (c.want[i] == '+') {
				t.Errorf("%s: %s is %t", c.name, flow, got)
			}
		}
	}
}

func TestClient_Life(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set                 cognitoidp.UserPoolClientType
		id, access, refresh time.Duration
	}{
		"default":       {cognitoidp.UserPoolClientType{}, time.Hour, time.Hour, 30 * 24 * time.Hour},
		"default units": {cognitoidp.UserPoolClientType{IdTokenValidity: new(int64(2)), AccessTokenValidity: new(int64(3)), RefreshTokenValidity: new(int64(4))}, 2 * time.Hour, 3 * time.Hour, 96 * time.Hour},
		"units": {cognitoidp.UserPoolClientType{
			IdTokenValidity: new(int64(600)), AccessTokenValidity: new(int64(20)), RefreshTokenValidity: new(int64(5)),
			TokenValidityUnits: &cognitoidp.TokenValidityUnitsType{IdToken: new("seconds"), AccessToken: new("minutes"), RefreshToken: new("hours")},
		}, 10 * time.Minute, 20 * time.Minute, 5 * time.Hour},
	} {
		id, access, refresh := (&userpool.Client{Settings: c.set}).Life()
		if id != c.id || access != c.access || refresh != c.refresh {
			t.Errorf("%s: %v %v %v", name, id, access, refresh)
		}
	}
}
