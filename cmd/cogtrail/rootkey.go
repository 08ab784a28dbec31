package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// rootKey is the access key of the default account's root user.
type rootKey struct{ ID, Secret string }

// loadRootKey takes the key from the environment, or from DIR/root-credentials,
// which it makes the first time; made tells that, so that it is printed once.
func loadRootKey(dir string, getenv func(string) string) (k rootKey, made bool, err error) {
	k = rootKey{getenv("COGTRAIL_ROOT_ACCESS_KEY_ID"), getenv("COGTRAIL_ROOT_SECRET_ACCESS_KEY")}
	switch {
	case k.ID != "" && k.Secret != "":
		return k, false, nil
	case k.ID != "" || k.Secret != "":
		return k, false, errors.New("set both COGTRAIL_ROOT_ACCESS_KEY_ID and COGTRAIL_ROOT_SECRET_ACCESS_KEY, or neither")
	}
	path := filepath.Join(dir, "root-credentials")
	raw, err := os.ReadFile(path)
	if err == nil {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			return k, false, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 on it", path, info.Mode().Perm())
		}
		k, err = parseRootKey(string(raw))
		if err != nil {
			return k, false, fmt.Errorf("read %s: %w", path, err)
		}
		return k, false, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return k, false, fmt.Errorf("read root credentials: %w", err)
	}
	k = newRootKey()
	text := "[default]\naws_access_key_id = " + k.ID + "\naws_secret_access_key = " + k.Secret + "\n"
	if err := writeSecretFile(path, text); err != nil {
		return k, false, fmt.Errorf("write root credentials: %w", err)
	}
	return k, true, nil
}

func parseRootKey(text string) (rootKey, error) {
	var k rootKey
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			k.ID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			k.Secret = strings.TrimSpace(value)
		}
	}
	if k.ID == "" || k.Secret == "" {
		return k, errors.New("no aws_access_key_id and aws_secret_access_key in it")
	}
	return k, nil
}

// newRootKey has AWS's lengths and alphabets.
func newRootKey() rootKey {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [16]byte
	var secret [30]byte
	// crypto/rand's Read never fails; the runtime ends the process instead.
	_, _ = io.ReadFull(rand.Reader, id[:])
	_, _ = io.ReadFull(rand.Reader, secret[:])
	for i, b := range id {
		id[i] = letters[b%32]
	}
	return rootKey{ID: "AKIA" + string(id[:]), Secret: base64.RawStdEncoding.EncodeToString(secret[:])}
}

// writeSecretFile writes a file that only its owner reads, whole or not at all.
func writeSecretFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".root-credentials-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone after the rename
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
