package totp

import (
	"strings"
	"testing"
	"time"
)

// Appendix B of RFC 6238, the rows of SHA-1.
func TestVectors(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		step := Step(time.Unix(at, 0))
		if got := hotp([]byte("12345678901234567890"), uint64(step), 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
		if got := Code([]byte("12345678901234567890"), step); got != want[2:] {
			t.Errorf("six digits at %d: %s, want %s", at, got, want[2:])
		}
	}
}

// Appendix D of RFC 4226.
func TestVectors_HOTP(t *testing.T) {
	t.Parallel()
	for i, want := range strings.Fields("755224 287082 359152 969429 338314 254676 287922 162583 399871 520489") {
		if got := hotp([]byte("12345678901234567890"), uint64(i), 6); got != want {
			t.Errorf("count %d: %s, want %s", i, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	secret, now := []byte("12345678901234567890"), time.Date(2026, 3, 3, 7, 5, 15, 0, time.UTC)
	at := Step(now)
	for i := int64(-3); i <= 3; i++ {
		step, ok := Match(secret, Code(secret, at+i), now)
		if want := i >= -Window && i <= Window; ok != want && Code(secret, at+i) != Code(secret, at) || ok && step != at+i {
			t.Errorf("%+d: step %+d, %t", i, step-at, ok)
		}
	}
	code := Code(secret, at)
	for _, text := range []string{"", code[:5], code + "0", " " + code, code + "\n", strings.Repeat("0", 1<<20), "１２３４５６"} {
		if _, ok := Match(secret, text, now); ok {
			t.Errorf("%.20q is accepted", text)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	if got := Text(NewSecret()); len(got) != 52 || strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		t.Error(got)
	}
	if got := Text([]byte("12345678901234567890")); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Error(got)
	}
	if a, b := NewSecret(), NewSecret(); string(a) == string(b) {
		t.Error("two secrets are equal")
	}
}
