package object

import (
	"encoding/base64"
	"hash"
	"reflect"
	"strings"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
)

// Checksum types.
const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

// fallback is what S3 computes when the client gives no checksum.
const fallback = "CRC64NVME"

// algorithms that are served; newer ones of the model are refused.
var algorithms = []string{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"}

// unserved are members of the model whose values could not be checked.
var unserved = []string{"SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"}

// checksumsOf returns the checksum members of an input by algorithm. Their
// values are checked for their form.
func checksumsOf(in any) (map[string]string, error) {
	v := reflect.ValueOf(in).Elem()
	var out map[string]string
	for _, a := range unserved {
		if f := v.FieldByName("Checksum" + a); f.IsValid() && !f.IsNil() {
			return nil, unsupportedChecksum()
		}
	}
	for _, a := range algorithms {
		f := v.FieldByName("Checksum" + a)
		if !f.IsValid() || f.IsNil() {
			continue
		}
		if out != nil {
			return nil, invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		text := f.Elem().String()
		if !validChecksum(a, text) {
			return nil, invalidRequest("Value for x-amz-checksum-" + strings.ToLower(a) + " header is invalid.")
		}
		out = map[string]string{a: text}
	}
	return out, nil
}

func unsupportedChecksum() error {
	return invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
}

// algorithm reads x-amz-sdk-checksum-algorithm or x-amz-checksum-algorithm.
func algorithm(a *string) (string, error) {
	if a == nil || *a == "" {
		return "", nil
	}
	up := strings.ToUpper(*a)
	for _, known := range algorithms {
		if up == known {
			return up, nil
		}
	}
	return "", unsupportedChecksum()
}

func validChecksum(alg, text string) bool {
	raw, err := base64.StdEncoding.DecodeString(text)
	return err == nil && len(raw) == sigv4.NewChecksum(alg).Size()
}

// setChecksums fills the checksum members of an output.
func setChecksums(out any, sums map[string]string, kind string) {
	v := reflect.ValueOf(out).Elem()
	for a, text := range sums {
		if f := v.FieldByName("Checksum" + a); f.IsValid() {
			f.Set(reflect.ValueOf(&text))
		}
	}
	if f := v.FieldByName("ChecksumType"); f.IsValid() && kind != "" && len(sums) > 0 {
		f.Set(reflect.ValueOf(&kind))
	}
}

func encodeSum(h hash.Hash) string { return base64.StdEncoding.EncodeToString(h.Sum(nil)) }

// reversed polynomials of the CRC family, with their widths in bits.
var polynomials = map[string]struct {
	poly uint64
	bits int
}{
	"CRC32": {0xedb88320, 32}, "CRC32C": {0x82f63b78, 32}, "CRC64NVME": {0x9a6c9329ac4bc9b5, 64},
}

// combine gives the CRC of two runs of bytes from theirs and the length of the
// second: the first is shifted by that many zero bytes, by squaring matrices
// over GF(2), and the two are added.
func combine(alg string, first, second uint64, length int64) uint64 {
	p := polynomials[alg]
	if length <= 0 {
		return first
	}
	odd := make([]uint64, p.bits) // one zero bit
	odd[0] = p.poly
	for i := 1; i < p.bits; i++ {
		odd[i] = 1 << (i - 1)
	}
	m := square(square(square(odd))) // one zero byte
	for ; length > 0; length >>= 1 {
		if length&1 != 0 {
			first = times(m, first)
		}
		m = square(m)
	}
	return first ^ second
}

func times(m []uint64, v uint64) uint64 {
	var sum uint64
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func square(m []uint64) []uint64 {
	out := make([]uint64, len(m))
	for i := range m {
		out[i] = times(m, m[i])
	}
	return out
}

// crcValue turns a checksum's text into a number and back.
func crcValue(text string) uint64 {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return 0 // rows hold only what validChecksum took
	}
	var n uint64
	for _, b := range raw {
		n = n<<8 | uint64(b)
	}
	return n
}

func crcText(alg string, n uint64) string {
	raw := make([]byte, polynomials[alg].bits/8)
	for i := len(raw) - 1; i >= 0; i-- {
		raw[i] = byte(n)
		n >>= 8
	}
	return base64.StdEncoding.EncodeToString(raw)
}
