package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/secret"
)

func TestVault_SealOpen(t *testing.T) {
	t.Parallel()
	v := secret.NewVault(secret.GenerateMasterKey())
	for _, size := range []int{0, 1, 15, 16, 17, 1000, 100_000} {
		plain := bytes.Repeat([]byte{7}, size)
		sealed := v.Seal("seed", plain, []byte("owner"))
		if len(sealed) != size+secret.Overhead {
			t.Fatalf("size %d: sealed to %d bytes", size, len(sealed))
		}
		got, err := v.Open("seed", sealed, []byte("owner"))
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("size %d: open: %v", size, err)
		}
		if bytes.Equal(sealed, v.Seal("seed", plain, []byte("owner"))) {
			t.Fatal("two seals of one value are equal")
		}
	}
}

func TestVault_OpenRefuses(t *testing.T) {
	t.Parallel()
	key := secret.GenerateMasterKey()
	v := secret.NewVault(key)
	sealed := v.Seal("seed", []byte("TOPSECRET"), []byte("owner"))
	cases := []struct {
		name    string
		vault   *secret.Vault
		purpose string
		sealed  []byte
		aad     string
		want    error
	}{
		{"other purpose", v, "code", sealed, "owner", secret.ErrOpen},
		{"other owner", v, "seed", sealed, "owner2", secret.ErrOpen},
		{"bytes moved from purpose to owner", v, "see", sealed, "downer", secret.ErrOpen},
		{"empty", v, "seed", nil, "owner", secret.ErrOpen},
		{"truncated", v, "seed", sealed[:len(sealed)-1], "owner", secret.ErrOpen},
		{"longer", v, "seed", append(bytes.Clone(sealed), 0), "owner", secret.ErrOpen},
		{"header only", v, "seed", sealed[:33], "owner", secret.ErrOpen},
		{"other key", secret.NewVault(secret.GenerateMasterKey()), "seed", sealed, "owner", secret.ErrUnknownKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.vault.Open(c.purpose, c.sealed, []byte(c.aad))
			if !errors.Is(err, c.want) || got != nil {
				t.Fatalf("got %q, %v; want %v", got, err, c.want)
			}
			if strings.Contains(fmt.Sprint(err), "TOPSECRET") {
				t.Fatal("the error shows the plaintext")
			}
		})
	}
	t.Run("every bit", func(t *testing.T) {
		t.Parallel()
		for i := range len(sealed) * 8 {
			bad := bytes.Clone(sealed)
			bad[i/8] ^= 1 << (i % 8)
			if _, err := v.Open("seed", bad, []byte("owner")); err == nil {
				t.Fatalf("bit %d flipped and still opened", i)
			}
		}
	})
}

func TestVault_Rotation(t *testing.T) {
	t.Parallel()
	a, b := secret.GenerateMasterKey(), secret.GenerateMasterKey()
	old := secret.NewVault(a)
	both := secret.NewVault(b, a)
	sealed := old.Seal("p", []byte("x"), nil)
	if got, err := both.Open("p", sealed, nil); err != nil || string(got) != "x" {
		t.Fatalf("retired key: %q, %v", got, err)
	}
	if id, _ := secret.SealedWith(sealed); id != old.KeyID() {
		t.Fatalf("SealedWith %s, want %s", id, old.KeyID())
	}
	if id, _ := secret.SealedWith(both.Seal("p", nil, nil)); id != both.KeyID() {
		t.Fatal("sealed with a retired key")
	}
	sum := old.MAC("m", []byte("code"))
	if !both.CheckMAC("m", sum, []byte("code")) || both.CheckMAC("m", sum, []byte("cod")) {
		t.Fatal("CheckMAC under a retired key")
	}
	if sums := both.MACs("m", []byte("code")); len(sums) != 2 || sums[0] != both.MAC("m", []byte("code")) || sums[1] != sum {
		t.Fatal("MACs order")
	}
	if both.CheckKey(old.KeyID()) != nil || both.CheckKey(both.KeyID()) != nil {
		t.Fatal("CheckKey refuses a key it holds")
	}
	if err := old.CheckKey(both.KeyID()); !errors.Is(err, secret.ErrWrongKey) {
		t.Fatalf("CheckKey: %v", err)
	}
}

func TestVault_MAC(t *testing.T) {
	t.Parallel()
	v := secret.NewVault(secret.GenerateMasterKey())
	base := v.MAC("p", []byte("ab"), []byte("c"))
	for name, other := range map[string][32]byte{
		"purpose":   v.MAC("q", []byte("ab"), []byte("c")),
		"boundary":  v.MAC("p", []byte("a"), []byte("bc")),
		"fewer":     v.MAC("p", []byte("abc")),
		"more":      v.MAC("p", []byte("ab"), []byte("c"), nil),
		"other key": secret.NewVault(secret.GenerateMasterKey()).MAC("p", []byte("ab"), []byte("c")),
	} {
		if other == base {
			t.Errorf("%s: same sum", name)
		}
	}
	if v.MAC("p", []byte("ab"), []byte("c")) != base {
		t.Error("not stable")
	}
}

func TestVault_ManyPurposesConcurrently(t *testing.T) {
	t.Parallel()
	v := secret.NewVault(secret.GenerateMasterKey())
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 600 {
				p := fmt.Sprint("purpose ", i, g%2)
				sealed := v.Seal(p, []byte("x"), nil)
				if _, err := v.Open(p, sealed, nil); err != nil {
					t.Error(err)
					return
				}
				v.MAC(p, sealed)
			}
		})
	}
	wg.Wait()
}

func TestVault_Token(t *testing.T) {
	t.Parallel()
	v := secret.NewVault(secret.GenerateMasterKey())
	token := v.SealToken("page", []byte("row 7"), "arn:a", "query")
	if got, err := v.OpenToken("page", token, "arn:a", "query"); err != nil || string(got) != "row 7" {
		t.Fatalf("%q, %v", got, err)
	}
	raw := v.Seal("page", []byte("row 7"), nil)
	cases := []struct {
		name, purpose, token string
		binding              []string
	}{
		{"other caller", "page", token, []string{"arn:b", "query"}},
		{"other query", "page", token, []string{"arn:a", "query2"}},
		{"binding shifted", "page", token, []string{"arn:aq", "uery"}},
		{"no binding", "page", token, nil},
		{"other purpose", "session", token, []string{"arn:a", "query"}},
		{"one character less", "page", token[:len(token)-1], []string{"arn:a", "query"}},
		{"one character more", "page", token + "A", []string{"arn:a", "query"}},
		{"line break inside", "page", token[:10] + "\n" + token[10:], []string{"arn:a", "query"}},
		{"padding", "page", token + "=", []string{"arn:a", "query"}},
		{"empty", "page", "", []string{"arn:a", "query"}},
		{"SQL", "page", "' OR 1=1 --", []string{"arn:a", "query"}},
		{"huge", "page", strings.Repeat("A", 1<<20), []string{"arn:a", "query"}},
		{"a database value is no token", "page", string(raw), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := v.OpenToken(c.purpose, c.token, c.binding...); err == nil {
				t.Fatalf("opened to %q", got)
			}
		})
	}
}

func FuzzVault_Open(f *testing.F) {
	v := secret.NewVault(secret.GenerateMasterKey())
	f.Add([]byte(nil), "p", []byte("a"))
	f.Add(v.Seal("p", []byte("x"), []byte("a")), "p", []byte("b"))
	f.Add(v.Seal("p", []byte("x"), []byte("a"))[:40], "p", []byte("a"))
	f.Fuzz(func(t *testing.T, sealed []byte, purpose string, aad []byte) {
		if got, err := v.Open("fuzz "+purpose, sealed, aad); err == nil {
			t.Fatalf("forged value opened to %q", got)
		}
		if got, err := v.OpenToken(purpose, string(sealed), string(aad)); err == nil {
			t.Fatalf("forged token opened to %q", got)
		}
		_, _ = secret.SealedWith(sealed)
		round, err := v.Open(purpose, v.Seal(purpose, sealed, aad), aad)
		if err != nil || !bytes.Equal(round, sealed) {
			t.Fatalf("round trip: %v", err)
		}
	})
}

func BenchmarkVault_Seal1K(b *testing.B) {
	v := secret.NewVault(secret.GenerateMasterKey())
	plain := make([]byte, 1024)
	b.ReportAllocs()
	for b.Loop() {
		v.Seal("p", plain, []byte("owner"))
	}
}

func BenchmarkVault_Open1K(b *testing.B) {
	v := secret.NewVault(secret.GenerateMasterKey())
	sealed := v.Seal("p", make([]byte, 1024), []byte("owner"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open("p", sealed, []byte("owner")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVault_MAC(b *testing.B) {
	v := secret.NewVault(secret.GenerateMasterKey())
	data := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		v.MAC("p", data)
	}
}
