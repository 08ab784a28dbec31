package password_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/cogtrail/cogtrail/internal/credential/password"
)

func TestPolicy_Check(t *testing.T) {
	t.Parallel()
	full := password.Policy{MinimumLength: 8, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true}
	symbols := password.Policy{MinimumLength: 6, RequireSymbols: true}
	cases := []struct {
		name, in string
		p        password.Policy
		want     string
	}{
		{"good", "Passw0rd!", full, ""},
		{"length first", "a", full, "Password did not conform with policy: Password not long enough"},
		{"one short", "Passw0!", full, "Password did not conform with policy: Password not long enough"},
		{"upper", "passw0rd!", full, "Password did not conform with policy: Password must have uppercase characters"},
		{"lower", "PASSW0RD!", full, "Password did not conform with policy: Password must have lowercase characters"},
		{"number", "Password!", full, "Password did not conform with policy: Password must have numeric characters"},
		{"symbol", "Passw0rdd", full, "Password did not conform with policy: Password must have symbol characters"},
		{"only ASCII letters count", "passw0rd!Ä", full, "Password did not conform with policy: Password must have uppercase characters"},
		{"space inside is a symbol", "abc def", symbols, ""},
		{"space in front is none", " abcdef", symbols, "Password did not conform with policy: Password must have symbol characters"},
		{"space at the end is none", "abcdef ", symbols, "Password did not conform with policy: Password must have symbol characters"},
		{"section sign is no symbol", "abcdef§", symbols, "Password did not conform with policy: Password must have symbol characters"},
		{"zero policy", "abcdefgh", password.Policy{}, ""},
		{"zero policy, seven", "abcdefg", password.Policy{}, "Password did not conform with policy: Password not long enough"},
		{"longest", strings.Repeat("a", 256), password.Policy{}, ""},
		{"too long", strings.Repeat("a", 257), password.Policy{}, "Password did not conform with policy: Password too long"},
	}
	for _, s := range "^$*.[]{}()?-\"!@#%&/\\,><':;|_~`=+" {
		cases = append(cases, struct {
			name, in string
			p        password.Policy
			want     string
		}{"symbol " + string(s), "abcdef" + string(s), symbols, ""})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := c.p.Check(c.in); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Fatalf("got %q", got)
			}
		})
	}
}

func TestPolicy_Temporary(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 500 {
		p := password.Policy{MinimumLength: 6 + i%94, RequireUppercase: true, RequireLowercase: true, RequireNumbers: true, RequireSymbols: true}
		got := p.Temporary()
		if err := p.Check(got); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if len(got) != max(12, p.MinimumLength) || seen[got] {
			t.Fatalf("%q", got)
		}
		seen[got] = true
	}
}

var cheap = password.Params{MemoryKiB: 64, Passes: 1, Threads: 1}

func hasher(t *testing.T, parallel, waiting int) *password.Hasher {
	t.Helper()
	h, err := password.NewHasher(cheap, parallel, waiting)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHasher(t *testing.T) {
	t.Parallel()
	h := hasher(t, 2, 100)
	one, err := h.Hash(t.Context(), "pw")
	if err != nil || !strings.HasPrefix(one, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatalf("%s, %v", one, err)
	}
	two, _ := h.Hash(t.Context(), "pw")
	if one == two {
		t.Fatal("no salt")
	}
	if err := h.Verify(t.Context(), one, "pw"); err != nil {
		t.Fatal(err)
	}
	if err := h.Verify(t.Context(), one, "pw "); !errors.Is(err, password.ErrMismatch) {
		t.Fatalf("%v", err)
	}
	if err := h.VerifyUnknown(t.Context(), "pw"); !errors.Is(err, password.ErrMismatch) {
		t.Fatalf("%v", err)
	}
	other, err := password.NewHasher(password.Params{}, 1, 1)
	if err != nil || h.NeedsRehash(one) || !other.NeedsRehash(one) || !h.NeedsRehash("x") {
		t.Fatalf("NeedsRehash, %v", err)
	}
}

func TestHasher_RefusesBadHashes(t *testing.T) {
	t.Parallel()
	h := hasher(t, 1, 10)
	const tail = "$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, s := range map[string]string{
		"empty": "", "other algorithm": "$argon2i$v=19$m=64,t=1,p=1" + tail, "other version": "$argon2id$v=16$m=64,t=1,p=1" + tail,
		"memory bomb": "$argon2id$v=19$m=4294967295,t=1,p=1" + tail, "memory above the bound": "$argon2id$v=19$m=262145,t=1,p=1" + tail,
		"pass bomb": "$argon2id$v=19$m=64,t=17,p=1" + tail, "no thread": "$argon2id$v=19$m=64,t=1,p=0" + tail,
		"too many threads": "$argon2id$v=19$m=64,t=1,p=257" + tail, "order": "$argon2id$v=19$t=1,m=64,p=1" + tail,
		"short hash": "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA", "long": strings.Repeat("$", 1000),
	} {
		if err := h.Verify(t.Context(), s, ""); !errors.Is(err, password.ErrBadHash) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHasher_Bounds(t *testing.T) {
	t.Parallel()
	h, err := password.NewHasher(password.Params{MemoryKiB: 4 << 10, Passes: 2, Threads: 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	results := make(chan error, 64)
	for range cap(results) {
		wg.Go(func() { results <- h.VerifyUnknown(context.Background(), "x") })
	}
	wg.Wait()
	close(results)
	done := 0
	for err := range results {
		switch {
		case errors.Is(err, password.ErrMismatch):
			done++
		case !errors.Is(err, password.ErrBusy):
			t.Fatalf("%v", err)
		}
	}
	if done == 0 {
		t.Fatal("nothing was done")
	}
	if _, err := password.NewHasher(password.Params{MemoryKiB: 1 << 30, Passes: 1, Threads: 1}, 1, 1); err == nil {
		t.Fatal("unbounded memory allowed")
	}
}

func FuzzHasher_Verify(f *testing.F) {
	h, err := password.NewHasher(cheap, 1, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, s string) { h.NeedsRehash(s) })
}

func BenchmarkHasher_DefaultCost(b *testing.B) {
	h, err := password.NewHasher(password.Params{}, 1, 1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_ = h.VerifyUnknown(b.Context(), "x")
	}
}
