package userpool_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

// TestAttack46_emails holds that an address has one form, the same for whoever looks at it.
func TestAttack46_emails(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"jo@example.com": true, "j.o+tag@sub.example.co": true, "jö@example.com": true, "x@y": true, "o'h@example.com": true, "a_b@xn--bcher-kva.example": true,
		"": false, "jo": false, "@example.com": false, "jo@": false, "jo@@example.com": false, "jo@a@b.c": false, "jo@example.com\n": false, "jo@exa\nmple.com": false,
		"jo\x00@example.com": false, "jo@example.com\x00": false, "j o@example.com": false, "jo@exam ple.com": false, "jo@еxample.com": false, "jo@example.com,x@y.z": false,
		"<jo@example.com>": false, "jo@[127.0.0.1]": false, "jo\r\nBcc: x@y.z": false, "jo\u200b@example.com": false, "jo\u202e@example.com": false, "jo@.example.com": false,
		"jo@example.com.": false, "jo@example..com": false, "\xff@example.com": false, "jo(x)@example.com": false, "jo;@example.com": false,
		strings.Repeat("x", 243) + "@example.com": false,
	} {
		if userpool.ParseEmail(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range []string{"jo@example.com", "a@b@c", "\n@x", "x@\u0430"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if userpool.ParseEmail(s) && (strings.Count(s, "@") != 1 || len(s) > 254 || strings.ContainsFunc(s, unicode.IsControl)) {
			t.Errorf("%q is taken for an address", s)
		}
	})
}

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"+15550101234": true, "+1": true, "+123456789012345": true,
		"": false, "+": false, "15550101234": false, "+1234567890123456": false, "+1 555": false, "+0555": false, "+1555x": false, "+１５５５": false, "+1\n": false,
	} {
		if userpool.ParsePhone(s) != want {
			t.Errorf("%q: %t", s, !want)
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for in, want := range map[[2]string]string{
		{"email", "frank@example.com"}: "f***@e***", {"email", "x@y"}: "x***@y***", {"email", "öde@example.com"}: "ö***@e***",
		{"phone_number", "+15550101234"}: "+*******1234", {"phone_number", "+12"}: "+*******12", {"phone_number", "+1234"}: "+*******1234",
	} {
		if got := userpool.Mask(in[0], in[1]); got != want {
			t.Errorf("%v is shown as %s", in, got)
		}
	}
}
