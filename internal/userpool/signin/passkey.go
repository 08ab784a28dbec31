package signin

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// passkeyTimeout is how many milliseconds the browser gives its user. (inferred)
const passkeyTimeout = 180_000

// request is PublicKeyCredentialRequestOptionsJSON.
type request struct {
	Challenge        string       `json:"challenge"`
	Timeout          int          `json:"timeout"`
	RPID             string       `json:"rpId"`
	AllowCredentials []credential `json:"allowCredentials"`
	UserVerification string       `json:"userVerification"`
}

type credential struct {
	ID         string   `json:"id"`
	Type       string   `json:"type"`
	Transports []string `json:"transports"`
}

// passkeyOptions are the parameters that ask for one of the user's passkeys, or for one that a name which means nobody could have,
// and what the session remembers of them.
func (x *chooser) passkeyOptions() (map[string]string, *userpool.Choice, error) {
	o := request{Challenge: passkey.NewChallenge(), Timeout: passkeyTimeout, RPID: x.party.ID, UserVerification: userpool.Verification(x.party)}
	for _, k := range x.keys {
		o.AllowCredentials = append(o.AllowCredentials, credential{k.CredentialID(), "public-key", append([]string{}, k.Credential.Transports...)})
	}
	if x.user == nil {
		id := base64.RawURLEncoding.EncodeToString(x.realm.PretendPasskey(x.who, x.party.ID))
		o.AllowCredentials = []credential{{id, "public-key", []string{"internal", "hybrid"}}}
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, nil, fmt.Errorf("encode options of a passkey: %w", err)
	}
	return map[string]string{"CREDENTIAL_REQUEST_OPTIONS": string(raw), "USERNAME": x.srpID()},
		&userpool.Choice{Passkey: x.realm.MarkPasskey(o.Challenge)}, nil
}

// checkPasskey takes the answer of a passkey. Its challenge is good for one answer, right or wrong; a wrong one is counted like a
// wrong password.
func (x *chooser) checkPasskey(row *userpool.Session) (*outcome, error) {
	a, err := passkey.ParseAssertion([]byte(x.params["CREDENTIAL"]))
	if err != nil {
		return nil, badCredential()
	}
	x.burn(row)
	known := userpool.OwnPasskey(x.keys, a.ID())
	against := passkey.Stranger()
	if known != nil {
		against = &known.Credential
	}
	use, err := a.Verify(x.party, against)
	handle := a.UserHandle()
	switch {
	case err != nil, known == nil, x.user == nil, !x.realm.IsPasskey(row.Choice, a.Challenge()), handle != nil && string(handle) != x.user.Sub:
		return nil, x.wrong()
	}
	known.Credential.Counter = use.Counter
	if err := x.realm.PutPasskey(x.c.Tx, known); err != nil {
		return nil, err
	}
	proved := []string{userpool.ByRoaming}
	if known.Credential.Attachment == "platform" {
		proved = []string{userpool.ByPlatform}
	}
	if x.pool.PasskeysSuffice() && use.Verified {
		proved = userpool.Several(proved)
	}
	return x.admitFirst(proved...)
}
