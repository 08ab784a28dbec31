package srp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"math/big"
	"sync"
)

// Size is the length in bytes of a number of the group written at full width: verifiers and states use it.
const Size = 384

const (
	exponentBits = 256
	windowBits   = 6
	windows      = (exponentBits + windowBits - 1) / windowBits
	windowSize   = 1 << windowBits
)

// primeHex is the 3072-bit prime of RFC 3526 group 15.
const primeHex = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74" +
	"020bbea63b139b22514a08798e3404ddef9519b3cd3a431b302b0a6df25f1437" +
	"4fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed" +
	"ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf05" +
	"98da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb" +
	"9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b" +
	"e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf695581718" +
	"3995497cea956ae515d2261898fa051015728e5a8aaac42dad33170d04507a33" +
	"a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7" +
	"abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864" +
	"d87602733ec86a64521f2b18177b200cbbe117577a615d6c770988c0bad946e2" +
	"08e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff"

// Group is the arithmetic all proofs share: the prime, the generator and its table of powers. Make one per process with New.
type Group struct {
	n, g, k *big.Int
	nMinus1 *big.Int
	one     *big.Int
	once    sync.Once
	powers  [windows][windowSize]*big.Int
}

// New makes a Group. Its table is computed on first use, or ahead of it by Warm.
func New() *Group {
	n, ok := new(big.Int).SetString(primeHex, 16)
	if !ok {
		panic("BUG: SRP prime")
	}
	gr := &Group{n: n, g: big.NewInt(2), one: big.NewInt(1)}
	gr.nMinus1 = new(big.Int).Sub(n, gr.one)
	gr.k = hashInt(pad(gr.n), pad(gr.g))
	return gr
}

// Warm computes the table of powers now (some 20 ms), so that the first sign-in does not pay for it.
func (gr *Group) Warm() { gr.once.Do(gr.fill) }

// fill computes powers[i][d] = g^((d+1)·64^i), so that no digit, not even zero, stands for the cheap factor 1. The surplus
// exponent Σ64^i is taken out of row 0 once, here.
func (gr *Group) fill() {
	base := new(big.Int).Set(gr.g)
	surplus := new(big.Int)
	for i := range windows {
		surplus.SetBit(surplus, i*windowBits, 1)
		p := new(big.Int).Set(base)
		for d := range windowSize {
			gr.powers[i][d] = p
			p = gr.mulMod(new(big.Int), p, base)
		}
		base.Set(gr.powers[i][windowSize-1]) // g^(64·64^i), the next row's base
	}
	// 2 has an inverse modulo the odd prime, so this cannot be nil.
	inverse := new(big.Int).ModInverse(new(big.Int).Exp(gr.g, surplus, gr.n), gr.n)
	for d := range windowSize {
		gr.mulMod(gr.powers[0][d], gr.powers[0][d], inverse)
	}
}

// power returns g^e mod N for e of at most 256 bits.
func (gr *Group) power(e *big.Int) *big.Int {
	if e.Sign() < 0 || e.BitLen() > exponentBits {
		return new(big.Int).Exp(gr.g, e, gr.n)
	}
	gr.Warm()
	var bytes [exponentBits / 8]byte
	e.FillBytes(bytes[:])
	acc := new(big.Int).Set(gr.powers[0][digit(&bytes, 0)])
	// One quotient for all steps: Rem would make a new one for each.
	product, quotient := new(big.Int), new(big.Int)
	for i := 1; i < windows; i++ {
		product.Mul(acc, gr.powers[i][digit(&bytes, i)])
		quotient.QuoRem(product, gr.n, acc)
	}
	return acc
}

// digit returns the i-th base-64 digit of a big-endian 256-bit number, least significant first.
func digit(b *[exponentBits / 8]byte, i int) int {
	bit := i * windowBits
	at := len(b) - 1 - bit/8
	v := int(b[at])
	if at > 0 {
		v |= int(b[at-1]) << 8
	}
	return v >> (bit % 8) & (windowSize - 1)
}

func (gr *Group) mulMod(z, x, y *big.Int) *big.Int {
	z.Mul(x, y)
	return z.Rem(z, gr.n)
}

// pad writes a number as Java's BigInteger.toByteArray does for non-negative numbers: big-endian, shortest, and with a zero
// byte in front if the top bit is set. Zero is one zero byte. Both sides hash this form.
func pad(i *big.Int) []byte {
	n := i.BitLen()/8 + 1
	return i.FillBytes(make([]byte, n))
}

func hashInt(parts ...[]byte) *big.Int {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return new(big.Int).SetBytes(h.Sum(nil))
}

// equal compares two numbers of the group in constant time.
func equal(x, y *big.Int) bool {
	var a, b [Size]byte
	x.FillBytes(a[:])
	y.FillBytes(b[:])
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// parseHex reads a number of the group in hexadecimal, the only number form on the wire. Leading zeros are allowed up to the
// width a padded number can have.
func parseHex(s string) (*big.Int, bool) {
	if len(s) == 0 || len(s) > 2*Size+2 {
		return nil, false
	}
	if len(s)%2 == 1 {
		s = "0" + s
	}
	raw, err := hex.DecodeString(s)
	if err != nil {
		return nil, false
	}
	return new(big.Int).SetBytes(raw), true
}
