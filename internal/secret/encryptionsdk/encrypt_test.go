package encryptionsdk

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func key() *Key {
	k := &Key{Namespace: "cogtrail", Name: "arn:aws:kms:us-east-1:123456789012:key/1"}
	for i := range k.Secret {
		k.Secret[i] = byte(i)
	}
	return k
}

// reader takes a message apart as the format's reference says.
type reader struct{ left []byte }

func (r *reader) take(n int) []byte {
	if n > len(r.left) {
		panic("the message is too short")
	}
	out := r.left[:n]
	r.left = r.left[n:]
	return out
}

func (r *reader) field() []byte { return r.take(int(binary.BigEndian.Uint16(r.take(2)))) }

// decrypt is the other side, written from the reference. Its key has one wrapped data key per message.
func decrypt(k *Key, m []byte) (text, context []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	r := &reader{m}
	if !bytes.Equal(r.take(3), []byte{2, 0x04, 0x78}) {
		return nil, nil, errors.New("version or suite")
	}
	id := r.take(32)
	context = r.field()
	if !bytes.Equal(r.take(2), []byte{0, 1}) || string(r.field()) != k.Namespace {
		return nil, nil, errors.New("wrapped keys")
	}
	info, wrapped := r.field(), r.field()
	rest, ok := bytes.CutPrefix(info, append([]byte(k.Name), 0, 0, 0, 128, 0, 0, 0, 12))
	if !ok || len(rest) != 12 {
		return nil, nil, errors.New("name of the key")
	}
	g, err := newGCM(k.Secret[:])
	if err != nil {
		return nil, nil, err
	}
	dataKey, err := g.Open(nil, rest, wrapped, context)
	if err != nil {
		return nil, nil, err
	}
	secret, commitment, err := derive(dataKey, id)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(r.take(5), []byte{2, 0, 0, 16, 0}) || !bytes.Equal(r.take(32), commitment) {
		return nil, nil, errors.New("frames or commitment")
	}
	head := m[:len(m)-len(r.left)]
	if g, err = newGCM(secret); err != nil {
		return nil, nil, err
	}
	if _, err := g.Open(nil, make([]byte, 12), r.take(16), head); err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(r.take(8), []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1}) {
		return nil, nil, errors.New("sequence number")
	}
	nonce := r.take(12)
	n := binary.BigEndian.Uint32(r.take(4))
	aad := append(slices.Clone(id), "AWSKMSEncryptionClient Final Frame"...)
	aad = binary.BigEndian.AppendUint64(append(aad, 0, 0, 0, 1), uint64(n))
	text, err = g.Open(nil, nonce, r.take(int(n)+16), aad)
	if len(r.left) > 0 {
		return nil, nil, errors.New("bytes after the end")
	}
	return text, context, err
}

// What is encrypted comes back; no two messages are alike; nothing but the context is in clear.
func TestEncrypt(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "907816", strings.Repeat("x", 4096)} {
		seen := map[string]bool{}
		for range 3 {
			m, err := Encrypt(key(), map[string]string{"userpool-id": "us-east-1_abc", "a": "1"}, []byte(text), NewSeed())
			if err != nil {
				t.Fatal(err)
			}
			got, context, err := decrypt(key(), m)
			if err != nil || string(got) != text || string(context) != "\x00\x02\x00\x01a\x00\x011\x00\x0buserpool-id\x00\x0dus-east-1_abc" {
				t.Errorf("%q, %q, %v", got, context, err)
			}
			if seen[string(m)] || text != "" && bytes.Contains(m, []byte(text)) {
				t.Error("a message is repeated or in clear")
			}
			seen[string(m)] = true
		}
	}
	if m, err := Encrypt(key(), nil, []byte("x"), NewSeed()); err != nil {
		t.Error(err)
	} else if got, context, err := decrypt(key(), m); err != nil || string(got) != "x" || len(context) != 0 {
		t.Errorf("%q, %q, %v", got, context, err)
	}
}

// The same seed makes the same message, so that who is told twice can see that it is one.
func TestEncrypt_again(t *testing.T) {
	t.Parallel()
	seed := NewSeed()
	first, err := Encrypt(key(), map[string]string{"a": "1"}, []byte("123456"), seed)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Encrypt(key(), map[string]string{"a": "1"}, []byte("123456"), seed); err != nil || !bytes.Equal(first, again) {
		t.Errorf("%x, %v; before %x", again, err, first)
	}
}

// A message of which any bit was changed does not decrypt, nor one for another key.
func TestEncrypt_tampered(t *testing.T) {
	t.Parallel()
	m, err := Encrypt(key(), map[string]string{"userpool-id": "p"}, []byte("123456"), NewSeed())
	if err != nil {
		t.Fatal(err)
	}
	for i := range m {
		changed := slices.Clone(m)
		changed[i] ^= 1
		if text, _, err := decrypt(key(), changed); err == nil {
			t.Errorf("byte %d changed: %q", i, text)
		}
	}
	other := key()
	rand.Read(other.Secret[:])
	if _, _, err := decrypt(other, m); err == nil {
		t.Error("another key decrypts")
	}
}

func TestEncrypt_refuses(t *testing.T) {
	t.Parallel()
	if _, err := Encrypt(key(), nil, make([]byte, 4097), NewSeed()); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
	for name, k := range map[string]*Key{"no namespace": {Name: "n"}, "no name": {Namespace: "n"}, "long name": {Namespace: "n", Name: strings.Repeat("n", 2000)}} {
		if _, err := Encrypt(k, nil, nil, NewSeed()); err == nil {
			t.Error(name)
		}
	}
	if _, err := Encrypt(key(), map[string]string{"a": strings.Repeat("x", 1<<15)}, nil, NewSeed()); err == nil {
		t.Error("a long context")
	}
}

// A message that the AWS Encryption SDK for JavaScript 5 has decrypted, to show that the other side here reads as it does.
func TestDecrypt_published(t *testing.T) {
	t.Parallel()
	m, err := base64.StdEncoding.DecodeString(proved)
	if err != nil {
		t.Fatal(err)
	}
	text, context, err := decrypt(key(), m)
	if err != nil || string(text) != "123456" || !strings.Contains(string(context), "us-east-1_abc") || hex.EncodeToString(m[:3]) != "020478" {
		t.Errorf("%q, %q, %v", text, context, err)
	}
}

const proved = "AgR4H4/zxk40el1AzE1IE1/2sw5uo8zcSAL2uXFuPe6JGboAHgABAAt1c2VycG9vbC1pZAANdXMtZWFzdC0xX2FiYwABAAhjb2d0cmFpbAA8YXJuOmF3czprbXM6dXMtZWFzdC0xOjEyMzQ1Njc4OTAxMjprZXkvMQAAAIAAAAAMs6PjxO2NjPTYBzTUADAPdDwzkhChTbj29e5P6WsQgkqpeMNAzjZgGJLfJyMeJV84qaPovGIoEjrdLtZwBnoCAAAQAE1mj8YG7a5nMrZlyDQ0jj2wstQJvy9/Ye5qAzVfe86M2+2uGujXhuYl7s4jjk795P////8AAAABAAAAAAAAAAAAAAABAAAABvlVGFyUenNvFzN+EO+GflXKsLIFwkI="
