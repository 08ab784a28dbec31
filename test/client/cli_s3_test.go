package client

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// random is n bytes that are the same in every run.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}

func TestCLIS3(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary)
	c := newCLI(t, s)
	c.ok("s3", "mb", "s3://cli-bucket")
	c.refused("An error occurred (InvalidBucketName) when calling the CreateBucket operation: The specified bucket is not valid.", "s3", "mb", "s3://No_Bucket")

	t.Run("copy up and down", func(t *testing.T) {
		c := *c
		c.t = t
		big := random(20 << 20) // over the CLI's threshold: several parts at once
		c.ok("s3", "cp", "--only-show-errors", c.file("big", big), "s3://cli-bucket/some/big file+ü.bin")
		c.ok("s3", "cp", "--only-show-errors", "s3://cli-bucket/some/big file+ü.bin", filepath.Join(c.home, "back"))
		back, err := os.ReadFile(filepath.Join(c.home, "back"))
		if err != nil || !bytes.Equal(back, big) {
			t.Errorf("%d bytes came back, %v", len(back), err)
		}
		etag := c.get("ETag", "s3api", "head-object", "--bucket", "cli-bucket", "--key", "some/big file+ü.bin")
		if !strings.HasSuffix(etag, `-3"`) {
			t.Errorf("ETag %s, want one of three parts", etag)
		}
		part := c.get("ContentRange", "s3api", "get-object", "--bucket", "cli-bucket", "--key", "some/big file+ü.bin", "--range", "bytes=5-14", filepath.Join(c.home, "part"))
		if part != "bytes 5-14/20971520" {
			t.Errorf("ContentRange %s", part)
		}
		if list := c.ok("s3", "ls", "s3://cli-bucket/some/"); !strings.HasSuffix(list, " 20971520 big file+ü.bin") {
			t.Errorf("s3 ls: %q", list)
		}
		c.ok("s3", "cp", "--only-show-errors", c.file("small", big[:1000]), "s3://cli-bucket/small")
		c.ok("s3", "mv", "--only-show-errors", "s3://cli-bucket/small", "s3://cli-bucket/moved.bin")
		if list := c.ok("s3", "ls", "s3://cli-bucket"); !strings.HasSuffix(list, " 1000 moved.bin") {
			t.Errorf("s3 ls: %q", list)
		}
	})

	t.Run("sync", func(t *testing.T) {
		c := *c
		c.t = t
		dir := filepath.Join(c.home, "tree")
		for _, name := range []string{"a.txt", "b/c.txt", "b/d e.txt"} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
			// Sync compares with S3's time, which has whole seconds.
			old := time.Now().Add(-time.Hour)
			if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
				t.Fatal(err)
			}
		}
		first := strings.Count(c.ok("s3", "sync", "--no-progress", dir, "s3://cli-bucket/tree"), "upload:")
		again := c.ok("s3", "sync", "--no-progress", dir, "s3://cli-bucket/tree")
		if first != 3 || again != "" {
			t.Errorf("first sync %d files, then %q", first, again)
		}
		keys := strings.Fields(c.get("join(' ', Contents[].Size.to_string(@))", "s3api", "list-objects-v2", "--bucket", "cli-bucket", "--prefix", "tree/"))
		if !slices.Equal(keys, []string{"5", "7", "9"}) {
			t.Errorf("sizes %v", keys)
		}
		if err := os.Remove(filepath.Join(dir, "a.txt")); err != nil {
			t.Fatal(err)
		}
		if got := c.ok("s3", "sync", "--delete", "--no-progress", dir, "s3://cli-bucket/tree"); got != "delete: s3://cli-bucket/tree/a.txt" {
			t.Errorf("sync --delete: %q", got)
		}
	})

	t.Run("presign", func(t *testing.T) {
		c := *c
		c.t = t
		c.ok("s3", "cp", "--only-show-errors", c.file("hello", []byte("hello")), "s3://cli-bucket/hello.txt")
		// Version 1 of the CLI signs URLs by the old scheme unless told otherwise.
		config := c.file("config", []byte("[default]\ns3 =\n  signature_version = s3v4\n"))
		for name, env := range map[string][]string{"by default": c.env, "version 4": append(slices.Clone(c.env), "AWS_CONFIG_FILE="+config)} {
			c.env = env
			u := c.ok("s3", "presign", "s3://cli-bucket/hello.txt", "--expires-in", "60")
			if status, body := fetch(t, u); status != 200 || body != "hello" {
				t.Errorf("%s: status %d, body %q", name, status, body)
			}
			altered := strings.Replace(u, "hello.txt", "moved.bin", 1)
			if status, body := fetch(t, altered); status != 403 || !strings.Contains(body, "<Code>SignatureDoesNotMatch</Code>") {
				t.Errorf("%s, another key: status %d, body %.100q", name, status, body)
			}
		}
	})

	c.refused("An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: The bucket you tried to delete is not empty", "s3", "rb", "s3://cli-bucket")
	c.ok("s3", "rm", "--recursive", "--only-show-errors", "s3://cli-bucket")
	c.ok("s3", "rb", "s3://cli-bucket")
	c.refused("An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist", "s3", "ls", "s3://cli-bucket")
	c.sees("CreateBucket", "DeleteBucket")
}

// fetch gets a URL as any program without AWS credentials does.
func fetch(t *testing.T, u string) (int, string) {
	t.Helper()
	resp, err := http.Get(u)
	if err != nil {
		t.Fatal("fetch failed") // the error would show the URL
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}
