package srp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"testing"
	"time"
)

func sha(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func check(t *testing.T, name, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", name, got, want)
	}
}

func repeated(s string) *big.Int {
	sum := sha256.Sum256([]byte(s))
	return new(big.Int).SetBytes(bytes.Repeat(sum[:], 4))
}

// The whole exchange with fixed ephemerals, as the client library of the browsers computes it.
func TestVector(t *testing.T) {
	t.Parallel()
	gr := New()
	const pool, user, password = "AbCdEfGhI", "11111111-2222-3333-4444-555555555555", "Passw0rd!"
	salt, _ := hex.DecodeString("8f0e1d2c3b4a59687786958473625140")
	check(t, "N", sha(gr.n.Text(16)), "30a45e27c3a0a6f934cd558e88e937625082b19bd435f74f04d7500e5032d88e")
	check(t, "k", gr.k.Text(16), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6")

	check(t, "x", secretExponent(salt, pool, user, password).Text(16), "d06bd36527222266ad89b4c24e4e74205be53a0032d5c58f710b7c1bc7aea511")
	v := gr.VerifierWithSalt(salt, pool, user, password)
	check(t, "v", sha(new(big.Int).SetBytes(v.V).Text(16)), "9af7acde482c29196cfd901c9d65be5361cdfbcfe6d30fca6a1d980d874afa7e")

	client := gr.newClient(repeated("cogtrail a"))
	check(t, "A", sha(client.A()), "5b09cf58371b8892037468254051914e96d563a6d2558ce2b04c63bf30e5f52b")
	ch, err := gr.start(v, client.A(), repeated("cogtrail b"))
	if err != nil {
		t.Fatal(err)
	}
	check(t, "B", sha(ch.B), "62888610839c2a090e9b0aed04ba448a761e933c85c418f9898e113cb70e758f")
	u, shared, err := client.shared(pool, user, password, ch.Salt, ch.B)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "u", u.Text(16), "86848d19856146cc4387df2fa51387de7ebfd6aa73959e3488dbd8dd122003cd")
	check(t, "S", sha(shared.Text(16)), "fe51b6b3a67f2f12f62eef1053f8dfe58b2df89b4c1934b299e5afae16d9b816")
	prk := hmac.New(sha256.New, pad(u))
	prk.Write(pad(shared))
	check(t, "PRK", hex.EncodeToString(prk.Sum(nil)), "b3be113b3c13ba7783ce5827b73effa3c8a2532799bca4aeea7c3de3cc029b90")
	check(t, "K", hex.EncodeToString(sessionKey(u, shared)), "41bda5c5da9e0c384411d4f6ffd42d73")

	block := []byte("cogtrail secret block")
	sig, ts, err := client.Sign(pool, user, password, ch.Salt, ch.B, base64.StdEncoding.EncodeToString(block), time.Date(2026, 3, 3, 7, 5, 9, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	check(t, "TIMESTAMP", ts, "Tue Mar 3 07:05:09 UTC 2026")
	check(t, "signature", sig, "7GYa/YRW6lsWxQFiEIkbs1qraVrMz2F+vdSZMm8FcdQ=")
	if err := gr.Verify(ch.State, v, Claim{PoolName: pool, UserID: user, SecretBlock: block, Timestamp: ts, Signature: sig}); err != nil {
		t.Errorf("server: %v", err)
	}
}

func TestGroup_PowerAgreesWithExp(t *testing.T) {
	t.Parallel()
	gr := New()
	top := new(big.Int).Lsh(gr.one, 256)
	cases := []*big.Int{new(big.Int), big.NewInt(1), big.NewInt(63), big.NewInt(64), big.NewInt(65), new(big.Int).Sub(top, gr.one), top, new(big.Int).Lsh(gr.one, 255), new(big.Int).Lsh(gr.one, 252)}
	for i := range 40 {
		sum := sha256.Sum256([]byte{byte(i)})
		cases = append(cases, new(big.Int).Rsh(new(big.Int).SetBytes(sum[:]), uint(i*6)))
	}
	for _, e := range cases {
		if got, want := gr.power(e), new(big.Int).Exp(gr.g, e, gr.n); got.Cmp(want) != 0 {
			t.Errorf("exponent %x", e)
		}
	}
}

func TestPad(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, in, want string }{
		{"zero", "0", "00"},
		{"one digit", "7", "07"},
		{"top bit clear", "7f", "7f"},
		{"top bit set", "80", "0080"},
		{"odd digits", "123", "0123"},
		{"odd digits, top bit of the first digit set", "823", "0823"},
		{"leading zeros vanish", "0000ff", "00ff"},
		{"thirty digits", "8f0e1d2c3b4a5968778695847362ab", "008f0e1d2c3b4a5968778695847362ab"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, ok := PadHex(c.in); !ok || got != c.want {
				t.Fatalf("got %s", got)
			}
		})
	}
}

func TestVerify_RefusesDegenerateState(t *testing.T) {
	t.Parallel()
	gr := New()
	v := gr.NewVerifier("p", "u", "w")
	zero := State{a: new(big.Int), b: big.NewInt(5), bPub: big.NewInt(7)}
	// With A = 0 the shared secret is zero, so anyone could sign.
	u := hashInt(pad(zero.a), pad(zero.bPub))
	forged := base64.StdEncoding.EncodeToString(signature(sessionKey(u, new(big.Int)), "p", "u", nil, "t"))
	if err := gr.Verify(zero, v, Claim{PoolName: "p", UserID: "u", Timestamp: "t", Signature: forged}); err == nil {
		t.Fatal("A of zero accepted")
	}
}
