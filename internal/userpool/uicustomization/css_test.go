package uicustomization

import (
	"strings"
	"testing"
)

// Attack 28: a style sheet of a brand runs or loads nothing and ends no element.
func TestAttack28_css(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, css string
		ok        bool
	}{
		{"empty", "", true},
		{"one rule", ".logo-customizable { max-width: 60%; max-height: 30% }", true},
		{"several with comments", "/* a */.submitButton-customizable:hover{color:#fff;}\n.label-customizable , .inputField-customizable:focus {border: 1px solid rgb(1, 2, 3);}", true},
		{"class of one's own", ".mine { color: red }", false},
		{"element", "body { color: red }", false},
		{"known class below another", "body .logo-customizable { color: red }", false},
		{"hover where there is none", ".logo-customizable:hover { color: red }", false},
		{"import", "@import 'https://evil.example/a.css';", false},
		{"media", "@media screen { .logo-customizable { color: red } }", false},
		{"end of the element", ".logo-customizable { color: red }</style><script>alert(1)</script>", false},
		{"loads", ".logo-customizable { background: url(https://evil.example/) }", false},
		{"loads in upper case", ".logo-customizable { background: URL('https://evil.example/') }", false},
		{"loads around a comment", ".logo-customizable { background: u/**/rl(x) }", true}, // a comment leaves a space: u rl(x) is nothing
		{"expression", ".logo-customizable { width: expression(alert(1)) }", false},
		{"escape", `.logo-customizable { background: u\72l(x) }`, false},
		{"binding", ".logo-customizable { -moz-binding: x }", false},
		{"end of the element in a comment", ".logo-customizable { color: red } /* </style><script>alert(1)</script> */", false},
		{"rule between two texts", `.logo-customizable { content: "/*" } body { color: red } .label-customizable { content: "*/" }`, false},
		{"loads between two texts", `.logo-customizable { content: "/*"; background: url(x); content: "*/" }`, false},
		{"text", `.logo-customizable { font-family: "A/*b*/", 'c' }`, true},
		{"text with an end", `.logo-customizable { content: "} body { color: red" }`, false},
		{"open bracket", ".logo-customizable { color: rgb(1 }", false},
		{"open comment", ".logo-customizable { color: red } /*", false},
		{"open rule", ".logo-customizable { color: red", false},
		{"nested", ".logo-customizable { .label-customizable { color: red } }", false},
		{"no colon", ".logo-customizable { red }", false},
		{"open text", `.logo-customizable { content: "a }`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if why := checkCSS(c.css); (why == "") != c.ok {
				t.Errorf("%q: %q", c.css, why)
			}
		})
	}
}

func FuzzCheckCSS(f *testing.F) {
	f.Add(".logo-customizable { color: red }")
	f.Add(".a{/*}*/}")
	f.Fuzz(func(t *testing.T, css string) {
		if checkCSS(css) == "" && (strings.Contains(css, "<") || strings.ContainsAny(func() string { s, _ := strip(css); return s }(), "@\\")) {
			t.Errorf("%q passes", css)
		}
	})
}
