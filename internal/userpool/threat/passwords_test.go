package threat

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// list makes lines of hashes in order, with counts and the ends of lines as given.
func list(hash func(string) string, end string, texts ...string) string {
	var lines []string
	for i, text := range texts {
		lines = append(lines, strings.ToUpper(hash(text))+":"+fmt.Sprint(i*7919))
	}
	slices.Sort(lines)
	return strings.Join(lines, end) + end
}

func hash1(s string) string   { x := sha1.Sum([]byte(s)); return hex.EncodeToString(x[:]) }
func hash256(s string) string { x := sha256.Sum256([]byte(s)); return hex.EncodeToString(x[:]) }

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	var texts []string
	for i := range 5000 {
		texts = append(texts, fmt.Sprint("word-", i))
	}
	for name, path := range map[string]string{
		"SHA-1":            write(t, "a", list(hash1, "\r\n", texts...)),
		"SHA-256":          write(t, "b", list(hash256, "\n", texts...)),
		"lower case":       write(t, "c", strings.ToLower(list(hash1, "\n", texts...))),
		"without last end": write(t, "d", strings.TrimSpace(list(hash1, "\r\n", texts...))),
		"one line":         write(t, "e", list(hash1, "\n", texts[:1]...)),
	} {
		p, err := OpenPasswords(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer func() { _ = p.Close() }()
		has := texts
		if name == "one line" {
			has = texts[:1]
		}
		for i := 0; i < len(has); i += 7 {
			text := has[i]
			if ok, err := p.Listed(text); !ok || err != nil {
				t.Fatalf("%s: %s is not listed: %v", name, text, err)
			}
		}
		for i := range 500 {
			if ok, err := p.Listed(fmt.Sprint("other-", i)); ok || err != nil {
				t.Fatalf("%s: other-%d is listed: %v", name, i, err)
			}
		}
		if ok, err := p.Listed("Password1!"); !ok || err != nil {
			t.Errorf("%s: a common one is not listed: %v", name, err)
		}
	}
}

func TestPasswords_folder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string][]string{"00000": {strings.Repeat("0", 35) + ":1"}}
	for i := range 200 {
		h := strings.ToUpper(hash1(fmt.Sprint("word-", i)))
		files[h[:5]] = append(files[h[:5]], h[5:]+":3")
	}
	for prefix, lines := range files {
		slices.Sort(lines)
		if err := os.WriteFile(filepath.Join(dir, prefix+".txt"), []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := OpenPasswords(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if ok, err := p.Listed(fmt.Sprint("word-", i)); !ok || err != nil {
			t.Fatalf("word-%d: %t, %v", i, ok, err)
		}
		if ok, err := p.Listed(fmt.Sprint("other-", i)); ok || err != nil {
			t.Fatalf("other-%d: %t, %v", i, ok, err)
		}
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpenPasswords_refuses(t *testing.T) {
	t.Parallel()
	sorted := list(hash1, "\n", "a", "b", "c")
	lines := strings.Split(strings.TrimSpace(sorted), "\n")
	for name, text := range map[string]string{
		"empty": "", "plain passwords": "password\nqwerty\n", "NTLM": strings.Repeat("A", 32) + ":1\n", "no hexadecimal": strings.Repeat("G", 40) + ":1\n",
		"out of order": lines[2] + "\n" + lines[0] + "\n", "cut off": lines[0] + "\n" + lines[1][:20],
	} {
		if p, err := OpenPasswords(write(t, "x", text)); !errors.Is(err, errList) {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if _, err := OpenPasswords(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := OpenPasswords(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("empty folder: %v", err)
	}
}

// A disk that fails is no password that is not listed.
func TestPasswords_fault(t *testing.T) {
	t.Parallel()
	p, err := OpenPasswords(write(t, "a", list(hash1, "\n", "a", "b")))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if ok, err := p.Listed("a"); err == nil {
		t.Errorf("%t without a file", ok)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add(uint64(1), uint16(300), uint16(5))
	f.Add(uint64(2), uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, seed uint64, n, pick uint16) {
		r := rand.New(rand.NewPCG(seed, 0))
		var lines []string
		for range n % 2000 {
			lines = append(lines, fmt.Sprintf("%016X%016X%08X:%d", r.Uint64(), r.Uint64(), r.Uint32(), r.Uint64()>>r.IntN(64)))
		}
		slices.Sort(lines)
		raw := []byte(strings.Join(lines, "\n"))
		want := fmt.Sprintf("%040X", r.Uint64())
		has := false
		if len(lines) > 0 && pick%2 == 0 {
			want, has = lines[int(pick)%len(lines)][:40], true
		}
		if got, err := search(bytes.NewReader(raw), int64(len(raw)), want); got != has || err != nil {
			t.Errorf("found %t, %v; want %t", got, err, has)
		}
	})
}

func FuzzSearchAnything(f *testing.F) {
	f.Add([]byte("A:1\nB:2\n"), "B")
	f.Fuzz(func(t *testing.T, raw []byte, want string) {
		_, _ = search(bytes.NewReader(raw), int64(len(raw)), want) // ends, whatever the file is
	})
}
