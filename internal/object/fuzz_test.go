package object

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParseRange holds that every range lies within the object.
func FuzzParseRange(f *testing.F) {
	for _, h := range []string{"bytes=0-1", "bytes=-5", "bytes=5-", "bytes=0-0,1-1", "bytes=9223372036854775807-", "bytes=--1", "bytes= 1-2 "} {
		f.Add(h, int64(10))
	}
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		at, err := parseRange(header, size)
		if err != nil {
			if e, ok := errorOf(err); !ok || e.Code != "InvalidRange" {
				t.Fatalf("%v", err)
			}
			return
		}
		if at.offset < 0 || at.length < 0 || at.offset > size || at.length > size-at.offset {
			t.Fatalf("%q of %d: %+v", header, size, at)
		}
		if at.partial && at.length == 0 || !at.partial && at.length != size {
			t.Fatalf("%q of %d: %+v", header, size, at)
		}
		var a, b, n int64
		if at.partial {
			if _, err := fmt.Sscanf(at.contentRange(size), "bytes %d-%d/%d", &a, &b, &n); err != nil || a > b || n != size {
				t.Fatalf("%q", at.contentRange(size))
			}
		}
	})
}

// FuzzParseCopySource holds that what is read is a bucket and a key in good form.
func FuzzParseCopySource(f *testing.F) {
	for _, s := range []string{"b/k", "/b/k", "b/a%2Fb", "b/%FF", "b", "/", "b/k?versionId=null", "arn:aws:s3:::b/k", "b/%zz", "b//k"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bucket, key, err := parseCopySource(s)
		if err != nil {
			if _, ok := errorOf(err); !ok {
				t.Fatalf("%v", err)
			}
			return
		}
		if bucket == "" || strings.Contains(bucket, "/") || key == "" || len(key) > maxKey || !utf8.ValidString(key) {
			t.Fatalf("%q: %q, %q", s, bucket, key)
		}
	})
}

// FuzzToken holds that no token breaks a listing's position.
func FuzzToken(f *testing.F) {
	f.Add(makeToken("a/b"))
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		after, err := openToken(token)
		if err == nil && (after == "" || len(after) > maxKey) {
			t.Fatalf("%q: %q", token, after)
		}
	})
}
