package client

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/test/client/harness"
)

// TestEncryptionSDK decrypts what custom senders are told with the AWS Encryption SDK for JavaScript.
func TestEncryptionSDK(t *testing.T) {
	t.Parallel()
	dir := installJS(t)
	k := &encryptionsdk.Key{Namespace: "cogtrail", Name: "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000"}
	rand.Read(k.Secret[:])
	texts := []string{"123456", "", "Pässwörd &<>", strings.Repeat("x", 4096)}
	in := map[string]any{"keyNamespace": k.Namespace, "keyName": k.Name, "secret": k.Secret[:]}
	var messages [][]byte
	var want []string
	for _, text := range texts {
		m, err := encryptionsdk.Encrypt(k, map[string]string{"userpool-id": "us-east-1_abc"}, []byte(text), encryptionsdk.NewSeed())
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
		line, err := json.Marshal([]any{text, map[string]string{"userpool-id": "us-east-1_abc"}})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(string(line)))
	}
	in["messages"] = messages
	raw, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "in.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	r := harness.Run(t, dir, os.Environ(), waitLimit, "sh", "-c", `exec node decrypt.js < "$0"`, file)
	if all := strings.Repeat(strings.Join(want, "\n")+"\n", 3); r.Code != 0 || r.Stdout != all {
		t.Errorf("exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}
