package s3blob

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/blobtest"
)

func open(t *testing.T, prefix string) (*Store, *stub) {
	t.Helper()
	st := newStub()
	srv := httptest.NewServer(st)
	t.Cleanup(srv.Close)
	cfg := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIATEST", "secret", ""), HTTPClient: srv.Client()}
	return New(cfg, "ext", prefix, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle, o.RetryMaxAttempts = &srv.URL, true, 1
	}), st
}

func TestStore(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T) store.Blob {
		s, _ := open(t, "some/prefix/")
		return s
	})
}

// TestStore_names holds that ordinary keys keep their names.
func TestStore_names(t *testing.T) {
	t.Parallel()
	s, st := open(t, "p/")
	for _, k := range []string{"AWSLogs/1/CloudTrail/f.json.gz", "a b+c", "é", "../x", "a//b"} {
		if _, err := s.Put(context.Background(), "b", k, strings.NewReader("x"), store.BlobMeta{}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for n := range st.objects {
		got = append(got, n)
	}
	slices.Sort(got)
	want := []string{"p/_cogtrail/b/2e2e2f78", "p/_cogtrail/b/612f2f62", "p/b/AWSLogs/1/CloudTrail/f.json.gz", "p/b/a b+c", "p/b/é"}
	if !slices.Equal(got, want) {
		t.Errorf("names %q", got)
	}
	for _, bad := range [][2]string{{"", "k"}, {"b", ""}, {"_cogtrail", "k"}, {"a/b", "k"}, {"b", strings.Repeat("k", 1025)}} {
		if _, err := s.Put(context.Background(), bad[0], bad[1], strings.NewReader("x"), store.BlobMeta{}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestStore_faults holds that a store that fails half-way leaves the old object
// and no unfinished upload.
func TestStore_faults(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("x"), 2*firstPart+1)
	for name, fail := range map[string]func(*http.Request) bool{
		"put":         func(r *http.Request) bool { return r.Method == "PUT" },
		"second part": func(r *http.Request) bool { return r.URL.Query().Get("partNumber") == "2" },
		"complete":    func(r *http.Request) bool { return r.Method == "POST" && r.URL.Query().Has("uploadId") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, st := open(t, "")
			ctx := context.Background()
			if _, err := s.Put(ctx, "b", "k", strings.NewReader("old"), store.BlobMeta{}); err != nil {
				t.Fatal(err)
			}
			st.mu.Lock()
			st.fail = fail
			st.mu.Unlock()
			if _, err := s.Put(ctx, "b", "k", bytes.NewReader(large), store.BlobMeta{}); err == nil {
				t.Error("no error")
			}
			st.mu.Lock()
			defer st.mu.Unlock()
			if len(st.uploads) != 0 || string(st.objects["b/k"].data) != "old" {
				t.Errorf("%d uploads, object of %d bytes", len(st.uploads), len(st.objects["b/k"].data))
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	got, err := parseURL("s3://bucket/a/b/?endpoint=http%3A%2F%2Fhost%3A9000&region=eu-west-1&pathStyle=true")
	if want := (settings{"bucket", "a/b/", "http://host:9000", "eu-west-1", true}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err = parseURL("s3://bucket"); err != nil || got != (settings{bucket: "bucket"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "http://b/", "s3:///p", "s3://b?colour=red", "s3://b?pathStyle=perhaps", "s3://b?endpoint=host", "s3://user@b/"} {
		if _, err := parseURL(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// FuzzName holds that names are unlike for unlike keys, short, and read back.
func FuzzName(f *testing.F) {
	f.Add("a", "b")
	f.Add("..", "../x")
	f.Add(strings.Repeat("k", 1024), strings.Repeat("k", 1023))
	s := &Store{prefix: "p/"}
	f.Fuzz(func(t *testing.T, a, b string) {
		na, spelt, err := s.name("b", a)
		if err != nil {
			return
		}
		if len(na) > maxName {
			t.Fatalf("name of %d bytes", len(na))
		}
		if nb, _, err := s.name("b", b); err == nil && (na == nb) != (a == b) {
			t.Fatalf("%q and %q: %q", a, b, na)
		}
		if strings.HasPrefix(na, s.escapedFolder("b")) {
			if key, ok, err := s.unescape("b", na); err != nil || ok != spelt || ok && key != a {
				t.Fatalf("%q: %q, %v", na, key, err)
			}
		}
	})
}
