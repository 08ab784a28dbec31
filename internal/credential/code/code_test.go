package code_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/credential/code"
)

type fakeKeyed string

func (k fakeKeyed) MAC(purpose string, data ...[]byte) (sum [32]byte) {
	h := hmac.New(sha256.New, []byte(k))
	fmt.Fprintf(h, "%q %q", purpose, data)
	h.Sum(sum[:0])
	return sum
}

func (k fakeKeyed) CheckMAC(purpose string, sum [32]byte, data ...[]byte) bool {
	want := k.MAC(purpose, data...)
	return hmac.Equal(want[:], sum[:])
}

func TestNew(t *testing.T) {
	t.Parallel()
	var first [10]int
	seen := map[string]bool{}
	for range 10_000 {
		c := code.New()
		if len(c) != 6 || strings.Trim(c, "0123456789") != "" {
			t.Fatalf("%q", c)
		}
		first[c[0]-'0']++
		seen[c] = true
	}
	for d, n := range first {
		if n < 800 || n > 1200 { // six standard deviations
			t.Errorf("first digit %d came %d times of 10,000", d, n)
		}
	}
	if len(seen) < 9_800 {
		t.Errorf("only %d different codes", len(seen))
	}
	if c := code.NewDigits(8); len(c) != 8 {
		t.Errorf("%q", c)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	k := fakeKeyed("key")
	sum := code.Hash(k, "sign-up", "pool/jo", "012345")
	cases := []struct {
		name, purpose, owner, code string
		want                       bool
	}{
		{"right", "sign-up", "pool/jo", "012345", true},
		{"typed with spaces", "sign-up", "pool/jo", " 012345\n", true},
		{"wrong", "sign-up", "pool/jo", "012346", false},
		{"leading zero left out", "sign-up", "pool/jo", "12345", false},
		{"longer", "sign-up", "pool/jo", "0123450", false},
		{"empty", "sign-up", "pool/jo", "", false},
		{"huge", "sign-up", "pool/jo", strings.Repeat("0", 1<<20), false},
		{"other owner", "sign-up", "pool/jo2", "012345", false},
		{"other purpose", "reset", "pool/jo", "012345", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := code.Match(k, c.purpose, c.owner, sum, c.code); got != c.want {
				t.Fatalf("%v", got)
			}
		})
	}
}
