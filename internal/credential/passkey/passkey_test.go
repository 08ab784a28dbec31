package passkey_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/cogtrail/cogtrail/internal/credential/passkey"
	"github.com/cogtrail/cogtrail/internal/credential/passkey/softkey"
)

const site = "https://login.example.com"

var party = passkey.Party{ID: "example.com"}

func creation(challenge string) []byte {
	return fmt.Appendf(nil, `{"challenge":%q,"rp":{"id":"example.com"},"user":{"id":"dXNlcg"}}`, challenge)
}

func request(challenge string) []byte {
	return fmt.Appendf(nil, `{"challenge":%q,"rpId":"example.com"}`, challenge)
}

func register(t *testing.T, k *softkey.Key) *passkey.Credential {
	t.Helper()
	a, err := passkey.ParseAttestation(k.Create(creation("abc")))
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Verify(party)
	if err != nil || a.Challenge() != "abc" || !bytes.Equal(c.ID, k.ID) || !bytes.Equal(c.Key, k.COSE()) || c.Counter != k.Counter {
		t.Fatalf("%+v, %v", c, err)
	}
	return c
}

func TestCeremonies(t *testing.T) {
	t.Parallel()
	for name, bend := range map[string]func(*softkey.Key){
		"none": func(*softkey.Key) {}, "packed": func(k *softkey.Key) { k.Packed = true }, "the domain itself": func(k *softkey.Key) { k.Origin = "https://example.com:8443" },
		"application": func(k *softkey.Key) { k.Origin = "android:apk-key-hash:" + strings.Repeat("a", 43) }, "no counter": func(k *softkey.Key) { k.Still = true },
		"synchronised": func(k *softkey.Key) { k.Flags |= softkey.Eligible | softkey.Backed },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := softkey.New(site)
			bend(k)
			c := register(t, k)
			if c.Attachment != "platform" || strings.Join(c.Transports, " ") != "internal hybrid" {
				t.Errorf("%+v", c)
			}
			for range 2 {
				a, err := passkey.ParseAssertion(k.Get(request("xyz")))
				if err != nil || a.Challenge() != "xyz" || !bytes.Equal(a.ID(), k.ID) || string(a.UserHandle()) != "user" {
					t.Fatal(a, err)
				}
				use, err := a.Verify(passkey.Party{ID: "example.com", Verify: true}, c)
				if err != nil || use.Counter != k.Counter || !use.Verified {
					t.Fatal(use, err)
				}
				c.Counter = use.Counter
			}
		})
	}
}

func TestAttestation_refused(t *testing.T) {
	t.Parallel()
	strict := passkey.Party{ID: "example.com", Verify: true}
	for name, tc := range map[string]struct {
		bend  func(*softkey.Key)
		party passkey.Party
		want  error
	}{
		"another site":             {func(k *softkey.Key) { k.Origin = "https://example.org" }, party, passkey.ErrOrigin},
		"a site that ends alike":   {func(k *softkey.Key) { k.Origin = "https://badexample.com" }, party, passkey.ErrOrigin},
		"a site that begins alike": {func(k *softkey.Key) { k.Origin = "https://example.com.evil.org" }, party, passkey.ErrOrigin},
		"user information":         {func(k *softkey.Key) { k.Origin = "https://example.com@evil.org" }, party, passkey.ErrOrigin},
		"http":                     {func(k *softkey.Key) { k.Origin = "http://example.com" }, party, passkey.ErrOrigin},
		"no origin":                {func(k *softkey.Key) { k.Origin = "" }, party, passkey.ErrOrigin},
		"a path":                   {func(k *softkey.Key) { k.Origin = "https://example.com/" }, party, passkey.ErrOrigin},
		"another party":            {func(k *softkey.Key) { k.Party = "login.example.com" }, party, passkey.ErrParty},
		"not present":              {func(k *softkey.Key) { k.Flags = 0 }, party, passkey.ErrUnverified},
		"not verified":             {func(k *softkey.Key) { k.Flags = softkey.Present }, strict, passkey.ErrUnverified},
		"a sign-in":                {func(k *softkey.Key) { k.Type = "webauthn.get" }, party, passkey.ErrMalformed},
		"backed, not eligible":     {func(k *softkey.Key) { k.Flags |= softkey.Backed }, party, passkey.ErrMalformed},
	} {
		k := softkey.New(site)
		tc.bend(k)
		a, err := passkey.ParseAttestation(k.Create(creation("abc")))
		if err == nil {
			_, err = a.Verify(tc.party)
		}
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, not %v", name, err, tc.want)
		}
	}
}

// answer is an answer whose members a test changes.
type answer map[string]any

func open(t *testing.T, raw []byte) (top, response answer) {
	t.Helper()
	if err := json.Unmarshal(raw, &top); err != nil {
		t.Fatal(err)
	}
	return top, top["response"].(map[string]any)
}

func closed(t *testing.T, top answer) []byte {
	t.Helper()
	raw, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Every member has to be there, under its very name.
func TestParse_members(t *testing.T) {
	t.Parallel()
	k := softkey.New(site)
	for _, raw := range [][]byte{k.Create(creation("abc")), k.Get(request("abc"))} {
		parse := func(raw []byte) error {
			if bytes.Contains(raw, []byte("attestationObject")) {
				_, err := passkey.ParseAttestation(raw)
				return err
			}
			_, err := passkey.ParseAssertion(raw)
			return err
		}
		parsed, inner := open(t, raw)
		for name := range parsed {
			if name == "authenticatorAttachment" || name == "clientExtensionResults" {
				continue
			}
			top, _ := open(t, raw)
			top[strings.ToUpper(name)] = top[name]
			delete(top, name)
			if err := parse(closed(t, top)); !errors.Is(err, passkey.ErrMalformed) {
				t.Errorf("without %s: %v", name, err)
			}
		}
		for name := range inner {
			if name == "userHandle" || name == "attestationObject" {
				continue
			}
			top, response := open(t, raw)
			response[strings.ToUpper(name)] = response[name]
			delete(response, name)
			if err := parse(closed(t, top)); !errors.Is(err, passkey.ErrMalformed) {
				t.Errorf("without response.%s: %v", name, err)
			}
		}
		for n := range len(raw) {
			if err := parse(raw[:n]); err == nil {
				t.Fatalf("the first %d bytes of %s are accepted", n, raw)
			}
		}
		if err := parse(append(raw, bytes.Repeat([]byte{' '}, passkey.MaxAnswer)...)); !errors.Is(err, passkey.ErrMalformed) {
			t.Error("a longer answer than any:", err)
		}
	}
}

// Truncated or altered CBOR behind good JSON.
func TestAttestation_cbor(t *testing.T) {
	t.Parallel()
	k := softkey.New(site)
	k.Packed = true
	raw := k.Create(creation("abc"))
	_, response := open(t, raw)
	object, err := base64.RawURLEncoding.DecodeString(response["attestationObject"].(string))
	if err != nil {
		t.Fatal(err)
	}
	try := func(changed []byte) error {
		top, response := open(t, raw)
		response["attestationObject"] = base64.RawURLEncoding.EncodeToString(changed)
		a, err := passkey.ParseAttestation(closed(t, top))
		if err == nil {
			_, err = a.Verify(party)
		}
		return err
	}
	for n := range len(object) {
		if try(object[:n]) == nil {
			t.Fatalf("the first %d bytes are accepted", n)
		}
	}
	for i := range object {
		changed := bytes.Clone(object)
		changed[i] ^= 0x01
		if try(changed) == nil {
			t.Errorf("byte %d can be changed", i)
		}
	}
}

func TestAssertion_refused(t *testing.T) {
	t.Parallel()
	verify := func(k *softkey.Key, c *passkey.Credential, p passkey.Party) error {
		t.Helper()
		a, err := passkey.ParseAssertion(k.Get(request("abc")))
		if err != nil {
			return err
		}
		_, err = a.Verify(p, c)
		return err
	}
	for name, tc := range map[string]struct {
		bend  func(*softkey.Key)
		party passkey.Party
		want  error
	}{
		"another site":       {func(k *softkey.Key) { k.Origin = "https://example.org" }, party, passkey.ErrOrigin},
		"another party":      {func(k *softkey.Key) { k.Party = "example.org" }, party, passkey.ErrParty},
		"a registration":     {func(k *softkey.Key) { k.Type = "webauthn.create" }, party, passkey.ErrMalformed},
		"not verified":       {func(k *softkey.Key) { k.Flags = softkey.Present }, passkey.Party{ID: "example.com", Verify: true}, passkey.ErrUnverified},
		"counter stands":     {func(k *softkey.Key) { k.Still = true }, party, passkey.ErrCounter},
		"counter goes back":  {func(k *softkey.Key) { k.Counter = 0; k.Still = true }, party, passkey.ErrCounter},
		"now synchronised":   {func(k *softkey.Key) { k.Flags |= softkey.Eligible }, party, passkey.ErrProof},
		"key of another one": {func(k *softkey.Key) { *k = *softkey.New(site); k.Counter = 7 }, party, passkey.ErrProof},
	} {
		k := softkey.New(site)
		c := register(t, k)
		tc.bend(k)
		if err := verify(k, c, tc.party); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, not %v", name, err, tc.want)
		}
	}
	if err := verify(softkey.New(site), passkey.Stranger(), party); !errors.Is(err, passkey.ErrProof) {
		t.Error("the stranger:", err)
	}
}

// Every bit of the signature, the authenticator's data and the client's data counts.
func TestAssertion_altered(t *testing.T) {
	t.Parallel()
	k := softkey.New(site)
	c := register(t, k)
	raw := k.Get(request("abc"))
	for _, name := range []string{"signature", "authenticatorData", "clientDataJSON"} {
		_, response := open(t, raw)
		data, err := base64.RawURLEncoding.DecodeString(response[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		for i := range data {
			changed := bytes.Clone(data)
			changed[i] ^= 0x04
			top, response := open(t, raw)
			response[name] = base64.RawURLEncoding.EncodeToString(changed)
			a, err := passkey.ParseAssertion(closed(t, top))
			if err == nil {
				_, err = a.Verify(party, c)
			}
			if err == nil {
				t.Errorf("byte %d of %s can be changed", i, name)
			}
		}
	}
}

// Keys of other algorithms and sizes are not registered.
func TestAttestation_keys(t *testing.T) {
	t.Parallel()
	rsaKey := func(bits int) map[int]any {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return map[int]any{1: 3, 3: passkey.RS256, -1: k.N.Bytes(), -2: []byte{1, 0, 1}}
	}
	point := func(k *softkey.Key) (x, y []byte) {
		c := k.COSE()
		return c[len(c)-67 : len(c)-35], c[len(c)-32:]
	}
	x, y := point(softkey.New(site))
	for name, tc := range map[string]struct {
		key map[int]any
		ok  bool
	}{
		"ES256":            {map[int]any{1: 2, 3: -7, -1: 1, -2: x, -3: y}, true},
		"RS256":            {rsaKey(2048), true},
		"short RS256":      {rsaKey(1024), false},
		"not on the curve": {map[int]any{1: 2, 3: -7, -1: 1, -2: y, -3: x}, false},
		"ES384 named":      {map[int]any{1: 2, 3: -35, -1: 1, -2: x, -3: y}, false},
		"Ed25519":          {map[int]any{1: 1, 3: -8, -1: 6, -2: x}, false},
		"none":             {map[int]any{}, false},
	} {
		k := softkey.New(site)
		top, response := open(t, k.Create(creation("abc")))
		data, err := base64.RawURLEncoding.DecodeString(response["authenticatorData"].(string))
		if err != nil {
			t.Fatal(err)
		}
		key, err := cbor.Marshal(tc.key)
		if err != nil {
			t.Fatal(err)
		}
		data = append(data[:len(data)-len(k.COSE())], key...)
		object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
		if err != nil {
			t.Fatal(err)
		}
		response["authenticatorData"] = base64.RawURLEncoding.EncodeToString(data)
		response["attestationObject"] = base64.RawURLEncoding.EncodeToString(object)
		a, err := passkey.ParseAttestation(closed(t, top))
		if err == nil {
			_, err = a.Verify(party)
		}
		if (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"example.com", "auth.example.co.uk", "localhost", "app.auth.us-east-1.localhost", "xn--bcher-kva.example"} {
		if !passkey.ValidID(id) {
			t.Error(id, "is refused")
		}
	}
	for _, id := range []string{"", "com", "co.uk", "github.io", "Example.com", "example.com.", ".example.com", "https://example.com", "example.com:443", "127.0.0.1", "[::1]", "a_b.example", "intranet", strings.Repeat("a.", 63) + "io"} {
		if passkey.ValidID(id) {
			t.Error(id, "is accepted")
		}
	}
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for origin, want := range map[string]error{"http://localhost:3000": nil, "https://localhost": nil, "http://app.localhost:3000": nil, "http://127.0.0.1:3000": passkey.ErrOrigin, "http://localhost.evil.org": passkey.ErrOrigin} {
		k := softkey.New(origin)
		a, err := passkey.ParseAttestation(k.Create([]byte(`{"challenge":"abc","rp":{"id":"localhost"}}`)))
		if err == nil {
			_, err = a.Verify(passkey.Party{ID: "localhost"})
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", origin, err)
		}
	}
}

func TestNewChallenge(t *testing.T) {
	t.Parallel()
	if a, b := passkey.NewChallenge(), passkey.NewChallenge(); a == b || len(a) != 43 {
		t.Error(a, b)
	}
}

// Nothing that comes may do more than be refused.
func FuzzParse(f *testing.F) {
	k := softkey.New(site)
	f.Add(k.Create(creation("abc")))
	f.Add(k.Get(request("abc")))
	f.Add([]byte(`{"id":"","rawId":"AA","response":{}}`))
	c := &passkey.Credential{ID: k.ID, Key: k.COSE()}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if a, err := passkey.ParseAttestation(raw); err == nil {
			_, _ = a.Verify(party)
		} else if !errors.Is(err, passkey.ErrMalformed) {
			t.Error(err)
		}
		if a, err := passkey.ParseAssertion(raw); err == nil {
			_, _ = a.Verify(party, c)
		} else if !errors.Is(err, passkey.ErrMalformed) {
			t.Error(err)
		}
	})
}
