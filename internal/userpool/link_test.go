package userpool

import (
	"strings"
	"testing"
)

func TestWithLink(t *testing.T) {
	t.Parallel()
	const to = "https://shop.auth.us-east-1.localhost/confirmUser?client_id=1&user_name=a%26b"
	const a = `<a href="https://shop.auth.us-east-1.localhost/confirmUser?client_id=1&amp;user_name=a%26b">`
	for body, want := range map[string]string{
		"":                                   "",
		"no link":                            "no link",
		"Click {##Here##}.":                  "Click " + a + "Here</a>.",
		"{##<b>Verify</b> me##}":             a + "<b>Verify</b> me</a>",
		"{##One##} or {##two##}":             a + "One</a> or " + a + "two</a>",
		"{####}":                             "{####}",
		"code {####}, link {##Click here##}": "code {####}, link " + a + "Click here</a>",
		"{##open":                            "{##open",
		"##}shut{##":                         "##}shut{##",
		"{##a{##b##}":                        a + "a{##b</a>",
	} {
		if got := withLink(body, to); got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}

// Whatever a message is, what comes is the message with brackets changed, and no bracket stands for nothing.
func FuzzWithLink(f *testing.F) {
	for _, seed := range []string{"{##x##}", "{####}", "{##{####}##}", "a{##b", "##}{##", "{#####}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "<a href") || strings.Contains(body, "</a>") {
			return
		}
		back := strings.NewReplacer(`<a href="to">`, linkOpens, "</a>", linkCloses).Replace(withLink(body, "to"))
		if back != body {
			t.Errorf("%q became %q", body, withLink(body, "to"))
		}
	})
}
