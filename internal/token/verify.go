package token

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// MaxSize is the longest token looked at, in characters.
const MaxSize = 64 << 10

const (
	maxHeader = 1 << 10
	// iatLeeway allows for machines whose clocks differ.
	iatLeeway = 60 * time.Second
)

// Why a token is refused, one kind each, in the order of the checks.
var (
	ErrMalformed   = errors.New("malformed token")
	ErrAlgorithm   = errors.New("token algorithm is not RS256")
	ErrUnknownKey  = errors.New("token key is not of this pool")
	ErrSignature   = errors.New("token signature does not match")
	ErrIssuer      = errors.New("token of another issuer")
	ErrUse         = errors.New("token of another use")
	ErrClient      = errors.New("token of another client")
	ErrExpired     = errors.New("token has expired")
	ErrNotYetValid = errors.New("token is issued in the future")
)

// Expect is what a token must be. Issuer, Use and Now are required.
type Expect struct {
	Issuer   string
	Use      string // UseID or UseAccess
	ClientID string // empty: any client of the pool
	Now      time.Time
}

// Claims is what the server reads back of a verified token.
type Claims struct {
	Subject, Issuer, ClientID, Username, Use string
	JTI, OriginJTI, EventID, Scope           string
	DeviceKey, ACR, Nonce                    string
	Groups, Roles, AMR                       []string
	PreferredRole                            string
	AuthTime, Issued, Expires                time.Time
	// Payload is the whole claims set as signed.
	Payload []byte
}

// HasScope reports whether an access token was granted a scope.
func (c *Claims) HasScope(scope string) bool {
	for s := range strings.FieldsSeq(c.Scope) {
		if s == scope {
			return true
		}
	}
	return false
}

// Verify checks a token against the keys of one pool (KeySet.Key) and what is expected of it. The error is one of this
// package's kinds and never holds a part of the token.
func Verify(token string, key func(kid string) *rsa.PublicKey, want Expect) (*Claims, error) {
	if want.Issuer == "" || want.Now.IsZero() || want.Use != UseID && want.Use != UseAccess {
		panic("BUG: token expectation without issuer, use or time")
	}
	header, payload, signature, err := split(token)
	if err != nil {
		return nil, err
	}
	kid, err := readHeader(header)
	if err != nil {
		return nil, err
	}
	pub := key(kid)
	if pub == nil {
		return nil, ErrUnknownKey
	}
	if len(signature) != base64.RawURLEncoding.EncodedLen(pub.Size()) {
		return nil, ErrSignature
	}
	sig, err := decode(signature)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(token[:len(header)+1+len(payload)]))
	if rsa.VerifyPKCS1v15(pub, crypto.SHA256, sum[:], sig) != nil {
		return nil, ErrSignature
	}
	raw, err := decode(payload)
	if err != nil {
		return nil, err
	}
	c, err := readClaims(raw)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Issuer != want.Issuer:
		return nil, ErrIssuer
	case c.Use != want.Use:
		return nil, ErrUse
	case want.ClientID != "" && c.ClientID != want.ClientID:
		return nil, ErrClient
	case !want.Now.Before(c.Expires):
		return nil, ErrExpired
	case c.Issued.After(want.Now.Add(iatLeeway)):
		return nil, ErrNotYetValid
	}
	return c, nil
}

// split cuts a compact JWS after checking its size and shape.
func split(token string) (header, payload, signature string, err error) {
	if len(token) > MaxSize || strings.Count(token, ".") != 2 {
		return "", "", "", ErrMalformed
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ = strings.Cut(rest, ".")
	if header == "" || payload == "" || len(header) > maxHeader {
		return "", "", "", ErrMalformed
	}
	return header, payload, signature, nil
}

var strict = base64.RawURLEncoding.Strict()

func decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // the decoder would skip them
		return nil, ErrMalformed
	}
	b, err := strict.DecodeString(s)
	if err != nil {
		return nil, ErrMalformed
	}
	return b, nil
}

// readHeader returns the kid of an RS256 header. Members that offer a key of their own are not read.
func readHeader(segment string) (kid string, err error) {
	raw, err := decode(segment)
	if err != nil {
		return "", err
	}
	m, err := members(raw, headerNames)
	if err != nil {
		return "", err
	}
	if m["alg"].Type != gjson.String || m["alg"].Str != "RS256" {
		return "", ErrAlgorithm
	}
	for _, n := range []string{"crit", "zip", "enc"} {
		if m[n].Exists() {
			return "", ErrMalformed
		}
	}
	if m["kid"].Type != gjson.String || m["kid"].Str == "" {
		return "", ErrMalformed
	}
	return m["kid"].Str, nil
}

func names(list ...string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, n := range list {
		m[n] = true
	}
	return m
}

var (
	headerNames = names("alg", "kid", "crit", "zip", "enc")
	claimNames  = names("sub", "iss", "aud", "client_id", "username", "cognito:username", "token_use", "jti", "origin_jti", "event_id",
		"scope", "device_key", "acr", "amr", "nonce", "cognito:groups", "cognito:roles", "cognito:preferred_role", "auth_time", "iat", "exp")
)

// members reads the wanted members of a JSON object. Names are compared letter for letter, unlike encoding/json does, and none
// of the wanted may come twice.
func members(raw []byte, wanted map[string]bool) (map[string]gjson.Result, error) {
	if !json.Valid(raw) {
		return nil, ErrMalformed
	}
	doc := gjson.ParseBytes(raw)
	if !doc.IsObject() {
		return nil, ErrMalformed
	}
	out := make(map[string]gjson.Result, 24)
	twice := false
	doc.ForEach(func(k, v gjson.Result) bool {
		if wanted[k.Str] {
			_, had := out[k.Str]
			twice = twice || had
			out[k.Str] = v
		}
		return !twice
	})
	if twice {
		return nil, ErrMalformed
	}
	return out, nil
}

func readClaims(raw []byte) (*Claims, error) {
	m, err := members(raw, claimNames)
	if err != nil {
		return nil, err
	}
	ok := true
	str := func(n string) string {
		v, has := m[n]
		ok = ok && (!has || v.Type == gjson.String)
		return v.Str
	}
	strs := func(n string) (out []string) {
		v, has := m[n]
		ok = ok && (!has || v.IsArray())
		for _, e := range v.Array() {
			ok = ok && e.Type == gjson.String
			out = append(out, e.Str)
		}
		return out
	}
	at := func(n string, required bool) time.Time {
		v, has := m[n]
		if !has {
			ok = ok && !required
			return time.Time{}
		}
		sec, err := strconv.ParseInt(v.Raw, 10, 64)
		ok = ok && err == nil && sec >= 0 && sec < 1<<40
		return time.Unix(sec, 0).UTC()
	}
	c := &Claims{
		Subject: str("sub"), Issuer: str("iss"), Use: str("token_use"), JTI: str("jti"), OriginJTI: str("origin_jti"),
		EventID: str("event_id"), Scope: str("scope"), DeviceKey: str("device_key"), ACR: str("acr"), Nonce: str("nonce"),
		Groups: strs("cognito:groups"), Roles: strs("cognito:roles"), AMR: strs("amr"), PreferredRole: str("cognito:preferred_role"),
		AuthTime: at("auth_time", false), Issued: at("iat", true), Expires: at("exp", true), Payload: raw,
	}
	if c.Use == UseID {
		c.ClientID, c.Username = str("aud"), str("cognito:username")
	} else {
		c.ClientID, c.Username = str("client_id"), str("username")
	}
	if !ok {
		return nil, ErrMalformed
	}
	return c, nil
}

// UnverifiedPool reads the pool id at the end of a token's issuer without checking anything about the token. It is for finding
// the keys to Verify with and for routing, never for a decision.
func UnverifiedPool(token string) (poolID string, err error) {
	_, payload, _, err := split(token)
	if err != nil {
		return "", err
	}
	raw, err := decode(payload)
	if err != nil {
		return "", err
	}
	m, err := members(raw, map[string]bool{"iss": true})
	if err != nil {
		return "", err
	}
	iss := m["iss"].Str
	id := iss[strings.LastIndexByte(iss, '/')+1:]
	if !isPoolID(id) {
		return "", ErrMalformed
	}
	return id, nil
}

// isPoolID checks [\w-]+_[0-9a-zA-Z]+ of at most 55 characters.
func isPoolID(id string) bool {
	cut := strings.LastIndexByte(id, '_')
	if cut < 1 || cut == len(id)-1 || len(id) > 55 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !(i <= cut && (c == '_' || c == '-')) {
			return false
		}
	}
	return true
}
