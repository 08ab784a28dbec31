package encryptionsdk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Key wraps data keys. Whoever decrypts sets up a raw AES keyring with the same three.
type Key struct {
	Namespace string
	Name      string
	Secret    [32]byte
}

const (
	suite     = 0x0478
	frameSize = 4096
	tagSize   = 16
	nonceSize = 12
)

// ErrTooLong tells that a text does not fit into one frame.
var ErrTooLong = errors.New("text is longer than a frame")

// Seed is the chance in a message: data key, message id, and nonce of the wrapping. It is as secret as the text, and for one text only.
type Seed [32 + 32 + nonceSize]byte

// NewSeed draws a seed.
func NewSeed() *Seed {
	s := new(Seed)
	rand.Read(s[:])
	return s
}

// Encrypt returns the message of a text of up to 4,096 bytes, bound to a context. The same seed makes the same message of it, byte for
// byte.
func Encrypt(k *Key, context map[string]string, text []byte, seed *Seed) ([]byte, error) {
	if len(text) > frameSize {
		return nil, ErrTooLong
	}
	dataKey, id, nonce := seed[:32], seed[32:64], seed[64:]
	pairs, err := pairs(context)
	if err != nil {
		return nil, err
	}
	wrapped, info, err := k.wrap(dataKey, nonce, pairs)
	if err != nil {
		return nil, err
	}
	secret, commitment, err := derive(dataKey, id)
	if err != nil {
		return nil, err
	}
	body, err := newGCM(secret)
	if err != nil {
		return nil, err
	}

	m := []byte{2}
	m = binary.BigEndian.AppendUint16(m, suite)
	m = append(m, id...)
	m = appendField(m, pairs)
	m = append(m, 0, 1) // one wrapped data key
	m = appendField(m, []byte(k.Namespace))
	m = appendField(m, info)
	m = appendField(m, wrapped)
	m = append(m, 2) // framed
	m = binary.BigEndian.AppendUint32(m, frameSize)
	m = append(m, commitment...)
	m = body.Seal(m, make([]byte, nonceSize), nil, m)

	// The only frame is the final one, of sequence number 1.
	number := append(make([]byte, nonceSize-4), 0, 0, 0, 1)
	aad := append(slices.Clone(id), "AWSKMSEncryptionClient Final Frame\x00\x00\x00\x01"...)
	aad = binary.BigEndian.AppendUint64(aad, uint64(len(text)))
	m = append(m, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1)
	m = append(m, number...)
	m = binary.BigEndian.AppendUint32(m, uint32(len(text)))
	return body.Seal(m, number, text, aad), nil
}

// wrap encrypts a data key, and describes how.
func (k *Key) wrap(dataKey, nonce, pairs []byte) (wrapped, info []byte, err error) {
	if k.Namespace == "" || k.Name == "" || len(k.Namespace) > 1<<10 || len(k.Name) > 1<<10 {
		return nil, nil, errors.New("name of a wrapping key is empty or too long")
	}
	g, err := newGCM(k.Secret[:])
	if err != nil {
		return nil, nil, err
	}
	info = append(info, k.Name...)
	info = binary.BigEndian.AppendUint32(info, tagSize*8)
	info = binary.BigEndian.AppendUint32(info, nonceSize)
	info = append(info, nonce...)
	return g.Seal(nil, nonce, dataKey, pairs), info, nil
}

// derive returns the key of the header and the frame, and what commits the message to the data key.
func derive(dataKey, id []byte) (secret, commitment []byte, err error) {
	if secret, err = hkdf.Key(sha512.New, dataKey, id, "\x04\x78DERIVEKEY", 32); err != nil {
		return nil, nil, fmt.Errorf("derive key: %w", err)
	}
	if commitment, err = hkdf.Key(sha512.New, dataKey, id, "COMMITKEY", 32); err != nil {
		return nil, nil, fmt.Errorf("derive commitment: %w", err)
	}
	return secret, commitment, nil
}

// pairs is a context as bytes, empty for an empty one: the number of pairs, then names and values in the order of names.
func pairs(context map[string]string) ([]byte, error) {
	if len(context) == 0 {
		return nil, nil
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(len(context)))
	for _, name := range slices.Sorted(maps.Keys(context)) {
		out = appendField(appendField(out, []byte(name)), []byte(context[name]))
		if len(out) > 1<<14 {
			return nil, errors.New("context is too long")
		}
	}
	return out, nil
}

// appendField appends bytes after their length.
func appendField(m, field []byte) []byte {
	return append(binary.BigEndian.AppendUint16(m, uint16(len(field))), field...)
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
