// Package softkey is an authenticator and the browser around it, in software, for tests: what it answers to the options of a ceremony
// is what navigator.credentials would. The fields of a Key bend its answers into ones that have to be refused.
package softkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Flags of authenticator data. [WebAuthn 6.1]
const (
	Present  = 1 << 0
	Verified = 1 << 2
	Eligible = 1 << 3
	Backed   = 1 << 4
	Attested = 1 << 6
)

// Key is one passkey on the device of a user.
type Key struct {
	ID      []byte
	private *ecdsa.PrivateKey
	// Counter is that of the last answer; it grows by one with every answer unless Still.
	Counter uint32
	Still   bool
	User    []byte
	// Flags are those of every answer.
	Flags byte
	// Origin is the page's, Party the relying party id it uses; empty: the options'.
	Origin, Party string
	// Packed makes an attestation signed by the key itself instead of none.
	Packed bool
	// Type takes the place of the ceremony's type, Attachment that of "platform".
	Type, Attachment string
}

// New draws a key that is used from pages of an origin and verifies its user.
func New(origin string) *Key {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("BUG: generate key: " + err.Error())
	}
	id := make([]byte, 32)
	rand.Read(id)
	return &Key{ID: id, private: private, Origin: origin, Flags: Present | Verified, Attachment: "platform"}
}

// Twin is a copy of a key, as a thief of its device would make.
func (k *Key) Twin() *Key { return new(*k) }

type options struct {
	Challenge string `json:"challenge"`
	RPID      string `json:"rpId"`
	RP        struct {
		ID string `json:"id"`
	} `json:"rp"`
	User struct {
		ID string `json:"id"`
	} `json:"user"`
}

func text(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func (k *Key) clientData(kind, challenge string) []byte {
	if k.Type != "" {
		kind = k.Type
	}
	raw, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.Origin, "crossOrigin": false})
	if err != nil {
		panic("BUG: encode client data: " + err.Error())
	}
	return raw
}

// data is authenticator data without attested credential data.
func (k *Key) data(party string, flags byte) []byte {
	if k.Party != "" {
		party = k.Party
	}
	if !k.Still {
		k.Counter++
	}
	hash := sha256.Sum256([]byte(party))
	return binary.BigEndian.AppendUint32(append(hash[:], k.Flags|flags), k.Counter)
}

// COSE is the public key. [RFC 9053 section 7.1]
func (k *Key) COSE() []byte {
	point, err := k.private.PublicKey.Bytes()
	if err != nil {
		panic("BUG: encode key: " + err.Error())
	}
	return encode(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
}

func encode(v any) []byte {
	mode, err := cbor.CTAP2EncOptions().EncMode()
	if err != nil {
		panic("BUG: mode of CBOR: " + err.Error())
	}
	raw, err := mode.Marshal(v)
	if err != nil {
		panic("BUG: encode CBOR: " + err.Error())
	}
	return raw
}

func (k *Key) sign(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	sig, err := ecdsa.SignASN1(rand.Reader, k.private, h.Sum(nil))
	if err != nil {
		panic("BUG: sign: " + err.Error())
	}
	return sig
}

// Create answers the options of a registration with a RegistrationResponseJSON.
func (k *Key) Create(raw []byte) []byte {
	var o options
	if err := json.Unmarshal(raw, &o); err != nil {
		panic(fmt.Sprintf("options of a registration: %v", err))
	}
	k.User, _ = base64.RawURLEncoding.DecodeString(o.User.ID)
	client := k.clientData("webauthn.create", o.Challenge)
	data := k.data(o.RP.ID, Attested)
	data = append(data, make([]byte, 16)...) // AAGUID
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.ID)))
	data = append(append(data, k.ID...), k.COSE()...)
	format, statement := "none", map[string]any{}
	if k.Packed {
		hash := sha256.Sum256(client)
		format, statement = "packed", map[string]any{"alg": -7, "sig": k.sign(data, hash[:])}
	}
	public, err := x509.MarshalPKIXPublicKey(&k.private.PublicKey)
	if err != nil {
		panic("BUG: encode key: " + err.Error())
	}
	return k.answer(map[string]any{
		"clientDataJSON": text(client), "attestationObject": text(encode(map[string]any{"fmt": format, "attStmt": statement, "authData": data})),
		"transports": []string{"internal", "hybrid"}, "publicKey": text(public), "publicKeyAlgorithm": -7, "authenticatorData": text(data),
	})
}

// Get answers the options of a sign-in with an AuthenticationResponseJSON.
func (k *Key) Get(raw []byte) []byte {
	var o options
	if err := json.Unmarshal(raw, &o); err != nil {
		panic(fmt.Sprintf("options of a sign-in: %v", err))
	}
	client := k.clientData("webauthn.get", o.Challenge)
	data := k.data(o.RPID, 0)
	hash := sha256.Sum256(client)
	return k.answer(map[string]any{
		"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(k.sign(data, hash[:])), "userHandle": text(k.User),
	})
}

func (k *Key) answer(response map[string]any) []byte {
	raw, err := json.Marshal(map[string]any{
		"id": text(k.ID), "rawId": text(k.ID), "type": "public-key", "authenticatorAttachment": k.Attachment, "clientExtensionResults": map[string]any{}, "response": response,
	})
	if err != nil {
		panic("BUG: encode answer: " + err.Error())
	}
	return raw
}
