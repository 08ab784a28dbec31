package password

import (
	"crypto/rand"
	"math/big"
)

// temporaryLength is the least length of a made password, in characters: more than 70 bits.
const temporaryLength = 12

// classes leave out look-alikes (0 O 1 l I) and characters that mail templates, shells or JSON would escape.
var classes = [...]string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!@#%*-_=+.?~"}

// Temporary makes a random password that satisfies any policy of its length: at least one character of each class, in random
// order, drawn without bias.
func (p Policy) Temporary() string {
	size := max(p.minimum(), temporaryLength)
	all := ""
	out := make([]byte, 0, size)
	for _, c := range classes {
		all += c
		out = append(out, c[below(len(c))])
	}
	for len(out) < size {
		out = append(out, all[below(len(all))])
	}
	for i := len(out) - 1; i > 0; i-- {
		j := below(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}

// below draws an even number in [0, n).
func below(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic("BUG: system random source: " + err.Error()) // it never fails
	}
	return int(i.Int64())
}
