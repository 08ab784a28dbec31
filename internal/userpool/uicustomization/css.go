package uicustomization

import (
	"strings"
)

// selectors are the only ones a style sheet may have. [Cognito: customizing the built-in sign-in pages]
var selectors = map[string]bool{
	".logo-customizable": true, ".banner-customizable": true, ".label-customizable": true, ".textDescription-customizable": true,
	".idpDescription-customizable": true, ".legalText-customizable": true, ".submitButton-customizable": true,
	".submitButton-customizable:hover": true, ".errorMessage-customizable": true, ".inputField-customizable": true,
	".inputField-customizable:focus": true, ".idpButton-customizable": true, ".idpButton-customizable:hover": true,
	".socialButton-customizable": true, ".redirect-customizable": true, ".passwordCheck-notValid-customizable": true,
	".passwordCheck-valid-customizable": true, ".background-customizable": true,
}

// forbidden are texts that would end the style element, load something or run something. Escapes are among them because they
// could write any of the others.
var forbidden = []string{"\\", "@", "url(", "image(", "image-set(", "src(", "expression(", "javascript:", "behavior", "-moz-binding"}

// checkCSS tells what is wrong with a style sheet, empty if nothing is. It takes rules of the known selectors with plain
// declarations; whatever it does not understand is wrong.
func checkCSS(css string) (why string) {
	if strings.Contains(css, "<") {
		return "< is not allowed" // in a comment neither: HTML ends a style element there too
	}
	css, ok := strip(css)
	if !ok {
		return "a comment or a text does not end"
	}
	low := strings.ToLower(css)
	for _, word := range forbidden {
		if strings.Contains(low, word) {
			return word + " is not allowed"
		}
	}
	for strings.TrimSpace(css) != "" {
		head, rest, ok := strings.Cut(css, "{")
		if !ok {
			return "a rule has no declarations"
		}
		body, after, ok := strings.Cut(rest, "}")
		if !ok || strings.Contains(body, "{") {
			return "a rule does not end"
		}
		for s := range strings.SplitSeq(head, ",") {
			if !selectors[strings.TrimSpace(s)] {
				return "a selector is not allowed"
			}
		}
		for d := range strings.SplitSeq(body, ";") {
			if strings.TrimSpace(d) != "" && !declaration(d) {
				return "a declaration is not valid"
			}
		}
		css = after
	}
	return ""
}

// strip takes the comments out, leaving a space for each, so that no word is made of two. What looks like a comment inside of a
// text in quotes is none.
func strip(css string) (string, bool) {
	var b strings.Builder
	for {
		i := strings.IndexAny(css, "/\"'")
		if i < 0 {
			b.WriteString(css)
			return b.String(), true
		}
		b.WriteString(css[:i])
		quote := css[i]
		css = css[i+1:]
		if quote != '/' {
			end := strings.IndexByte(css, quote)
			if end < 0 || strings.ContainsAny(css[:end], "\n\r\f\\") {
				return "", false
			}
			b.WriteByte(quote)
			b.WriteString(css[:end+1])
			css = css[end+1:]
			continue
		}
		if !strings.HasPrefix(css, "*") {
			b.WriteByte('/')
			continue
		}
		_, after, ended := strings.Cut(css[1:], "*/")
		if !ended {
			return "", false
		}
		b.WriteByte(' ')
		css = after
	}
}

func declaration(s string) bool {
	name, value, ok := strings.Cut(s, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || name == "" || value == "" {
		return false
	}
	for _, c := range name {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	for _, c := range value {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f || c == 0xfffd {
			return false
		}
	}
	return strings.Count(value, `"`)%2 == 0 && strings.Count(value, "'")%2 == 0 && strings.Count(value, "(") == strings.Count(value, ")")
}
