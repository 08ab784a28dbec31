package passkey

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// Why an answer is refused.
var (
	// ErrMalformed tells that the answer, or a part of it, cannot be read.
	ErrMalformed = errors.New("answer of an authenticator is malformed")
	// ErrOrigin tells that a page of another domain asked for it.
	ErrOrigin = errors.New("origin of another domain")
	// ErrParty tells that the credential is of another relying party.
	ErrParty = errors.New("credential of another relying party")
	// ErrUnsupported tells of an algorithm, a key or an attestation that is not accepted.
	ErrUnsupported = errors.New("credential is not supported")
	// ErrUnverified tells that the user was not verified, or not even present, as the relying party demands.
	ErrUnverified = errors.New("user was not verified")
	// ErrProof tells that the signature is not the credential's.
	ErrProof = errors.New("signature of another credential")
	// ErrCounter tells that the counter went backwards: there is a second authenticator with the same key. [WebAuthn 6.1.1]
	ErrCounter = errors.New("counter of a credential went backwards")
)

// Algorithms of keys, as COSE numbers them.
const (
	ES256 = -7
	RS256 = -257
)

// Bounds of what is looked at, in bytes. The longest credential id is the standard's; of RSA keys 2048 to 4096 bits are accepted.
const (
	MaxAnswer = 64 << 10

	maxID          = 1023
	maxTransports  = 8
	maxTransport   = 32
	leastRSA       = 2048 / 8
	mostRSA        = 4096 / 8
	challengeBytes = 32
)

// Credential is a passkey as its relying party keeps it. Nothing of it is secret.
type Credential struct {
	ID []byte
	// Key is the public key, as COSE.
	Key     []byte
	Counter uint32
	// Backed tells that the key may be copied to other devices of its user. It never changes.
	Backed bool
	// Attachment is platform or cross-platform, or empty if the client did not say.
	Attachment string
	Transports []string
}

// Use is what a good assertion tells.
type Use struct {
	// Counter takes the place of the credential's.
	Counter uint32
	// Verified tells that the authenticator verified its user.
	Verified bool
}

// NewChallenge draws a challenge, as base64url text, the form in which it comes back.
func NewChallenge() string {
	raw := make([]byte, challengeBytes)
	rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}

// answer is what both ceremonies' JSON have in common.
type answer struct {
	credential protocol.PublicKeyCredential
	response   map[string]json.RawMessage
}

// parse reads a PublicKeyCredential as its toJSON writes it. Names are compared letter for letter.
func parse(raw []byte) (*answer, error) {
	if len(raw) > MaxAnswer {
		return nil, ErrMalformed
	}
	var top map[string]json.RawMessage
	if json.Unmarshal(raw, &top) != nil {
		return nil, ErrMalformed
	}
	a := new(answer)
	var id string
	rawID := binary(top["rawId"])
	switch {
	case json.Unmarshal(top["id"], &id) != nil, len(rawID) == 0, len(rawID) > maxID, json.Unmarshal(top["response"], &a.response) != nil:
		return nil, ErrMalformed
	}
	a.credential.ID, a.credential.RawID = id, rawID
	if json.Unmarshal(top["type"], &a.credential.Type) != nil {
		return nil, ErrMalformed
	}
	if v, ok := top["authenticatorAttachment"]; ok && json.Unmarshal(v, &a.credential.AuthenticatorAttachment) != nil {
		return nil, ErrMalformed
	}
	return a, nil
}

// binary decodes base64url, padded or not, nil if it is none or empty.
func binary(raw json.RawMessage) []byte {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	for i := 0; i < 2 && len(text) > 0 && text[len(text)-1] == '='; i++ {
		text = text[:len(text)-1]
	}
	out, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(out) == 0 {
		return nil
	}
	return out
}

// Attestation is the answer to a registration.
type Attestation struct {
	parsed     *protocol.ParsedCredentialCreationData
	transports []string
	attachment string
}

// ParseAttestation reads a RegistrationResponseJSON. All members of its response have to be there. The error is ErrMalformed.
func ParseAttestation(raw []byte) (*Attestation, error) {
	a, err := parse(raw)
	if err != nil {
		return nil, err
	}
	in := protocol.CredentialCreationResponse{PublicKeyCredential: a.credential}
	in.AttestationResponse.ClientDataJSON = binary(a.response["clientDataJSON"])
	in.AttestationResponse.AttestationObject = binary(a.response["attestationObject"])
	var algorithm int64
	out := &Attestation{attachment: attachment(a.credential.AuthenticatorAttachment)}
	switch {
	case len(binary(a.response["publicKey"])) == 0, json.Unmarshal(a.response["publicKeyAlgorithm"], &algorithm) != nil,
		json.Unmarshal(a.response["transports"], &out.transports) != nil, len(out.transports) > maxTransports,
		slices.ContainsFunc(out.transports, func(t string) bool { return len(t) > maxTransport }):
		return nil, ErrMalformed
	}
	if out.parsed, err = in.Parse(); err != nil {
		return nil, ErrMalformed
	}
	// What the client took out of the attestation has to be what stands in it.
	if !bytes.Equal(binary(a.response["authenticatorData"]), out.parsed.Response.AttestationObject.RawAuthData) {
		return nil, ErrMalformed
	}
	return out, nil
}

func attachment(text string) string {
	if text == "platform" || text == "cross-platform" {
		return text
	}
	return ""
}

// Challenge is the challenge that was answered, as NewChallenge gave it.
func (a *Attestation) Challenge() string { return a.parsed.Response.CollectedClientData.Challenge }

// Verify checks everything but the challenge, which the caller has found by Challenge. An attestation that comes must be good, but
// none has to, and makers are not looked up.
func (a *Attestation) Verify(p Party) (*Credential, error) {
	data := &a.parsed.Response.AttestationObject.AuthData
	if err := p.check(&a.parsed.Response.CollectedClientData, protocol.CreateCeremony, data); err != nil {
		return nil, err
	}
	if err := supported(data.AttData.CredentialPublicKey); err != nil {
		return nil, err
	}
	origins, opaque := origin(a.parsed.Response.CollectedClientData.Origin)
	_, err := a.parsed.Verify(a.Challenge(), p.ID, origins, opaque, nil, protocol.TopOriginExplicitVerificationMode, false, p.Verify, true, nil,
		[]protocol.CredentialParameter{{Type: protocol.PublicKeyCredentialType, Algorithm: ES256}, {Type: protocol.PublicKeyCredentialType, Algorithm: RS256}},
		protocol.AttestationPolicy{AndroidKey: protocol.AndroidKeyPolicy{AuthorizationScope: protocol.AndroidKeyAuthorizationScopeUnion}}, protocol.SignaturePolicy{})
	if err != nil {
		return nil, ErrUnsupported
	}
	return &Credential{
		ID: slices.Clone(data.AttData.CredentialID), Key: slices.Clone(data.AttData.CredentialPublicKey), Counter: data.Counter,
		Backed: data.Flags.HasBackupEligible(), Attachment: a.attachment, Transports: a.transports,
	}, nil
}

// origin is an origin in the two lists the library looks at.
func origin(o string) (pages, opaque []string) {
	if apps.MatchString(o) {
		return nil, []string{o}
	}
	return []string{o}, nil
}

// check is what both ceremonies demand, in the order of the standard.
func (p Party) check(client *protocol.CollectedClientData, ceremony protocol.CeremonyType, data *protocol.AuthenticatorData) error {
	hash := sha256.Sum256([]byte(p.ID))
	switch {
	case client.Type != ceremony:
		return ErrMalformed
	case !p.allows(client.Origin), client.CrossOrigin, client.TopOrigin != "":
		return ErrOrigin
	case !bytes.Equal(data.RPIDHash, hash[:]):
		return ErrParty
	case !data.Flags.UserPresent(), p.Verify && !data.Flags.UserVerified():
		return ErrUnverified
	case data.Flags.HasBackupState() && !data.Flags.HasBackupEligible():
		return ErrMalformed
	}
	return nil
}

// supported tells whether a public key is of an algorithm and a size that sign-ins are accepted with.
func supported(key []byte) error {
	parsed, err := webauthncose.ParsePublicKey(key)
	if err != nil {
		return ErrUnsupported
	}
	switch k := parsed.(type) {
	case webauthncose.EC2PublicKeyData:
		if k.Algorithm == ES256 {
			return nil
		}
	case webauthncose.RSAPublicKeyData:
		modulus := bytes.TrimLeft(k.Modulus, "\x00")
		if k.Algorithm == RS256 && len(modulus) >= leastRSA && len(modulus) <= mostRSA && len(k.Exponent) <= 4 {
			return nil
		}
	}
	return ErrUnsupported
}

// Assertion is the answer to a sign-in.
type Assertion struct {
	parsed *protocol.ParsedCredentialAssertionData
}

// ParseAssertion reads an AuthenticationResponseJSON. The error is ErrMalformed.
func ParseAssertion(raw []byte) (*Assertion, error) {
	a, err := parse(raw)
	if err != nil {
		return nil, err
	}
	in := protocol.CredentialAssertionResponse{PublicKeyCredential: a.credential}
	in.AssertionResponse.ClientDataJSON = binary(a.response["clientDataJSON"])
	in.AssertionResponse.AuthenticatorData = binary(a.response["authenticatorData"])
	in.AssertionResponse.Signature = binary(a.response["signature"])
	if v := a.response["userHandle"]; len(v) > 0 && string(v) != "null" {
		in.AssertionResponse.UserHandle = binary(v)
	}
	parsed, err := in.Parse()
	if err != nil || len(parsed.Response.Signature) == 0 {
		return nil, ErrMalformed
	}
	return &Assertion{parsed}, nil
}

// Challenge is the challenge that was answered, ID the credential that answered it, and UserHandle whose the authenticator says it
// is, nil if it does not say.
func (a *Assertion) Challenge() string  { return a.parsed.Response.CollectedClientData.Challenge }
func (a *Assertion) ID() []byte         { return a.parsed.RawID }
func (a *Assertion) UserHandle() []byte { return a.parsed.Response.UserHandle }

// Verify checks everything but the challenge, which the caller has found by Challenge, against the credential with the answer's ID.
func (a *Assertion) Verify(p Party, c *Credential) (Use, error) {
	client, data := &a.parsed.Response.CollectedClientData, &a.parsed.Response.AuthenticatorData
	if err := p.check(client, protocol.AssertCeremony, data); err != nil {
		return Use{}, err
	}
	origins, opaque := origin(client.Origin)
	err := a.parsed.Verify(client.Challenge, p.ID, "", origins, opaque, nil, protocol.TopOriginExplicitVerificationMode, false, p.Verify, true, c.Key, protocol.SignaturePolicy{})
	switch {
	case err != nil, data.Flags.HasBackupEligible() != c.Backed:
		return Use{}, ErrProof
	case (data.Counter != 0 || c.Counter != 0) && data.Counter <= c.Counter:
		return Use{}, ErrCounter
	}
	return Use{Counter: data.Counter, Verified: data.Flags.UserVerified()}, nil
}

// Stranger is a credential nobody is believed by: to check an answer against it costs what a check costs, for names and credentials
// that are not known. Its key is the base point of the curve.
func Stranger() *Credential {
	return &Credential{Key: []byte("\xa5\x01\x02\x03\x26\x20\x01" +
		"\x21\x58\x20\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96" +
		"\x22\x58\x20\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5")}
}
