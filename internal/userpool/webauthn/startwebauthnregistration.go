package webauthn

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// timeout is how many milliseconds the browser gives its user.
const timeout = 60_000

// creation is PublicKeyCredentialCreationOptionsJSON, in the order of Cognito's answers.
type creation struct {
	AuthenticatorSelection selection   `json:"authenticatorSelection"`
	Challenge              string      `json:"challenge"`
	ExcludeCredentials     []reference `json:"excludeCredentials"`
	PubKeyCredParams       []algorithm `json:"pubKeyCredParams"`
	RP                     party       `json:"rp"`
	Timeout                int         `json:"timeout"`
	User                   owner       `json:"user"`
}

type selection struct {
	RequireResidentKey bool   `json:"requireResidentKey"`
	ResidentKey        string `json:"residentKey"`
	UserVerification   string `json:"userVerification"`
}

type reference struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

type algorithm struct {
	Alg  int    `json:"alg"`
	Type string `json:"type"`
}

type party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type owner struct {
	DisplayName string `json:"displayName"`
	ID          string `json:"id"`
	Name        string `json:"name"`
}

// StartWebAuthnRegistration returns the options with which a user's browser makes a passkey. A new challenge takes the place of an
// older one of the user.
func (s *Service) StartWebAuthnRegistration(c *op.Call, in *cognitoidp.StartWebAuthnRegistrationInput) (*cognitoidp.StartWebAuthnRegistrationOutput, error) {
	b, p, err := s.registrar(c, in.AccessToken)
	if err != nil {
		return nil, err
	}
	had, err := s.Realm.PasskeysOf(c.Tx, b.Pool, b.User.Sub, "")
	if err != nil {
		return nil, err
	}
	if len(had) >= userpool.MaxPasskeys {
		return nil, tooMany()
	}
	challenge, err := s.Realm.AskPasskey(c.Tx, b.Pool, b.Client, b.User, c.Now)
	if err != nil {
		return nil, err
	}
	const kind = "public-key"
	name := b.Pool.CalledName(b.User)
	out := creation{
		AuthenticatorSelection: selection{true, "required", userpool.Verification(p)}, Challenge: challenge, ExcludeCredentials: []reference{},
		PubKeyCredParams: []algorithm{{passkey.ES256, kind}, {passkey.RS256, kind}}, RP: party{p.ID, p.ID}, Timeout: timeout,
		User: owner{name, base64.RawURLEncoding.EncodeToString([]byte(b.User.Sub)), name},
	}
	for _, k := range had {
		if k.Party == p.ID {
			out.ExcludeCredentials = append(out.ExcludeCredentials, reference{k.CredentialID(), kind})
		}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode options of a passkey: %w", err)
	}
	return &cognitoidp.StartWebAuthnRegistrationOutput{CredentialCreationOptions: raw}, nil
}
