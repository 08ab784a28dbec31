package pattern

import "encoding/json"

// maxQuickDepth is the nesting that valid checks by itself; deeper texts, which no service writes, are left to package json
// with its own bound.
const maxQuickDepth = 200

// valid tells whether b is one JSON value, surrounded by nothing but blanks.
func valid(b []byte) bool {
	end := validValue(b, 0, 0)
	if end == tooDeep {
		return json.Valid(b)
	}
	return end >= 0 && skipBlanks(b, end) == len(b)
}

const (
	notJSON = -1
	tooDeep = -2
)

// validValue returns the place after the value at i, or notJSON or tooDeep.
func validValue(b []byte, i, depth int) int {
	i = skipBlanks(b, i)
	if i >= len(b) {
		return notJSON
	}
	switch b[i] {
	case '"':
		return validString(b, i)
	case '{', '[':
		if depth >= maxQuickDepth {
			return tooDeep
		}
		return validComposite(b, i, depth+1)
	case 't':
		return validWord(b, i, "true")
	case 'f':
		return validWord(b, i, "false")
	case 'n':
		return validWord(b, i, "null")
	default:
		return validNumber(b, i)
	}
}

func validComposite(b []byte, i, depth int) int {
	object := b[i] == '{'
	closing := b[i] + 2 // '}' is '{'+2, ']' is '['+2
	if i = skipBlanks(b, i+1); i < len(b) && b[i] == closing {
		return i + 1
	}
	for {
		if object {
			if i = skipBlanks(b, i); i >= len(b) || b[i] != '"' {
				return notJSON
			}
			if i = validString(b, i); i < 0 {
				return i
			}
			if i = skipBlanks(b, i); i >= len(b) || b[i] != ':' {
				return notJSON
			}
			i++
		}
		if i = validValue(b, i, depth); i < 0 {
			return i
		}
		if i = skipBlanks(b, i); i >= len(b) {
			return notJSON
		}
		switch b[i] {
		case closing:
			return i + 1
		case ',':
			i++
		default:
			return notJSON
		}
	}
}

func validString(b []byte, i int) int {
	for i = plainEnd(b, i+1); i < len(b); i = plainEnd(b, i+1) {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < ' ':
			return notJSON
		case c == '\\':
			if i++; i >= len(b) {
				return notJSON
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for range 4 {
					if i++; i >= len(b) || !isHex(b[i]) {
						return notJSON
					}
				}
			default:
				return notJSON
			}
		}
	}
	return notJSON
}

func validWord(b []byte, i int, word string) int {
	if len(b)-i < len(word) || string(b[i:i+len(word)]) != word {
		return notJSON
	}
	return i + len(word)
}

func validNumber(b []byte, i int) int {
	if b[i] == '-' {
		i++
	}
	start := i
	if i = digits(b, i); i == start || b[start] == '0' && i > start+1 {
		return notJSON
	}
	if i < len(b) && b[i] == '.' {
		start = i + 1
		if i = digits(b, start); i == start {
			return notJSON
		}
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		start = i
		if i = digits(b, start); i == start {
			return notJSON
		}
	}
	return i
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	return i
}
