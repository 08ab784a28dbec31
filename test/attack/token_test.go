package attack

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

var b64 = base64.RawURLEncoding

// world is a pool with a client and a person who has signed in.
type world struct {
	*probe
	pool   *server.Pool
	tokens tokens
}

func newWorld(t *testing.T) *world {
	p := newProbe(t)
	w := &world{probe: p, pool: p.pool(nil)}
	p.person(w.pool.ID, "jo", map[string]string{"email": "jo@example.com", "email_verified": "true"})
	w.tokens = p.probeTokens(w.pool.Client)
	return w
}

func (p *probe) probeTokens(client string) tokens { p.Helper(); return p.tokens(client, "jo") }

// everywhere sends a text to every operation that takes an access token.
func (w *world) everywhere(variant, token string, codes ...string) {
	w.Helper()
	for operation, in := range map[string]map[string]any{
		"GetUser": {}, "GlobalSignOut": {}, "DeleteUser": {},
		"ChangePassword":                   {"PreviousPassword": "Passw0rd!", "ProposedPassword": "An0ther-one!"},
		"UpdateUserAttributes":             {"UserAttributes": []map[string]any{{"Name": "name", "Value": "x"}}},
		"DeleteUserAttributes":             {"UserAttributeNames": []string{"email"}},
		"GetUserAttributeVerificationCode": {"AttributeName": "email"},
		"VerifyUserAttribute":              {"AttributeName": "email", "Code": "123456"},
	} {
		in["AccessToken"] = token
		a, err := w.call(nil, idp, operation, in)
		w.refused(operation+" with "+variant, a, err, codes...)
	}
}

// untouched fails unless the person is still signed in.
func (w *world) untouched() {
	w.Helper()
	a, err := w.call(nil, idp, "GetUser", map[string]any{"AccessToken": w.tokens.AccessToken})
	w.must(err)
	if err := a.Err(); err != nil {
		w.Errorf("the good token does not work any more: %v", err)
	}
}

// jwks reads the pool's public keys.
func (w *world) jwks() []*rsa.PublicKey {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), "GET", srv.URL+"/"+w.pool.ID+"/.well-known/jwks.json", nil)
	w.must(err)
	a, err := srv.Do(req)
	w.must(err)
	var set struct {
		Keys []struct{ N, E string }
	}
	w.must(a.Decode(&set))
	var out []*rsa.PublicKey
	for _, k := range set.Keys {
		n, err := b64.DecodeString(k.N)
		w.must(err)
		out = append(out, &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537})
	}
	return out
}

// Tokens without a signature, signed with the public key as a secret, or with a
// key that the token itself brings or points to.
func TestAttack06_AlgorithmConfusion_CVE_2026_33322(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := strings.Split(w.tokens.AccessToken, ".")
	raw, err := b64.DecodeString(parts[0])
	w.must(err)
	var header struct{ Kid string }
	w.must(json.Unmarshal(raw, &header))
	kid := header.Kid
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "HS256", "HS512", "RS512", "PS256", "ES256", "EdDSA", "RSA-OAEP", "dir", "null"} {
		for _, head := range []map[string]any{{"alg": alg}, {"alg": alg, "kid": kid}, {"alg": alg, "kid": kid, "typ": "JWT"}} {
			text, err := json.Marshal(head)
			w.must(err)
			for _, signature := range []string{"", parts[2], "AAAA"} {
				w.everywhere("alg "+alg, b64.EncodeToString(text)+"."+parts[1]+"."+signature, nae)
			}
		}
	}
	for _, k := range []string{"../../../dev/null", "/dev/null", "' UNION SELECT 'x' --", "x; id", kid + "x", "", strings.Repeat("k", 10_000), "\x00", "file:///etc/passwd", "http://evil.example/k"} {
		text, err := json.Marshal(map[string]any{"alg": "RS256", "kid": k})
		w.must(err)
		w.everywhere("kid "+k[:min(len(k), 20)], b64.EncodeToString(text)+"."+parts[1]+"."+parts[2], nae)
	}
	for i, key := range w.jwks() {
		der, err := x509.MarshalPKIXPublicKey(key)
		w.must(err)
		for form, secret := range map[string][]byte{
			"PKIX": der, "PKCS1": x509.MarshalPKCS1PublicKey(key), "modulus": key.N.Bytes(), "empty": nil,
			"PEM":       pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
			"PEM PKCS1": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(key)}),
			"modulus64": []byte(b64.EncodeToString(key.N.Bytes())),
		} {
			text, err := json.Marshal(map[string]any{"alg": "HS256", "kid": kid})
			w.must(err)
			signing := b64.EncodeToString(text) + "." + parts[1]
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(signing))
			w.everywhere(fmt.Sprintf("HS256 with key %d as %s", i, form), signing+"."+b64.EncodeToString(mac.Sum(nil)), nae)
		}
	}
	w.recordedOnce(parts)
	w.untouched()
	w.settle()
}

// recordedOnce sends one forged token whose payload names a real pool: it is
// recorded where that pool is.
func (w *world) recordedOnce(parts []string) {
	w.Helper()
	a, err := w.call(nil, idp, "GetUser", map[string]any{"AccessToken": b64.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."})
	w.recorded("unsigned token", a, err, nae)
}

// The token brings its own key.
func TestAttack07_KeyInHeader_ASVS_9_1_3(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := strings.Split(w.tokens.AccessToken, ".")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	w.must(err)
	raw, err := b64.DecodeString(parts[0])
	w.must(err)
	var real struct{ Kid string }
	w.must(json.Unmarshal(raw, &real))
	n, e := b64.EncodeToString(key.N.Bytes()), "AQAB"
	for _, kid := range []string{real.Kid, "mine", ""} {
		for name, extra := range map[string]any{
			"jwk": map[string]any{"kty": "RSA", "n": n, "e": e, "kid": kid}, "jku": "http://127.0.0.1:1/jwks.json", "x5u": "http://127.0.0.1:1/x.pem",
			"x5c": []string{n}, "jwks": map[string]any{"keys": []any{map[string]any{"kty": "RSA", "n": n, "e": e}}}, "crit": []string{"exp"}, "b64": false,
			"iss": "http://evil.example", "alg2": "none",
		} {
			text, err := json.Marshal(map[string]any{"alg": "RS256", "kid": kid, name: extra})
			w.must(err)
			signing := b64.EncodeToString(text) + "." + parts[1]
			sum := sha256.Sum256([]byte(signing))
			sig, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
			w.must(err)
			w.everywhere(name+" with kid "+kid, signing+"."+b64.EncodeToString(sig), nae)
		}
	}
	w.untouched()
}

// A token of another kind, pool or client where an access token belongs, and
// the other way round.
func TestAttack08_TokenConfusion_CVE_2026_55669(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	mine, theirs := strings.Split(w.tokens.AccessToken, "."), strings.Split(other.tokens.AccessToken, ".")
	for variant, token := range map[string]string{
		"ID token": w.tokens.IdToken, "refresh token": w.tokens.RefreshToken, "pool id": w.pool.ID, "client id": w.pool.Client,
		"my header and payload, their signature": mine[0] + "." + mine[1] + "." + theirs[2], "their payload": mine[0] + "." + theirs[1] + "." + mine[2],
		"their header": theirs[0] + "." + mine[1] + "." + mine[2], "Bearer": "Bearer " + w.tokens.AccessToken, "both": w.tokens.AccessToken + "," + other.tokens.AccessToken,
	} {
		w.everywhere(variant, token)
	}
	second, err := srv.MakeClient(t.Context(), w.pool.ID, nil)
	w.must(err)
	for variant, token := range map[string]string{"access token": w.tokens.AccessToken, "ID token": w.tokens.IdToken, "their refresh token": other.tokens.RefreshToken} {
		for _, client := range []string{w.pool.Client, second} {
			a, err := w.call(nil, idp, "InitiateAuth", refreshInput(client, token))
			w.recorded("refresh with "+variant, a, err, nae)
			a, err = w.call(nil, idp, "RevokeToken", map[string]any{"ClientId": client, "Token": token})
			if variant == "their refresh token" {
				w.n++ // a token of nobody: success without effect [RFC 7009 section 2.2]
				continue
			}
			w.recorded("revoke with "+variant, a, err)
		}
	}
	w.untouched()
	other.untouched()
	if a, err := w.call(nil, idp, "InitiateAuth", refreshInput(other.pool.Client, other.tokens.RefreshToken)); err != nil || a.Err() != nil {
		t.Errorf("their refresh token was harmed: %v %v", err, a)
	}
	w.settle()
}

// Times of a token that were changed, taken away or made absurd.
func TestAttack09_TokenTimes_GHSA_wxg7_w2v3_w38g(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := strings.Split(w.tokens.AccessToken, ".")
	raw, err := b64.DecodeString(parts[1])
	w.must(err)
	now := time.Now().Unix()
	for _, claim := range []string{"exp", "iat", "auth_time", "token_use", "scope", "client_id", "origin_jti", "jti", "sub", "iss", "username"} {
		for _, value := range []any{nil, 0, -1, now + 1<<40, now - 86400, 1e300, "never", true, []int{1}, ""} {
			var claims map[string]any
			w.must(json.Unmarshal(raw, &claims))
			if value == nil {
				delete(claims, claim)
			} else {
				claims[claim] = value
			}
			text, err := json.Marshal(claims)
			w.must(err)
			w.everywhere(fmt.Sprintf("%s %v", claim, value), parts[0]+"."+b64.EncodeToString(text)+"."+parts[2], nae)
		}
	}
	w.untouched()
}

// Every length of every opaque token but the right one.
func TestAttack10_TruncatedTokens_CVE_2026_27840(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.root(idp, "AdminCreateUser", map[string]any{"UserPoolId": w.pool.ID, "Username": "new", "MessageAction": "SUPPRESS", "TemporaryPassword": password})
	a, err := w.call(nil, idp, "InitiateAuth", signInInput(w.pool.Client, "new", password))
	w.must(err)
	var first struct{ Session string }
	w.must(a.Decode(&first))
	for _, text := range spoiled(w.tokens.RefreshToken) {
		a, err := w.call(nil, idp, "InitiateAuth", refreshInput(w.pool.Client, text))
		w.recorded(fmt.Sprintf("refresh token of %d", len(text)), a, err)
	}
	for _, text := range spoiled(first.Session) {
		a, err := w.call(nil, idp, "RespondToAuthChallenge", map[string]any{"ClientId": w.pool.Client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": text,
			"ChallengeResponses": map[string]string{"USERNAME": "new", "NEW_PASSWORD": "Other-Horse-43"}})
		w.recorded(fmt.Sprintf("session of %d", len(text)), a, err)
	}
	for _, text := range spoiled(w.tokens.AccessToken) {
		w.everywhere(fmt.Sprintf("access token of %d", len(text)), text)
	}
	w.untouched()
	w.settle()
}

// spoiled are texts near a token.
func spoiled(s string) []string {
	out := []string{"", s + "A", s + "=", s + ".", "A" + s, " " + s, s + " ", s + "\n", s + "\x00", s + s, strings.ToUpper(s), s[1:]}
	for n := len(s) - 1; n > 0; n -= 1 + n/25 {
		out = append(out, s[:n])
	}
	for i := 0; i < len(s); i += 1 + len(s)/25 {
		c := byte('A')
		if s[i] == c {
			c = 'B'
		}
		out = append(out, s[:i]+string(c)+s[i+1:])
	}
	return out
}

// A refresh token in the hands of another client ends its family.
func TestAttack11_OtherClient_CVE_2026_55672(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thief, err := srv.MakeClient(t.Context(), w.pool.ID, nil)
	w.must(err)
	for _, how := range []string{"refresh", "revoke"} {
		own := w.probeTokens(w.pool.Client)
		var a *server.Answer
		if how == "refresh" {
			a, err = w.call(nil, idp, "InitiateAuth", refreshInput(thief, own.RefreshToken))
		} else {
			a, err = w.call(nil, idp, "RevokeToken", map[string]any{"ClientId": thief, "Token": own.RefreshToken})
		}
		w.recorded(how+" by another client", a, err, nae, "UnauthorizedException")
		a, err = w.call(nil, idp, "InitiateAuth", refreshInput(w.pool.Client, own.RefreshToken))
		w.recorded("the owner's next refresh", a, err, nae)
		w.everywhere("an access token of the family", own.AccessToken, nae)
	}
	w.untouched() // another family
	w.settle()
}

// Compact forms that are no signed token: encrypted ones, and bombs.
func TestAttack29_JWEBombs_CVE_2024_28180(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	parts := strings.Split(w.tokens.AccessToken, ".")
	jwe := func(head string) string {
		return b64.EncodeToString([]byte(head)) + ".AAAA.AAAA." + parts[1] + ".AAAA"
	}
	for variant, text := range map[string]string{
		"p2c":  jwe(`{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}`),
		"zip":  jwe(`{"alg":"dir","enc":"A128GCM","zip":"DEF"}`),
		"RSA":  jwe(`{"alg":"RSA-OAEP","enc":"A256GCM"}`),
		"dots": strings.Repeat(".", 500_000), "dots around": parts[0] + strings.Repeat(".", 100_000) + parts[1],
		"many parts": strings.Repeat("AAAA.", 100_000), "deep header": b64.EncodeToString([]byte(strings.Repeat(`{"a":`, 20_000)+"1"+strings.Repeat("}", 20_000))) + "." + parts[1] + "." + parts[2],
		"long header": strings.Repeat("A", 500_000) + "." + parts[1] + "." + parts[2], "long signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", 500_000),
		"array": b64.EncodeToString([]byte(`[]`)) + "." + parts[1] + "." + parts[2], "null": b64.EncodeToString([]byte(`null`)) + "." + parts[1] + "." + parts[2],
		"JSON form": `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"}]}`,
		"duplicate": b64.EncodeToString([]byte(`{"alg":"RS256","alg":"none"}`)) + "." + parts[1] + ".",
	} {
		began := time.Now()
		w.everywhere(variant, text)
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("%s took %v", variant, d)
		}
	}
	w.untouched()
}
