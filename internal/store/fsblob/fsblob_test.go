package fsblob

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/blobtest"
)

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) store.Blob { return open(t) })
}

// TestStore_names holds that no key leaves the store's folder or collides.
func TestStore_names(t *testing.T) {
	t.Parallel()
	s := open(t)
	parent := filepath.Dir(s.dir)
	for _, k := range []string{"../../x", "..", "/etc/passwd", "a\x00b", strings.Repeat("../", 340)} {
		if _, err := s.Put(context.Background(), "../..", k, strings.NewReader("x"), store.BlobMeta{}); err != nil {
			t.Fatalf("Put(%q): %v", k, err)
		}
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the store: %v, %v", entries, err)
	}
	err = filepath.WalkDir(s.dir, func(path string, _ os.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.dir, path)
		if strings.Trim(rel, "0123456789abcdefukts.mp/") != "" {
			t.Errorf("unexpected name %q", rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", strings.Repeat("k", 1025)} {
		if _, err := s.Put(context.Background(), "b", bad, strings.NewReader("x"), store.BlobMeta{}); err == nil {
			t.Errorf("key of %d bytes was taken", len(bad))
		}
	}
}

// TestStore_crash holds that what was half written is cleared and what was
// complete stays.
func TestStore_crash(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := context.Background()
	if _, err := s.Put(ctx, "b", "k", strings.NewReader("kept"), store.BlobMeta{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.tmp(), "half"), []byte("par"), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(again.tmp()); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	if info, err := again.Stat(ctx, "b", "k"); err != nil || info.Size != 4 {
		t.Errorf("Stat = %+v, %v", info, err)
	}
}

// TestStore_damage holds that a cut or altered file is never served.
func TestStore_damage(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func([]byte) []byte{
		"empty":         func([]byte) []byte { return nil },
		"cut":           func(b []byte) []byte { return b[:len(b)-1] },
		"longer":        func(b []byte) []byte { return append(b, 'x') },
		"shorter data":  func(b []byte) []byte { return b[1:] },
		"altered facts": func(b []byte) []byte { b[len(b)-footerSize-3] ^= 1; return b },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			ctx := context.Background()
			if _, err := s.Put(ctx, "b", "k", strings.NewReader("some bytes"), store.BlobMeta{}); err != nil {
				t.Fatal(err)
			}
			path, err := s.path("b", "k")
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, spoil(raw), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Get(ctx, "b", "k", 0, -1); !errors.Is(err, errDamaged) {
				t.Errorf("Get = %v", err)
			}
		})
	}
}

// FuzzPiece holds that names and keys are two spellings of the same thing.
func FuzzPiece(f *testing.F) {
	f.Add("a")
	f.Add("../..")
	f.Add(strings.Repeat("k", 1024))
	f.Fuzz(func(t *testing.T, key string) {
		path, err := keyPath(key)
		if err != nil {
			return
		}
		var back strings.Builder
		for _, n := range strings.Split(path, string(filepath.Separator)) {
			text, _, ok := piece(n)
			if !ok {
				t.Fatalf("name %q", n)
			}
			back.WriteString(text)
		}
		if back.String() != key {
			t.Errorf("%q became %q", key, back.String())
		}
	})
}
