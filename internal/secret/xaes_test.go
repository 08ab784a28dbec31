package secret

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The two published examples of the construction; the second has the top bit of the derived block set.
func TestXAES_PublishedVectors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		key  byte
		aad  string
		want string
	}{
		{"top bit clear", 1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"},
		{"top bit set", 3, "c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := newXAES(bytes.Repeat([]byte{c.key}, 32))
			nonce := []byte("ABCDEFGHIJKLMNOPQRSTUVWX")
			sealed := x.seal(nil, nonce, []byte("XAES-256-GCM"), []byte(c.aad))
			if got := hex.EncodeToString(sealed); got != c.want {
				t.Fatalf("got %s", got)
			}
			plain, err := x.open(nonce, sealed, []byte(c.aad))
			if err != nil || string(plain) != "XAES-256-GCM" {
				t.Fatalf("open: %q, %v", plain, err)
			}
		})
	}
}
