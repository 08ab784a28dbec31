package schema

import "strings"

// javaToRE2 rewrites the few places where the models' Java patterns differ
// from RE2: possessive and lazy forms are equal for full matches, \p{Alnum} and
// its kin have POSIX names, and \uXXXX is \x{XXXX}.
func javaToRE2(p string) string {
	r := strings.NewReplacer(
		`\p{Alnum}`, `[:alnum:]`, `\p{Alpha}`, `[:alpha:]`, `\p{Digit}`, `[:digit:]`,
		`\p{Graph}`, `[:graph:]`, `\p{Print}`, `[:print:]`, `\p{Punct}`, `[:punct:]`, `\p{ASCII}`, `\x00-\x7f`,
		`*+`, `*`, `++`, `+`, `\uD800\uDC00-\uDBFF\uDFFF`, `\x{10000}-\x{10FFFF}`,
	)
	p = r.Replace(p)
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] == '\\' && i+1 < len(p) {
			if p[i+1] == 'u' && i+5 < len(p) {
				b.WriteString(`\x{` + p[i+2:i+6] + `}`)
				i += 5
				continue
			}
			b.WriteByte(p[i])
			b.WriteByte(p[i+1])
			i++
			continue
		}
		b.WriteByte(p[i])
	}
	return b.String()
}
