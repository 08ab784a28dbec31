package srp

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"math/big"
)

// MAC is a keyed hash with a key of its own per purpose, such as a secret.Vault.
type MAC interface {
	MAC(purpose string, data ...[]byte) [32]byte
}

// fakePurpose names the keyed hash that invents values for unknown users. Changing it changes their salts, which would tell
// them from known users.
const fakePurpose = "srp unknown user"

// FakeVerifier invents the verifier of a user who does not exist, always the same for one pool and name, so that asking twice
// tells nothing [RFC 5054 section 2.5.1.3]. Nobody knows a password for it; every proof against it fails after equal work.
func (gr *Group) FakeVerifier(mac MAC, poolName, name string) Verifier {
	salt := mac.MAC(fakePurpose, []byte("salt"), []byte(poolName), []byte(name))
	// A key stream is as quick as opening what is sealed, which a known user's verifier costs.
	key := mac.MAC(fakePurpose, []byte("verifier"), []byte(poolName), []byte(name))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("BUG: cipher of a key of 32 bytes: " + err.Error())
	}
	var wide [Size + 32]byte                                                         // 256 surplus bits make the reduction even
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(wide[:], wide[:]) // the key is good for this stream alone
	v := new(big.Int).SetBytes(wide[:])
	v.Mod(v, new(big.Int).Sub(gr.n, big.NewInt(3)))
	v.Add(v, big.NewInt(2)) // 2 … N−2
	return Verifier{Salt: salt[:SaltSize:SaltSize], V: v.FillBytes(make([]byte, Size))}
}

// FakeUserID invents the USER_ID_FOR_SRP of an unknown user: text in the form of a UUID, stable for one pool and name.
func FakeUserID(mac MAC, poolName, name string) string {
	sum := mac.MAC(fakePurpose, []byte("user id"), []byte(poolName), []byte(name))
	id := sum[:16]
	// The third group of real users' ids begins with 7 [Cognito: sub values of new users].
	id[6] = id[6]&0x0f | 0x70
	h := hex.EncodeToString(id)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
