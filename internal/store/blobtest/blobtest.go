package blobtest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Run runs all cases, in parallel, each on its own empty store.
func Run(t *testing.T, open func(*testing.T) store.Blob) {
	for name, test := range map[string]func(*testing.T, store.Blob){
		"round trip":        roundTrip,
		"ranges":            ranges,
		"missing objects":   missing,
		"replacing":         replacing,
		"failed writes":     failedWrites,
		"keys":              keys,
		"order of lists":    lists,
		"buckets apart":     buckets,
		"dropping a bucket": drop,
		"concurrent use":    concurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func put(t *testing.T, b store.Blob, bucket, key, text string) store.BlobInfo {
	t.Helper()
	info, err := b.Put(context.Background(), bucket, key, strings.NewReader(text), store.BlobMeta{})
	if err != nil {
		t.Fatalf("Put(%q, %q): %v", bucket, key, err)
	}
	return info
}

func get(t *testing.T, b store.Blob, bucket, key string, offset, length int64) string {
	t.Helper()
	r, _, err := b.Get(context.Background(), bucket, key, offset, length)
	if err != nil {
		t.Fatalf("Get(%q, %q): %v", bucket, key, err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read %q: %v", key, err)
	}
	return string(raw)
}

func list(t *testing.T, b store.Blob, bucket, prefix, after string) []string {
	t.Helper()
	var out []string
	for info, err := range b.List(context.Background(), bucket, prefix, after) {
		if err != nil {
			t.Fatalf("List(%q, %q, %q): %v", bucket, prefix, after, err)
		}
		out = append(out, info.Key)
	}
	return out
}

func roundTrip(t *testing.T, b store.Blob) {
	ctx := context.Background()
	meta := store.BlobMeta{
		ContentType: "text/plain; charset=utf-8",
		Header:      map[string]string{"content-encoding": "gzip", "cache-control": "no-store", "x-amz-meta-a": "1", "x-own": "z"},
	}
	for name, size := range map[string]int{"empty": 0, "one byte": 1, "large": 9 << 20} {
		data := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		sum := md5.Sum(data)
		want := hex.EncodeToString(sum[:])
		info, err := b.Put(ctx, "b", name, bytes.NewReader(data), meta)
		if err != nil {
			t.Fatalf("Put %s: %v", name, err)
		}
		if info.Size != int64(size) || info.ETag != want || info.Key != name || info.Modified.IsZero() {
			t.Errorf("Put %s = %+v", name, info)
		}
		r, info, err := b.Get(ctx, "b", name, 0, -1)
		if err != nil {
			t.Fatalf("Get %s: %v", name, err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("Get %s gave %d bytes, %v", name, len(got), err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		checkMeta(t, "Get "+name, info, meta, int64(size))
		info, err = b.Stat(ctx, "b", name)
		if err != nil {
			t.Fatalf("Stat %s: %v", name, err)
		}
		checkMeta(t, "Stat "+name, info, meta, int64(size))
	}
	info, err := b.Put(ctx, "b", "etag", strings.NewReader("x"), store.BlobMeta{ETag: "abc-2"})
	if err != nil || info.ETag != "abc-2" {
		t.Errorf("Put with ETag = %+v, %v", info, err)
	}
	if info, err = b.Stat(ctx, "b", "etag"); err != nil || info.ETag != "abc-2" {
		t.Errorf("Stat with ETag = %+v, %v", info, err)
	}
}

func checkMeta(t *testing.T, what string, info store.BlobInfo, meta store.BlobMeta, size int64) {
	t.Helper()
	if info.Size != size || info.ContentType != meta.ContentType {
		t.Errorf("%s: size %d, type %q", what, info.Size, info.ContentType)
	}
	for k, v := range meta.Header {
		if info.Header[k] != v {
			t.Errorf("%s: header %s = %q, want %q", what, k, info.Header[k], v)
		}
	}
}

func ranges(t *testing.T, b store.Blob) {
	put(t, b, "b", "k", "0123456789")
	for name, tc := range map[string]struct {
		offset, length int64
		want           string
	}{
		"all":             {0, -1, "0123456789"},
		"from":            {4, -1, "456789"},
		"within":          {2, 3, "234"},
		"last byte":       {9, 1, "9"},
		"longer than all": {8, 100, "89"},
		"no bytes":        {3, 0, ""},
		"at the end":      {10, -1, ""},
	} {
		if got := get(t, b, "b", "k", tc.offset, tc.length); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func missing(t *testing.T, b store.Blob) {
	ctx := context.Background()
	if _, _, err := b.Get(ctx, "b", "none", 0, -1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get = %v", err)
	}
	if _, err := b.Stat(ctx, "b", "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Stat = %v", err)
	}
	if err := b.Delete(ctx, "b", "none"); err != nil {
		t.Errorf("Delete = %v", err)
	}
	put(t, b, "b", "k", "x")
	if err := b.Delete(ctx, "b", "k"); err != nil {
		t.Fatalf("Delete = %v", err)
	}
	if _, err := b.Stat(ctx, "b", "k"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Stat after Delete = %v", err)
	}
	if got := list(t, b, "b", "", ""); len(got) != 0 {
		t.Errorf("List after Delete = %q", got)
	}
}

func replacing(t *testing.T, b store.Blob) {
	put(t, b, "b", "k", "first, and longer")
	r, _, err := b.Get(context.Background(), "b", "k", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	put(t, b, "b", "k", "second")
	if got := get(t, b, "b", "k", 0, -1); got != "second" {
		t.Errorf("after replacing: %q", got)
	}
	if old, err := io.ReadAll(r); err != nil || string(old) != "first, and longer" {
		t.Errorf("a reader from before got %q, %v", old, err)
	}
}

func failedWrites(t *testing.T, b store.Blob) {
	ctx := context.Background()
	boom := errors.New("boom")
	put(t, b, "b", "old", "old")
	for name, r := range map[string]io.Reader{
		"at once":    iotest.ErrReader(boom),
		"after some": io.MultiReader(strings.NewReader("new"), iotest.ErrReader(boom)),
		"after many": io.MultiReader(bytes.NewReader(make([]byte, 9<<20)), iotest.ErrReader(boom)),
	} {
		for _, key := range []string{"old", "fresh"} {
			if _, err := b.Put(ctx, "b", key, r, store.BlobMeta{}); !errors.Is(err, boom) {
				t.Errorf("%s: Put = %v", name, err)
			}
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Put(gone, "b", "old", strings.NewReader("new"), store.BlobMeta{}); err == nil {
		t.Error("Put with a context that ended succeeded")
	}
	if got := get(t, b, "b", "old", 0, -1); got != "old" {
		t.Errorf("the old object is %q", got)
	}
	if got := list(t, b, "b", "", ""); !slices.Equal(got, []string{"old"}) {
		t.Errorf("List = %q", got)
	}
}

// tricky are keys that would do harm as paths, or sort in surprising ways.
var tricky = []string{
	"..", "../x", "../../etc/passwd", "a/../b", "a//b", "/lead", "trail/", ".", "a\\b", "con", "a:b", "a b", "a+b", "a%2fb", "%2e%2e",
	"A", "a", "é", "日本", "😀", "tab\tx", "line\nx", "a?b", "a#b", "tmp", "x.d", "x.a", "6162.a", "\u2028",
	strings.Repeat("k", 1024), strings.Repeat("k", 1023), strings.Repeat("é", 512), strings.Repeat("../", 300), strings.Repeat("k", 102),
	strings.Repeat("k", 101), strings.Repeat("k", 103), "kk", "k",
}

func keys(t *testing.T, b store.Blob) {
	for _, k := range tricky {
		put(t, b, "b", k, "text of "+k)
	}
	for _, k := range tricky {
		if got := get(t, b, "b", k, 0, -1); got != "text of "+k {
			t.Errorf("key %q: %q", k, got)
		}
	}
	want := slices.Clone(tricky)
	slices.Sort(want)
	if got := list(t, b, "b", "", ""); !slices.Equal(got, want) {
		t.Errorf("List = %q\nwant   %q", got, want)
	}
	for _, k := range tricky {
		if err := b.Delete(context.Background(), "b", k); err != nil {
			t.Errorf("Delete(%q) = %v", k, err)
		}
	}
	if got := list(t, b, "b", "", ""); len(got) != 0 {
		t.Errorf("List = %q", got)
	}
}

func lists(t *testing.T, b store.Blob) {
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("a/%02d", i), fmt.Sprintf("b/%02d", i))
	}
	for _, k := range all {
		put(t, b, "b", k, "x")
	}
	slices.Sort(all)
	for name, tc := range map[string]struct {
		prefix, after string
		want          []string
	}{
		"all":                     {"", "", all},
		"prefix":                  {"b/", "", all[30:]},
		"prefix within a name":    {"b/0", "", all[30:40]},
		"after":                   {"", "a/27", all[28:]},
		"after that is no key":    {"", "a/zz", all[30:]},
		"prefix and after":        {"a/", "a/05", all[6:30]},
		"after beyond the prefix": {"a/", "b/00", nil},
		"after before the prefix": {"b/", "a/00", all[30:]},
		"nothing":                 {"c", "", nil},
	} {
		if got := list(t, b, "b", tc.prefix, tc.after); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q\nwant %q", name, got, tc.want)
		}
	}
	n := 0
	for range b.List(context.Background(), "b", "", "") {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("stopped after %d", n)
	}
}

func buckets(t *testing.T, b store.Blob) {
	put(t, b, "one", "k", "1")
	put(t, b, "two", "k", "2")
	put(t, b, "on", "e/k", "3")
	if get(t, b, "one", "k", 0, -1) != "1" || get(t, b, "two", "k", 0, -1) != "2" {
		t.Error("buckets share a key")
	}
	if got := list(t, b, "on", "", ""); !slices.Equal(got, []string{"e/k"}) {
		t.Errorf("List = %q", got)
	}
}

func drop(t *testing.T, b store.Blob) {
	ctx := context.Background()
	for _, k := range tricky[:10] {
		put(t, b, "one", k, "1")
	}
	put(t, b, "two", "k", "2")
	if err := b.DropBucket(ctx, "one"); err != nil {
		t.Fatal(err)
	}
	if err := b.DropBucket(ctx, "never"); err != nil {
		t.Errorf("DropBucket of nothing = %v", err)
	}
	if got := list(t, b, "one", "", ""); len(got) != 0 {
		t.Errorf("List = %q", got)
	}
	if get(t, b, "two", "k", 0, -1) != "2" {
		t.Error("another bucket went too")
	}
	put(t, b, "one", "k", "again")
	if get(t, b, "one", "k", 0, -1) != "again" {
		t.Error("a dropped bucket cannot be filled again")
	}
}

// concurrent holds that readers see one whole version and that folders which
// come and go harm no writer.
func concurrent(t *testing.T, b store.Blob) {
	ctx := context.Background()
	var wg sync.WaitGroup
	for i := range 4 {
		text := strings.Repeat(string(rune('a'+i)), 1000)
		wg.Go(func() {
			for range 15 {
				if _, err := b.Put(ctx, "b", "shared/key", strings.NewReader(text), store.BlobMeta{}); err != nil {
					t.Errorf("Put: %v", err)
				}
				r, _, err := b.Get(ctx, "b", "shared/key", 0, -1)
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					t.Errorf("Get: %v", err)
					continue
				}
				raw, err := io.ReadAll(r)
				_ = r.Close()
				if err != nil || len(raw) != 1000 || strings.Trim(string(raw), string(raw[:1])) != "" {
					t.Errorf("a mixed object of %d bytes, %v", len(raw), err)
				}
				if err := b.Delete(ctx, "b", "shared/key"); err != nil {
					t.Errorf("Delete: %v", err)
				}
			}
		})
	}
	wg.Wait()
}
