package userpool

import (
	"math/rand/v2"
	"sync"
	"time"
)

// typicalUser holds what rows of users say again and again, the most frequent at its end. Rows are packed against it: a change needs
// another id at the packer.
const typicalUser = `"Hash":"$argon2id$v=19$m=","Earlier":[{"Verifier":""}],"Pending":[{"Name":"email","Value":"","Expires":17` +
	`"Identities":[{"Provider":"","Type":"OIDC","Attribute":"Cognito_Subject","Value":"","Issuer":"","Primary":true,"Created":17` +
	`"Type":"SAML""Type":"Google""Type":"Facebook""Type":"SignInWithApple""Type":"LoginWithAmazon"` +
	`{"Name":"gender","Value":""},{"Name":"birthdate","Value":"19"},{"Name":"locale","Value":"en_US"},{"Name":"zoneinfo","Value":"Europe/"},` +
	`{"Name":"middle_name","Value":""},{"Name":"nickname","Value":""},{"Name":"profile","Value":""},{"Name":"website","Value":"https://www."},` +
	`{"Name":"picture","Value":"https://"},{"Name":"address","Value":""},{"Name":"updated_at","Value":"17"},{"Name":"custom:tenant_id","Value":""},` +
	`"Status":"FORCE_CHANGE_PASSWORD","Status":"UNCONFIRMED","Status":"RESET_REQUIRED","Status":"EXTERNAL_PROVIDER","Enabled":false` +
	`"TemporarySince":"2026-","Groups":["","Factors":{"Enabled":["SMS_MFA","EMAIL_OTP","SOFTWARE_TOKEN_MFA"],"Preferred":"SOFTWARE_TOKEN_MFA",` +
	`"Passkeys":true,"Secret":"","Associated":"","Device":"","Step":"Region":"eu-central-1","Pool":"eu-central-1_` +
	`"Region":"eu-west-1","Pool":"eu-west-1_"Region":"us-west-2","Pool":"us-west-2_"@gmail.com"@outlook.com"@yahoo.com"@hotmail.com"@icloud.com` +
	`{"Account":"123456789012","Region":"us-east-1","Pool":"us-east-1_","Sub":"","Username":"","Attributes":[{"Name":"name","Value":""},` +
	`{"Name":"given_name","Value":""},{"Name":"family_name","Value":""},{"Name":"preferred_username","Value":""},` +
	`{"Name":"email","Value":"@example.com"},{"Name":"email_verified","Value":"true"},{"Name":"phone_number","Value":"+1"},` +
	`{"Name":"phone_number_verified","Value":"false"}],"Status":"CONFIRMED","Enabled":true,"Created":"2026-","Modified":"2026-",` +
	`"Credential":{"Verifier":""},"Generation":0,"Logins":[""]}`

// standIn is the row of a user as most are; nothing in it is looked at. Its verifier is as random as others, so that reading it costs
// as much.
var standIn = sync.OnceValues(func() ([]byte, error) {
	verifier := make([]byte, 468)
	if _, err := rand.NewChaCha8([32]byte{}).Read(verifier); err != nil {
		return nil, err
	}
	const sub, name = "00000000-0000-7000-8000-000000000000", "nobody-at-all"
	at := time.Date(2026, 1, 1, 0, 0, 0, 123456789, time.UTC)
	return Users.Encode(&User{
		Account: "000000000000", Region: "us-east-1", Pool: "us-east-1_AAAAAAAAA", Sub: sub, Username: name,
		Attributes: []Attribute{{Email, "nobody@example.com"}, {Email + "_verified", "true"}},
		Status:     Confirmed, Enabled: true, Created: at, Modified: at, Credential: Credential{Verifier: verifier}, TemporarySince: at,
		Logins: []string{name, sub},
	})
})
