package secret

import (
	"crypto/aes"
	"crypto/cipher"
)

// xaes is AES-256-GCM with a 192-bit nonce: the first half derives a key for this value alone (NIST SP 800-108r1 counter mode
// over CMAC), the second half is GCM's own nonce [C2SP: XAES-256-GCM]. Random 96-bit nonces under one key would be limited to
// about four thousand million values, which a server sealing a block per sign-in reaches within a year.
type xaes struct {
	block cipher.Block
	k1    [aes.BlockSize]byte
}

func newXAES(key []byte) *xaes {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("BUG: AES key: " + err.Error())
	}
	x := &xaes{block: block}
	block.Encrypt(x.k1[:], x.k1[:])
	// Doubling in GF(2^128), without a branch on the secret top bit.
	carry := -(x.k1[0] >> 7) & 0x87
	for i := range x.k1 {
		var next byte
		if i+1 < len(x.k1) {
			next = x.k1[i+1] >> 7
		}
		x.k1[i] = x.k1[i]<<1 | next
	}
	x.k1[len(x.k1)-1] ^= carry
	return x
}

func (x *xaes) gcm(nonce []byte) cipher.AEAD {
	var key [2 * aes.BlockSize]byte
	for half := range 2 {
		m := key[half*aes.BlockSize : (half+1)*aes.BlockSize]
		m[1], m[2] = byte(half+1), 'X'
		copy(m[4:], nonce[:12])
		for i := range m {
			m[i] ^= x.k1[i]
		}
		x.block.Encrypt(m, m)
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("BUG: AES key: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("BUG: GCM: " + err.Error())
	}
	return aead
}

func (x *xaes) seal(dst, nonce, plaintext, aad []byte) []byte {
	return x.gcm(nonce).Seal(dst, nonce[12:], plaintext, aad)
}

func (x *xaes) open(nonce, sealed, aad []byte) ([]byte, error) {
	return x.gcm(nonce).Open(nil, nonce[12:], sealed, aad)
}
