package mask

import (
	"bytes"
	"net/netip"
)

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isWord(c byte) bool { return isDigit(c) || isLetter(c) }

// runs yields the longest parts of a message whose bytes belong to a class.
func runs(message []byte, class func(byte) bool, yield func(from, to int)) {
	for i := 0; i < len(message); i++ {
		if !class(message[i]) {
			continue
		}
		from := i
		for i < len(message) && class(message[i]) {
			i++
		}
		yield(from, i)
	}
}

// emails finds addresses around each "@": a local part, and a domain with a dot.
func emails(found []span, message []byte) []span {
	local := func(c byte) bool {
		return isWord(c) || bytes.IndexByte([]byte("!#$%&'*+/=?^_`{|}~.-"), c) >= 0 || c >= 0x80
	}
	domain := func(c byte) bool { return isWord(c) || c == '.' || c == '-' || c >= 0x80 }
	for at := 0; ; {
		i := bytes.IndexByte(message[at:], '@')
		if i < 0 {
			return found
		}
		i += at
		from, to := i, i+1
		for from > at && local(message[from-1]) {
			from--
		}
		for to < len(message) && domain(message[to]) {
			to++
		}
		host := bytes.TrimRight(message[i+1:to], ".-")
		if dot := bytes.LastIndexByte(host, '.'); from < i && dot > 0 && len(host)-dot > 2 && host[0] != '.' {
			found = append(found, span{from, i + 1 + len(host)})
		}
		at = i + 1
	}
}

// addresses finds IPv4 and IPv6 addresses. A version number of four parts looks
// like one and is taken for one.
func addresses(found []span, message []byte) []span {
	four := func(c byte) bool { return isDigit(c) || c == '.' }
	runs(message, four, func(from, to int) {
		if from > 0 && isLetter(message[from-1]) || to < len(message) && isLetter(message[to]) {
			return
		}
		for to > from && message[to-1] == '.' {
			to-- // the end of a sentence
		}
		if a, err := netip.ParseAddr(string(message[from:to])); err == nil && a.Is4() {
			found = append(found, span{from, to})
		}
	})
	six := func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' || c == ':' || c == '.' }
	runs(message, six, func(from, to int) {
		if bytes.Count(message[from:to], []byte(":")) < 2 || from > 0 && isWord(message[from-1]) || to < len(message) && isWord(message[to]) {
			return
		}
		for to > from && (message[to-1] == '.' || message[to-1] == ':' && message[max(from, to-2)] != ':') {
			to--
		}
		if a, err := netip.ParseAddr(string(message[from:to])); err == nil && a.Is6() && !a.IsUnspecified() {
			found = append(found, span{from, to})
		}
	})
	return found
}

// cards finds numbers of 13 to 19 digits, in groups or not, whose beginning is one
// of a card network and whose check digit is right.
func cards(found []span, message []byte) []span {
	part := func(c byte) bool { return isDigit(c) || c == ' ' || c == '-' }
	runs(message, part, func(from, to int) {
		for i := from; i < to; i++ {
			if !isDigit(message[i]) || i > 0 && isWord(message[i-1]) {
				continue
			}
			if end := card(message, i, to); end > 0 {
				found = append(found, span{i, end})
				i = end
			}
		}
	})
	return found
}

// card returns the end of the card number that begins at i, or 0.
func card(message []byte, i, to int) int {
	var digits [19]byte
	n, ends := 0, [20]int{}
	for j := i; j < to && n < len(digits); j++ {
		if isDigit(message[j]) {
			digits[n] = message[j] - '0'
			n++
			ends[n] = j + 1
		} else if j+1 < to && !isDigit(message[j+1]) {
			break // one separator between groups
		}
	}
	for ; n >= 13; n-- {
		end := ends[n]
		if (end == len(message) || !isWord(message[end])) && network(digits[:n]) && luhn(digits[:n]) {
			return end
		}
	}
	return 0
}

// network tells whether digits begin and are as many as those of a card network:
// Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro.
func network(d []byte) bool {
	n := len(d)
	two := int(d[0])*10 + int(d[1])
	four := two*100 + int(d[2])*10 + int(d[3])
	switch {
	case d[0] == 4:
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720:
		return n == 16
	case two == 34, two == 37:
		return n == 15
	case two == 36, two == 38, two == 39, four/10 >= 300 && four/10 <= 305:
		return n >= 14
	case two == 35, two == 60, two == 62, two == 64, two == 65:
		return n >= 16
	case two == 50, two >= 56 && two <= 58, two == 63, two == 67:
		return true
	}
	return false
}

func luhn(d []byte) bool {
	sum := 0
	for i := range d {
		x := int(d[len(d)-1-i])
		if i%2 == 1 {
			if x *= 2; x > 9 {
				x -= 9
			}
		}
		sum += x
	}
	return sum%10 == 0
}

// secretKeys finds what has the form of a secret access key: 40 characters of
// base64 with letters of both cases and digits.
func secretKeys(found []span, message []byte) []span {
	class := func(c byte) bool { return isWord(c) || c == '/' || c == '+' }
	runs(message, class, func(from, to int) {
		if to-from != 40 {
			return
		}
		var upper, lower, digit bool
		for _, c := range message[from:to] {
			upper, lower, digit = upper || c >= 'A' && c <= 'Z', lower || c >= 'a' && c <= 'z', digit || isDigit(c)
		}
		if upper && lower && digit {
			found = append(found, span{from, to})
		}
	})
	return found
}

// socialSecurity finds US social security numbers written with hyphens or blanks.
func socialSecurity(found []span, message []byte) []span {
	for i := 0; i+11 <= len(message); i++ {
		m := message[i : i+11]
		if !isDigit(m[0]) || m[3] != '-' && m[3] != ' ' || m[6] != m[3] || i > 0 && (isWord(message[i-1]) || message[i-1] == '-') ||
			i+11 < len(message) && (isWord(message[i+11]) || message[i+11] == '-') {
			continue
		}
		ok := true
		for j, c := range m {
			ok = ok && (j == 3 || j == 6 || isDigit(c))
		}
		area := string(m[:3])
		if ok && area != "000" && area != "666" && area < "900" && string(m[4:6]) != "00" && string(m[7:]) != "0000" {
			found = append(found, span{i, i + 11})
		}
	}
	return found
}
