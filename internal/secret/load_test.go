package secret_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/secret"
)

func noEnv(string) string { return "" }

func TestLoad_FileIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	src := secret.Source{Getenv: noEnv, Dir: dir}
	first, origin, err := secret.Load(t.Context(), src)
	if err != nil || origin != secret.FromNewFile {
		t.Fatalf("%v, %v", origin, err)
	}
	second, origin, err := secret.Load(t.Context(), src)
	if err != nil || origin != secret.FromFile || first.Text() != second.Text() {
		t.Fatalf("second start: %v, %v", origin, err)
	}
	info, err := os.Stat(filepath.Join(dir, secret.FileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Fatalf("left behind: %v", entries)
	}
}

func TestLoad_RacingStartsAgree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			k, _, err := secret.Load(context.Background(), secret.Source{Getenv: noEnv, Dir: dir})
			if err != nil {
				t.Error(err)
			}
			keys[i] = k.Text()
		})
	}
	wg.Wait()
	for _, k := range keys {
		if k != keys[0] {
			t.Fatal("two starts made two keys")
		}
	}
}

func TestLoad_Sources(t *testing.T) {
	t.Parallel()
	key := secret.GenerateMasterKey()
	raw, _ := base64.StdEncoding.DecodeString(key.Text())
	fixed := func(s string) func(string) string { return func(string) string { return s } }
	badDir := t.TempDir()
	if err := os.WriteFile(filepath.Join(badDir, secret.FileName), []byte("LEAKME"), 0o600); err != nil {
		t.Fatal(err)
	}
	openDir := t.TempDir()
	if err := os.WriteFile(filepath.Join(openDir, secret.FileName), []byte(key.Text()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(openDir, secret.FileName), 0o644); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		src  secret.Source
		want secret.Origin // empty: an error
	}{
		{"environment, base64", secret.Source{Getenv: fixed(key.Text())}, secret.FromEnvironment},
		{"environment, hexadecimal", secret.Source{Getenv: fixed(hex.EncodeToString(raw))}, secret.FromEnvironment},
		{"environment, unpadded URL alphabet", secret.Source{Getenv: fixed(base64.RawURLEncoding.EncodeToString(raw))}, secret.FromEnvironment},
		{"environment wins over the rest", secret.Source{Getenv: fixed(key.Text()), Command: []string{"false"}, Dir: badDir}, secret.FromEnvironment},
		{"bad environment does not fall through", secret.Source{Getenv: fixed("LEAKME"), Dir: t.TempDir()}, ""},
		{"placeholder", secret.Source{Getenv: fixed(strings.Repeat("00", 32))}, ""},
		{"command", secret.Source{Getenv: noEnv, Command: []string{"echo", key.Text()}, Dir: badDir}, secret.FromCommand},
		{"command fails", secret.Source{Getenv: noEnv, Command: []string{"sh", "-c", "echo LEAKME; exit 3"}, Dir: t.TempDir()}, ""},
		{"command prints no key", secret.Source{Getenv: noEnv, Command: []string{"echo", "LEAKME"}}, ""},
		{"command prints without end", secret.Source{Getenv: noEnv, Command: []string{"head", "-c", "1000000", "/dev/zero"}}, ""},
		{"command hangs", secret.Source{Getenv: noEnv, Command: []string{"sleep", "60"}, CommandTimeout: 20 * time.Millisecond}, ""},
		{"no such command", secret.Source{Getenv: noEnv, Command: []string{"/nonexistent/kms"}}, ""},
		{"file with nonsense", secret.Source{Getenv: noEnv, Dir: badDir}, ""},
		{"file open to others", secret.Source{Getenv: noEnv, Dir: openDir}, ""},
		{"nothing configured", secret.Source{Getenv: noEnv}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, origin, err := secret.Load(t.Context(), c.src)
			if c.want == "" {
				if err == nil {
					t.Fatalf("loaded from %s", origin)
				}
				if strings.Contains(err.Error(), "LEAKME") {
					t.Fatalf("the error shows the value: %v", err)
				}
				return
			}
			if err != nil || origin != c.want || got.Text() != key.Text() {
				t.Fatalf("%v, %v", origin, err)
			}
		})
	}
}

func TestMasterKey_NeverPrinted(t *testing.T) {
	t.Parallel()
	k := secret.GenerateMasterKey()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		if out := fmt.Sprintf(verb, k); out != "secret.MasterKey(hidden)" {
			t.Errorf("%s: %s", verb, out)
		}
	}
	if _, err := k.MarshalText(); err == nil {
		t.Error("encodable")
	}
	if _, err := secret.ParseMasterKey([]byte("short")); !errors.Is(err, secret.ErrBadKey) {
		t.Errorf("%v", err)
	}
}
