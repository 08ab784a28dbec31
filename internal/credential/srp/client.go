package srp

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"math/big"
	"time"
)

// ErrBadB reports a challenge no honest server sends.
var ErrBadB = errors.New("SRP_B or SALT is not usable")

// Client is the other side, for one sign-in: it makes SRP_A and, from the challenge, the claim's signature. The demo, the
// load generator and the tests use it; servers do not.
type Client struct {
	group *Group
	a     *big.Int
	pub   *big.Int
}

// NewClient starts a sign-in with a fresh ephemeral of 256 bits.
func (gr *Group) NewClient() *Client {
	var raw [exponentBits / 8]byte
	rand.Read(raw[:])
	return gr.newClient(new(big.Int).SetBytes(raw[:]))
}

func (gr *Group) newClient(a *big.Int) *Client {
	return &Client{group: gr, a: a, pub: gr.power(a)}
}

// A is SRP_A in lower-case hexadecimal.
func (c *Client) A() string { return c.pub.Text(16) }

// Sign answers PASSWORD_VERIFIER (or DEVICE_PASSWORD_VERIFIER): salt, srpB and secretBlock are the challenge's text, now goes
// into the returned TIMESTAMP. The signature is PASSWORD_CLAIM_SIGNATURE.
func (c *Client) Sign(poolName, userID, password, salt, srpB, secretBlock string, now time.Time) (signatureText, timestamp string, err error) {
	u, shared, err := c.shared(poolName, userID, password, salt, srpB)
	if err != nil {
		return "", "", err
	}
	block, err := base64.StdEncoding.DecodeString(secretBlock)
	if err != nil {
		return "", "", errors.New("SECRET_BLOCK is not base64")
	}
	timestamp = FormatTimestamp(now)
	sum := signature(sessionKey(u, shared), poolName, userID, block, timestamp)
	return base64.StdEncoding.EncodeToString(sum), timestamp, nil
}

func (c *Client) shared(poolName, userID, password, salt, srpB string) (u, shared *big.Int, err error) {
	gr := c.group
	b, ok := parseHex(srpB)
	if !ok || new(big.Int).Rem(b, gr.n).Sign() == 0 {
		return nil, nil, ErrBadB
	}
	s, ok := parseHex(salt)
	if !ok {
		return nil, nil, ErrBadB
	}
	u = hashInt(pad(c.pub), pad(b))
	if u.Sign() == 0 {
		return nil, nil, ErrBadB
	}
	x := secretExponent(s.Bytes(), poolName, userID, password)
	base := new(big.Int).Mul(gr.k, gr.power(x))
	base.Sub(b, base)
	base.Mod(base, gr.n) // never negative
	e := new(big.Int).Mul(u, x)
	e.Add(e, c.a)
	return u, base.Exp(base, e, gr.n), nil
}

// Device is what a client makes for ConfirmDevice.
type Device struct {
	Password         string // kept by the client
	PasswordVerifier string // DeviceSecretVerifierConfig.PasswordVerifier
	Salt             string // DeviceSecretVerifierConfig.Salt
}

// NewDevice makes a device's password and verifier for the keys the pool issued in NewDeviceMetadata.
func (gr *Group) NewDevice(groupKey, deviceKey string) Device {
	secret := make([]byte, 40)
	rand.Read(secret)
	password := base64.StdEncoding.EncodeToString(secret)
	v := gr.NewVerifier(groupKey, deviceKey, password)
	return Device{
		Password:         password,
		PasswordVerifier: base64.StdEncoding.EncodeToString(pad(new(big.Int).SetBytes(v.V))),
		Salt:             base64.StdEncoding.EncodeToString(pad(new(big.Int).SetBytes(v.Salt))),
	}
}

// PadHex writes the number behind a hexadecimal text in the padded form clients hash: an even number of digits, with 00 in
// front if the top bit is set. It is exported for clients of other languages under test.
func PadHex(s string) (string, bool) {
	i, ok := parseHex(s)
	if !ok {
		return "", false
	}
	return hex.EncodeToString(pad(i)), true
}
