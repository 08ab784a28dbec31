package token_test

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
	"errors"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/cogtrail/cogtrail/internal/token"
)

const issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"

var now = time.Unix(1767000000, 0)

// keys are made once: making RSA keys is most of a test's time.
var keys = sync.OnceValue(func() *token.KeySet {
	ks, err := token.GenerateKeySet()
	if err != nil {
		panic(err)
	}
	return ks
})

func idClaims() token.IDClaims {
	return token.IDClaims{
		Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Issuer: issuer, ClientID: "1example23456789abcdefghij", Username: "jo",
		JTI: "<uuid>", OriginJTI: "<uuid>", EventID: "<uuid>", Groups: []string{"admins"},
		Roles: []string{"arn:aws:iam::111122223333:role/a"}, PreferredRole: "arn:aws:iam::111122223333:role/a",
		AuthTime: now, Issued: now, Expires: now.Add(time.Hour),
		Attributes: []token.Claim{{Name: "email", Value: token.String("jo@example.com")}, {Name: "email_verified", Value: token.Bool(true)}, {Name: "custom:tenant", Value: token.String("7")}},
	}
}

func accessClaims() token.AccessClaims {
	c := idClaims()
	return token.AccessClaims{Subject: c.Subject, Issuer: issuer, ClientID: c.ClientID, Username: "jo", JTI: "<uuid>", OriginJTI: "<uuid>",
		EventID: "<uuid>", Groups: c.Groups, Scope: "aws.cognito.signin.user.admin", AuthTime: now, Issued: now, Expires: now.Add(time.Hour)}
}

func must(t testing.TB, s string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func part(t testing.TB, tok string, i int) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(tok, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestMint_Golden(t *testing.T) {
	t.Parallel()
	ks := keys()
	idTok, err := ks.MintID(idClaims())
	idTok = must(t, idTok, err)
	accTok, err := ks.MintAccess(accessClaims())
	accTok = must(t, accTok, err)
	m2m, err := ks.MintClient(token.AccessClaims{ClientID: "c1", Issuer: issuer, Scope: "rs/read", JTI: "<uuid>", AuthTime: now, Issued: now, Expires: now.Add(time.Hour)})
	m2m = must(t, m2m, err)
	const iss = `https:\/\/cognito-idp.us-east-1.amazonaws.com\/us-east-1_AbCdEfGhI`
	const role = `arn:aws:iam::111122223333:role\/a`
	cases := []struct{ name, got, want string }{
		{"id", part(t, idTok, 1), `{"sub":"34c84488-e0e1-70ae-d2ee-991ad1a898c8","cognito:groups":["admins"],"email_verified":true,"cognito:preferred_role":"` + role +
			`","iss":"` + iss + `","cognito:username":"jo","origin_jti":"<uuid>","cognito:roles":["` + role +
			`"],"aud":"1example23456789abcdefghij","event_id":"<uuid>","token_use":"id","auth_time":1767000000,"exp":1767003600,"custom:tenant":"7","iat":1767000000,"jti":"<uuid>","email":"jo@example.com"}`},
		{"access", part(t, accTok, 1), `{"sub":"34c84488-e0e1-70ae-d2ee-991ad1a898c8","cognito:groups":["admins"],"iss":"` + iss +
			`","client_id":"1example23456789abcdefghij","origin_jti":"<uuid>","event_id":"<uuid>","token_use":"access","scope":"aws.cognito.signin.user.admin","auth_time":1767000000,"exp":1767003600,"iat":1767000000,"jti":"<uuid>","username":"jo"}`},
		{"client credentials", part(t, m2m, 1), `{"sub":"c1","token_use":"access","scope":"rs\/read","auth_time":1767000000,"iss":"` + iss + `","exp":1767003600,"iat":1767000000,"version":2,"jti":"<uuid>","client_id":"c1"}`},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
	idKid, accKid := ks.KeyIDs()
	for tok, kid := range map[string]string{idTok: idKid, accTok: accKid} {
		if got, want := part(t, tok, 0), `{"kid":"`+strings.ReplaceAll(kid, "/", `\/`)+`","alg":"RS256"}`; got != want {
			t.Errorf("header %s, want %s", got, want)
		}
	}
	if idKid == accKid || len(idKid) != 44 {
		t.Error("kids")
	}
}

func TestMint_ReservedClaimsStand(t *testing.T) {
	t.Parallel()
	c := idClaims()
	for _, n := range []string{"iss", "sub", "aud", "exp", "token_use", "cognito:username", "cognito:groups", "auth_time", "jti", "dev:x"} {
		c.Attributes = append(c.Attributes, token.Claim{Name: n, Value: token.String("evil")})
	}
	c.Attributes = append(c.Attributes, token.Claim{Name: "email", Value: token.String("later@example.com")}, token.Claim{Name: "Token_Use", Value: token.String("access")})
	tok, err := keys().MintID(c)
	tok = must(t, tok, err)
	if p := part(t, tok, 1); strings.Contains(p, "evil") || strings.Count(p, `"email"`) != 1 || !strings.Contains(p, "later@") {
		t.Fatal(p)
	}
	// A claim that differs by case must not stand in for the real one.
	got, err := token.Verify(tok, keys().Key, token.Expect{Issuer: issuer, Use: token.UseID, Now: now})
	if err != nil || got.Use != token.UseID || got.Username != "jo" {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestMint_EscapesLikeJSON(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", `"\/`, "\x00\x1f\n\r\t\x7f", "é\u2028💥", "bad \xff\xc3 utf8", "<&>"} {
		c := idClaims()
		c.Username = "u"
		c.Attributes = []token.Claim{{Name: "custom:" + s, Value: token.String(s)}}
		tok, err := keys().MintID(c)
		var got map[string]any
		if err := json.Unmarshal([]byte(part(t, must(t, tok, err), 1)), &got); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		want := strings.ToValidUTF8(s, "\ufffd")
		if s == "bad \xff\xc3 utf8" {
			want = "bad \ufffd\ufffd utf8"
		}
		if got["custom:"+want] != want {
			t.Errorf("%q became %v", s, got)
		}
	}
}

// attacker makes a token with any header and payload, signed as told.
func attacker(header, payload string, sign func(unsigned string) []byte) string {
	u := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return u + "." + base64.RawURLEncoding.EncodeToString(sign(u))
}

func rs256(k *rsa.PrivateKey) func(string) []byte {
	return func(u string) []byte {
		sum := sha256.Sum256([]byte(u))
		sig, err := rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return sig
	}
}

func TestVerify_Attacks(t *testing.T) {
	t.Parallel()
	ks := keys()
	idKid, kid := ks.KeyIDs()
	good, err := ks.MintAccess(accessClaims())
	good = must(t, good, err)
	idTok, err := ks.MintID(idClaims())
	idTok = must(t, idTok, err)
	evil, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	// The pool's own private key, to sign what only header and claim checks can refuse.
	raw, err := ks.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	var dump struct{ Access []byte }
	if err := json.Unmarshal(raw, &dump); err != nil {
		t.Fatal(err)
	}
	own, err := x509.ParsePKCS8PrivateKey(dump.Access)
	if err != nil {
		t.Fatal(err)
	}
	mine := rs256(own.(*rsa.PrivateKey))
	der, _ := x509.MarshalPKIXPublicKey(ks.Key(kid))
	pubPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hs256 := func(key []byte) func(string) []byte {
		return func(u string) []byte {
			h := hmac.New(sha256.New, key)
			h.Write([]byte(u))
			return h.Sum(nil)
		}
	}
	none := func(string) []byte { return nil }
	head := func(more string) string { return `{"kid":"` + kid + `","alg":"RS256"` + more + `}` }
	payload := part(t, good, 1)
	edit := func(old, new string) string {
		out := strings.Replace(payload, old, new, 1)
		if out == payload {
			t.Fatalf("nothing to edit: %s", old)
		}
		return out
	}
	seg := strings.Split(good, ".")
	want := token.Expect{Issuer: issuer, Use: token.UseAccess, ClientID: "1example23456789abcdefghij", Now: now}
	at := func(d time.Duration) token.Expect { w := want; w.Now = now.Add(d); return w }
	cases := []struct {
		name, tok string
		want      token.Expect
		err       error
	}{
		{"good", good, want, nil},
		{"good with typ", attacker(head(`,"typ":"JWT"`), payload, mine), want, nil},
		{"a key offered in the header is ignored", attacker(head(`,"jku":"https://evil","x5u":"https://evil","jwk":{"kty":"RSA"}`), payload, mine), want, nil},
		{"jku, signed by the attacker", attacker(head(`,"jku":"https://evil/jwks.json"`), payload, rs256(evil)), want, token.ErrSignature},
		{"jwk, signed by the attacker", attacker(head(`,"jwk":{"kty":"RSA","e":"AQAB","n":"AQAB"}`), payload, rs256(evil)), want, token.ErrSignature},
		{"alg none", attacker(`{"alg":"none"}`, payload, none), want, token.ErrAlgorithm},
		{"alg None with kid", attacker(`{"kid":"`+kid+`","alg":"None"}`, payload, none), want, token.ErrAlgorithm},
		{"alg missing", attacker(`{"kid":"`+kid+`"}`, payload, mine), want, token.ErrAlgorithm},
		{"alg in other case", attacker(`{"kid":"`+kid+`","ALG":"RS256"}`, payload, mine), want, token.ErrAlgorithm},
		{"alg a list", attacker(`{"kid":"`+kid+`","alg":["RS256"]}`, payload, mine), want, token.ErrAlgorithm},
		{"alg twice", attacker(`{"kid":"`+kid+`","alg":"RS256","alg":"none"}`, payload, mine), want, token.ErrMalformed},
		{"HS256 with the public key as PEM", attacker(`{"kid":"`+kid+`","alg":"HS256"}`, payload, hs256(pubPEM)), want, token.ErrAlgorithm},
		{"HS256 with the public key as DER", attacker(`{"kid":"`+kid+`","alg":"HS256"}`, payload, hs256(der)), want, token.ErrAlgorithm},
		{"RS256 said, HMAC made", attacker(head(""), payload, hs256(pubPEM)), want, token.ErrSignature},
		{"PS256", attacker(`{"kid":"`+kid+`","alg":"PS256"}`, payload, mine), want, token.ErrAlgorithm},
		{"kid a path", attacker(`{"kid":"../../../dev/null","alg":"RS256"}`, payload, hs256(nil)), want, token.ErrUnknownKey},
		{"kid SQL", attacker(`{"kid":"x' UNION SELECT 1 --","alg":"RS256"}`, payload, rs256(evil)), want, token.ErrUnknownKey},
		{"kid missing", attacker(`{"alg":"RS256"}`, payload, mine), want, token.ErrMalformed},
		{"kid a number", attacker(`{"kid":1,"alg":"RS256"}`, payload, mine), want, token.ErrMalformed},
		{"kid of the other key", attacker(`{"kid":"`+idKid+`","alg":"RS256"}`, payload, mine), want, token.ErrSignature},
		{"crit", attacker(head(`,"crit":["x"]`), payload, mine), want, token.ErrMalformed},
		{"zip", attacker(head(`,"zip":"DEF"`), payload, mine), want, token.ErrMalformed},
		{"encrypted", "eyJhbGciOiJQQkVTMi1IUzI1NitBMTI4S1ciLCJwMmMiOjk5OTk5OTk5OTl9.a.b.c.d", want, token.ErrMalformed},
		{"many dots", strings.Repeat(".", 60_000), want, token.ErrMalformed},
		{"huge", strings.Repeat("A", 10<<20), want, token.ErrMalformed},
		{"huge header", strings.Repeat("A", 2000) + ".e30.AA", want, token.ErrMalformed},
		{"deep header", attacker(strings.Repeat("[", 700), payload, mine), want, token.ErrMalformed},
		{"deep payload", attacker(head(""), strings.Repeat("[", 20_000), mine), want, token.ErrMalformed},
		{"empty", "", want, token.ErrMalformed},
		{"two parts", seg[0] + "." + seg[1], want, token.ErrMalformed},
		{"no signature", seg[0] + "." + seg[1] + ".", want, token.ErrSignature},
		{"signature one shorter", good[:len(good)-1], want, token.ErrSignature},
		{"signature one longer", good + "A", want, token.ErrSignature},
		{"padded", good + "==", want, token.ErrSignature},
		{"line break in the signature", seg[0] + "." + seg[1] + "." + seg[2][:10] + "\n" + seg[2][11:], want, token.ErrMalformed},
		{"space in front", " " + good, want, token.ErrMalformed},
		{"payload of another token", seg[0] + "." + strings.Split(idTok, ".")[1] + "." + seg[2], want, token.ErrSignature},
		{"ID token as access token", idTok, token.Expect{Issuer: issuer, Use: token.UseAccess, Now: now}, token.ErrUse},
		{"access token as ID token", good, token.Expect{Issuer: issuer, Use: token.UseID, Now: now}, token.ErrUse},
		{"other pool's issuer", attacker(head(""), edit("AbCdEfGhI", "ZZZZZZZZZ"), mine), want, token.ErrIssuer},
		{"issuer missing", attacker(head(""), edit(`"iss"`, `"is"`), mine), want, token.ErrIssuer},
		{"other client", attacker(head(""), edit("1example", "2example"), mine), want, token.ErrClient},
		{"last second", good, at(time.Hour - time.Second), nil},
		{"expired", good, at(time.Hour), token.ErrExpired},
		{"exp missing", attacker(head(""), edit(`"exp"`, `"ex"`), mine), want, token.ErrMalformed},
		{"exp text", attacker(head(""), edit(`"exp":1767003600`, `"exp":"1767003600"`), mine), want, token.ErrMalformed},
		{"exp huge", attacker(head(""), edit(`1767003600`, `1e300`), mine), want, token.ErrMalformed},
		{"exp negative", attacker(head(""), edit(`1767003600`, `-1`), mine), want, token.ErrMalformed},
		{"exp twice", attacker(head(""), edit(`{`, `{"exp":9999999999,`), mine), want, token.ErrMalformed},
		{"iat missing", attacker(head(""), edit(`"iat"`, `"ia"`), mine), want, token.ErrMalformed},
		{"iat ahead within leeway", good, at(-time.Minute), nil},
		{"iat in the future", good, at(-61 * time.Second), token.ErrNotYetValid},
		{"groups no list", attacker(head(""), edit(`["admins"]`, `"admins"`), mine), want, token.ErrMalformed},
		{"payload an array", attacker(head(""), `[]`, mine), want, token.ErrMalformed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := token.Verify(c.tok, ks.Key, c.want)
			if !errors.Is(err, c.err) || (err == nil) != (got != nil) {
				t.Fatalf("got %v, want %v", err, c.err)
			}
		})
	}
	t.Run("other pool's keys", func(t *testing.T) {
		t.Parallel()
		if _, err := token.Verify(good, func(string) *rsa.PublicKey { return nil }, want); !errors.Is(err, token.ErrUnknownKey) {
			t.Fatal(err)
		}
	})
	t.Run("every character", func(t *testing.T) {
		t.Parallel()
		for i := range good {
			b := []byte(good)
			if b[i] = 'A'; good[i] == 'A' {
				b[i] = 'B'
			}
			if _, err := token.Verify(string(b), ks.Key, want); err == nil {
				t.Fatalf("character %d changed and still accepted", i)
			}
		}
	})
}

// A published library must accept our tokens and key set, and we its tokens.
func TestVerify_AgreesWithJOSE(t *testing.T) {
	t.Parallel()
	ks := keys()
	tok, err := ks.MintAccess(accessClaims())
	tok = must(t, tok, err)
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(ks.JWKS(), &set); err != nil || len(set.Keys) != 2 {
		t.Fatalf("%v, %d keys", err, len(set.Keys))
	}
	_, kid := ks.KeyIDs()
	parsed, err := jose.ParseSignedCompact(tok, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := parsed.Verify(set.Key(kid)[0])
	if err != nil || string(payload) != part(t, tok, 1) {
		t.Fatalf("%v", err)
	}
	if !regexp.MustCompile(`^\{"keys":\[\{"alg":"RS256","e":"AQAB","kid":"[^"]{44}","kty":"RSA","n":"[\w-]{342}","use":"sig"\},\{[^}]*\}\]\}$`).Match(ks.JWKS()) {
		t.Fatalf("%s", ks.JWKS())
	}
}

func TestKeySet_MarshalAndRotate(t *testing.T) {
	t.Parallel()
	old := keys()
	tok, err := old.MintID(idClaims())
	tok = must(t, tok, err)
	next, err := old.Rotate(now, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := next.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	back, err := token.ParseKeySet(raw)
	if err != nil || string(back.JWKS()) != string(next.JWKS()) {
		t.Fatalf("round trip: %v", err)
	}
	if _, err := token.Verify(tok, back.Key, token.Expect{Issuer: issuer, Use: token.UseID, Now: now}); err != nil {
		t.Fatalf("token of a retired key: %v", err)
	}
	later, err := back.Rotate(now.Add(2*time.Hour), now.Add(3*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := token.Verify(tok, later.Key, token.Expect{Issuer: issuer, Use: token.UseID, Now: now}); !errors.Is(err, token.ErrUnknownKey) {
		t.Fatalf("key past its time: %v", err)
	}
	for _, bad := range []string{"", "{}", `{"v":1}`, `{"v":1,"id":"AAAA","access":"AAAA"}`, string(raw[:len(raw)/2])} {
		if _, err := token.ParseKeySet([]byte(bad)); !errors.Is(err, token.ErrBadKeySet) {
			t.Errorf("%.20q accepted", bad)
		}
	}
}

func TestUnverifiedPool(t *testing.T) {
	t.Parallel()
	none := func(string) []byte { return nil }
	cases := []struct{ name, iss, want string }{
		{"AWS form", issuer, "us-east-1_AbCdEfGhI"}, {"own address", "http://127.0.0.1:4700/eu-west-1_x9", "eu-west-1_x9"},
		{"no slash", "us-east-1_A", "us-east-1_A"}, {"path", "https://x/us-east-1_A/..", ""}, {"empty", "", ""}, {"no underscore", "https://x/abc", ""},
		{"nothing behind", "https://x/us_", ""}, {"SQL", "https://x/a_b' OR 1", ""}, {"long", "https://x/" + strings.Repeat("a", 60) + "_b", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			iss, _ := json.Marshal(c.iss)
			got, err := token.UnverifiedPool(attacker("{}", `{"iss":`+string(iss)+`}`, none))
			if got != c.want || (err == nil) != (c.want != "") {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
}

type fakeMAC struct{}

func (fakeMAC) MAC(_ string, data ...[]byte) [32]byte { return sha256.Sum256(data[0]) }

func TestRefresh(t *testing.T) {
	t.Parallel()
	r := token.NewRefresh()
	if r == token.NewRefresh() || !regexp.MustCompile(`^[A-Za-z0-9-_=.]+$`).MatchString(r) || strings.Count(r, ".") != 4 || len(r) < 1600 || len(r) > 2048 {
		t.Fatalf("%d characters: %s", len(r), r)
	}
	if err := token.CheckRefresh(r); err != nil {
		t.Fatal(err)
	}
	for i := range len(r) { // truncated at each length, and lengthened at either end
		if token.CheckRefresh(r[:i]) == nil {
			t.Fatalf("accepted %d characters of it", i)
		}
	}
	handle := token.RefreshHandle(r)
	next := token.NextRefresh(handle, [32]byte{1})
	if err := token.CheckRefresh(next); err != nil || next == r || len(next) != len(r) || token.RefreshHandle(next) != handle {
		t.Fatalf("next token %s: %v", next, err)
	}
	if next != token.NextRefresh(handle, [32]byte{1}) || next == token.NextRefresh(handle, [32]byte{2}) {
		t.Error("the next token does not depend on the key alone")
	}
	for name, bad := range map[string]string{"behind": r + "A", "in front": "A" + r, "one left out": r[:500] + r[501:], "line break": r[:100] + "\n" + r[101:], "huge": r + strings.Repeat("A", 1<<20)} {
		if token.CheckRefresh(bad) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if token.RefreshHash(fakeMAC{}, r) == token.RefreshHash(fakeMAC{}, r[:len(r)-1]) {
		t.Error("hash of a truncated token")
	}
}

func TestAtHash(t *testing.T) {
	t.Parallel()
	// The access token of the example in OpenID Connect Core appendix A.3.
	if got := token.AtHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"); got != "77QmUPtjPfzWtF2AnpK9RQ" {
		t.Fatal(got)
	}
}

func FuzzVerify(f *testing.F) {
	ks := keys()
	tok, err := ks.MintAccess(accessClaims())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tok)
	f.Add(tok[:len(tok)-3])
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := token.Verify(s, ks.Key, token.Expect{Issuer: issuer, Use: token.UseAccess, Now: now}); err == nil && s != tok {
			t.Fatalf("forged: %q", s)
		}
		_, _ = token.UnverifiedPool(s)
		_ = token.CheckRefresh(s)
		_, _ = token.ParseKeySet([]byte(s))
	})
}

func BenchmarkSignFloor(b *testing.B) {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	sum := sha256.Sum256(nil)
	for b.Loop() {
		if _, err := rsa.SignPKCS1v15(nil, k, crypto.SHA256, sum[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMintID(b *testing.B) {
	ks, c := keys(), idClaims()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ks.MintID(c); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	ks := keys()
	tok, err := ks.MintAccess(accessClaims())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := token.Verify(tok, ks.Key, token.Expect{Issuer: issuer, Use: token.UseAccess, Now: now}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewRefresh(b *testing.B) {
	for b.Loop() {
		token.NewRefresh()
	}
}
