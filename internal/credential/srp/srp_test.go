package srp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

type fakeMAC string

func (k fakeMAC) MAC(purpose string, data ...[]byte) (sum [32]byte) {
	h := hmac.New(sha256.New, []byte(k))
	h.Write([]byte(purpose))
	for _, d := range data {
		h.Write([]byte{byte(len(d))})
		h.Write(d)
	}
	h.Sum(sum[:0])
	return sum
}

const pool, user, password = "AbCdEfGhI", "jo", "Correct horse 1!"

// exchange signs in with the given password against v and returns the server's verdict, passing the state through its bytes.
func exchange(t *testing.T, gr *srp.Group, v srp.Verifier, poolName, userID, password string, change func(*srp.Claim)) error {
	t.Helper()
	client := gr.NewClient()
	ch, err := gr.Start(v, client.A())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ch.State.MarshalBinary()
	if err != nil || len(raw) != srp.StateSize {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	state, err := srp.ParseState(raw)
	if err != nil {
		t.Fatal(err)
	}
	block := []byte("sealed state")
	sig, ts, err := client.Sign(poolName, userID, password, ch.Salt, ch.B, base64.StdEncoding.EncodeToString(block), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	claim := srp.Claim{PoolName: poolName, UserID: userID, SecretBlock: block, Timestamp: ts, Signature: sig}
	if change != nil {
		change(&claim)
	}
	return gr.Verify(state, v, claim)
}

func TestExchange(t *testing.T) {
	t.Parallel()
	gr := srp.New()
	v := gr.NewVerifier(pool, user, password)
	shortSalt := gr.VerifierWithSalt([]byte{0, 0, 5}, pool, user, password)
	cases := []struct {
		name     string
		v        srp.Verifier
		password string
		change   func(*srp.Claim)
		ok       bool
	}{
		{"right", v, password, nil, true},
		{"salt with leading zeros", shortSalt, password, nil, true},
		{"wrong password", v, password + "x", nil, false},
		{"empty password", v, "", nil, false},
		{"other pool", v, password, func(c *srp.Claim) { c.PoolName = "Other" }, false},
		{"other user", v, password, func(c *srp.Claim) { c.UserID = "jo2" }, false},
		{"other block", v, password, func(c *srp.Claim) { c.SecretBlock = []byte("x") }, false},
		{"other time", v, password, func(c *srp.Claim) { c.Timestamp = srp.FormatTimestamp(time.Unix(0, 0)) }, false},
		{"signature not base64", v, password, func(c *srp.Claim) { c.Signature = "%" }, false},
		{"signature empty", v, password, func(c *srp.Claim) { c.Signature = "" }, false},
		{"signature short", v, password, func(c *srp.Claim) { c.Signature = c.Signature[:40] }, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := exchange(t, gr, c.v, pool, user, c.password, c.change)
			if c.ok && err != nil || !c.ok && !errors.Is(err, srp.ErrProof) {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestGroup_CheckPassword(t *testing.T) {
	t.Parallel()
	gr := srp.New()
	v := gr.NewVerifier(pool, user, password)
	raw, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	back, err := srp.ParseVerifier(raw)
	if err != nil || !bytes.Equal(back.V, v.V) || !bytes.Equal(back.Salt, v.Salt) {
		t.Fatalf("round trip: %v", err)
	}
	if !gr.CheckPassword(back, pool, user, password) {
		t.Error("right password refused")
	}
	for name, ok := range map[string]bool{
		"password": gr.CheckPassword(v, pool, user, password+" "),
		"user":     gr.CheckPassword(v, pool, "jo2", password),
		"pool":     gr.CheckPassword(v, "x"+pool, user, password),
		"fake":     gr.CheckPassword(gr.FakeVerifier(fakeMAC("k"), pool, user), pool, user, password),
		"empty":    gr.CheckPassword(srp.Verifier{}, pool, user, password),
	} {
		if ok {
			t.Errorf("other %s accepted", name)
		}
	}
}

func TestGroup_StartRefusesBadA(t *testing.T) {
	t.Parallel()
	gr := srp.New()
	v := gr.NewVerifier(pool, user, password)
	// 2^3072 − 1 has the width of the prime and is above it.
	n := func() *big.Int {
		a, _ := new(big.Int).SetString(strings.Repeat("f", 768), 16)
		return a
	}()
	cases := []struct{ name, a string }{
		{"empty", ""}, {"zero", "0"}, {"padded zero", strings.Repeat("0", 768)}, {"not hexadecimal", "xyz"},
		{"negative", "-5"}, {"above the prime", n.Text(16)}, {"too long", strings.Repeat("1", 2000)}, {"prefixed", "0x12"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := gr.Start(v, c.a); !errors.Is(err, srp.ErrBadA) {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestGroup_FakeVerifier(t *testing.T) {
	t.Parallel()
	gr := srp.New()
	one, two := gr.FakeVerifier(fakeMAC("k"), pool, "ghost"), gr.FakeVerifier(fakeMAC("k"), pool, "ghost")
	if !bytes.Equal(one.Salt, two.Salt) || !bytes.Equal(one.V, two.V) || len(one.Salt) != srp.SaltSize || len(one.V) != srp.Size {
		t.Fatal("not stable")
	}
	for name, other := range map[string]srp.Verifier{
		"name": gr.FakeVerifier(fakeMAC("k"), pool, "ghost2"), "pool": gr.FakeVerifier(fakeMAC("k"), "Other", "ghost"),
		"key": gr.FakeVerifier(fakeMAC("k2"), pool, "ghost"),
	} {
		if bytes.Equal(one.Salt, other.Salt) || bytes.Equal(one.V, other.V) {
			t.Errorf("other %s: same values", name)
		}
	}
	if err := exchange(t, gr, one, pool, "ghost", password, nil); !errors.Is(err, srp.ErrProof) {
		t.Fatalf("%v", err)
	}
	id := srp.FakeUserID(fakeMAC("k"), pool, "ghost")
	if id != srp.FakeUserID(fakeMAC("k"), pool, "ghost") || !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`).MatchString(id) {
		t.Fatalf("user id %s", id)
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	gr := srp.New()
	const group, key = "-v7w9UcY6", "us-west-2_0b4e1e2c-0000-4000-8000-000000000000"
	d := gr.NewDevice(group, key)
	v, err := gr.ParseDeviceVerifier(d.PasswordVerifier, d.Salt)
	if err != nil {
		t.Fatal(err)
	}
	if err := exchange(t, gr, v, group, key, d.Password, nil); err != nil {
		t.Fatal(err)
	}
	b64 := func(b ...byte) string { return base64.StdEncoding.EncodeToString(b) }
	cases := []struct{ name, verifier, salt string }{
		{"verifier zero", b64(0), d.Salt}, {"verifier one", b64(1), d.Salt}, {"verifier empty", "", d.Salt},
		{"verifier above the prime", b64(bytes.Repeat([]byte{255}, 384)...), d.Salt},
		{"verifier too wide", b64(bytes.Repeat([]byte{1}, 400)...), d.Salt},
		{"verifier huge", strings.Repeat("A", 1<<20), d.Salt},
		{"verifier no base64", "%%", d.Salt}, {"salt empty", d.PasswordVerifier, ""}, {"salt no base64", d.PasswordVerifier, "%"},
		{"salt huge", d.PasswordVerifier, strings.Repeat("A", 1000)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := gr.ParseDeviceVerifier(c.verifier, c.salt); !errors.Is(err, srp.ErrBadVerifier) {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 3, 3, 7, 5, 9, 0, time.UTC)
	for _, s := range []string{"Tue Mar 3 07:05:09 UTC 2026", "Tue Mar 03 07:05:09 UTC 2026"} {
		if got, err := srp.ParseTimestamp(s); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	if got := srp.FormatTimestamp(want.In(time.FixedZone("x", 7200))); got != "Tue Mar 3 07:05:09 UTC 2026" {
		t.Errorf("format: %s", got)
	}
	for _, s := range []string{"", "2026-03-03T07:05:09Z", "Tue Mar 3 07:05:09 GMT 2026", "Tue Mar 33 07:05:09 UTC 2026", strings.Repeat("x", 1000)} {
		if _, err := srp.ParseTimestamp(s); !errors.Is(err, srp.ErrTimestamp) {
			t.Errorf("%q accepted", s)
		}
	}
}

func FuzzParse(f *testing.F) {
	gr := srp.New()
	v := gr.NewVerifier(pool, user, password)
	raw, _ := v.MarshalBinary()
	f.Add(raw, "1f", "AAAA", "AAAA")
	f.Add(make([]byte, srp.StateSize), "0", "", "Tue Mar 3 07:05:09 UTC 2026")
	f.Fuzz(func(t *testing.T, b []byte, hexText, b64, text string) {
		if got, err := srp.ParseVerifier(b); err == nil {
			back, err := got.MarshalBinary()
			if err != nil || !bytes.Equal(back, b) {
				t.Fatalf("verifier round trip: %v", err)
			}
		}
		if got, err := srp.ParseState(b); err == nil {
			back, err := got.MarshalBinary()
			if err != nil || !bytes.Equal(back, b) {
				t.Fatalf("state round trip: %v", err)
			}
		}
		_, _ = gr.ParseDeviceVerifier(b64, text)
		_, _ = srp.ParseTimestamp(text)
		_, _ = srp.PadHex(hexText)
	})
}

func BenchmarkNewVerifier(b *testing.B) {
	gr := srp.New()
	gr.Warm()
	for b.Loop() {
		gr.NewVerifier(pool, user, password)
	}
}

func BenchmarkStart(b *testing.B) {
	gr := srp.New()
	v, a := gr.NewVerifier(pool, user, password), gr.NewClient().A()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gr.Start(v, a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	gr := srp.New()
	v, client := gr.NewVerifier(pool, user, password), gr.NewClient()
	ch, err := gr.Start(v, client.A())
	if err != nil {
		b.Fatal(err)
	}
	sig, ts, err := client.Sign(pool, user, password, ch.Salt, ch.B, "", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := gr.Verify(ch.State, v, srp.Claim{PoolName: pool, UserID: user, Timestamp: ts, Signature: sig}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCheckPassword(b *testing.B) {
	gr := srp.New()
	v := gr.NewVerifier(pool, user, password)
	b.ReportAllocs()
	for b.Loop() {
		if !gr.CheckPassword(v, pool, user, password) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkFakeVerifier(b *testing.B) {
	gr := srp.New()
	for b.Loop() {
		gr.FakeVerifier(fakeMAC("k"), pool, user)
	}
}

func BenchmarkWarm(b *testing.B) {
	for b.Loop() {
		srp.New().Warm()
	}
}

func BenchmarkClientSign(b *testing.B) {
	gr := srp.New()
	v, client := gr.NewVerifier(pool, user, password), gr.NewClient()
	ch, err := gr.Start(v, client.A())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := client.Sign(pool, user, password, ch.Salt, ch.B, "", time.Now()); err != nil {
			b.Fatal(err)
		}
	}
}
