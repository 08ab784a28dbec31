package pattern

import (
	"math/rand/v2"
	"testing"
)

// TestWords_agree compares the search by words of eight bytes with one by bytes, on bytes near those searched for.
func TestWords_agree(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(1, 2))
	near := []byte("a!\"# \x00\x1f\x7f\x80\xa0\xa2\xdc\xff[\\]\t\n\r\v\x02")
	for range 20_000 {
		b := make([]byte, draw.IntN(40))
		for i := range b {
			if b[i] = 'x'; draw.IntN(6) == 0 {
				b[i] = near[draw.IntN(len(near))]
			}
		}
		from := draw.IntN(len(b) + 1)
		word, plain := from, from
		for word < len(b) && !isBlank(b[word]) {
			word++
		}
		for plain < len(b) && b[plain] >= ' ' && b[plain] != '"' && b[plain] != '\\' {
			plain++
		}
		if got := wordEnd(b, from); got != word {
			t.Fatalf("wordEnd(%q, %d) = %d, want %d", b, from, got, word)
		}
		if got := plainEnd(b, from); got != plain {
			t.Fatalf("plainEnd(%q, %d) = %d, want %d", b, from, got, plain)
		}
	}
}
