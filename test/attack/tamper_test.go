package attack

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rsa"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/verify"
	"github.com/cogtrail/cogtrail/test/server"
)

// vault is a copy of a trail's bucket in memory, in which one object may be
// changed or missing.
type vault struct {
	digests  []string // oldest first
	objects  map[string][]byte
	metadata map[string]map[string]string
	keys     map[string]*rsa.PublicKey
	key      string // of the changed object
	change   func([]byte) []byte
}

// Digests implements verify.Source.
func (v *vault) Digests(context.Context) ([]string, error) { return v.digests, nil }

// Get implements verify.Source.
func (v *vault) Get(_ context.Context, _, key string) ([]byte, map[string]string, error) {
	body, ok := v.objects[key]
	if key == v.key {
		if body = v.change(append([]byte(nil), body...)); body == nil {
			ok = false
		}
	}
	if !ok {
		return nil, nil, verify.ErrMissing
	}
	return body, v.metadata[key], nil
}

// PublicKey implements verify.Source.
func (v *vault) PublicKey(_ context.Context, fingerprint string) (*rsa.PublicKey, error) {
	return v.keys[fingerprint], nil
}

// copyVault reads a trail's bucket.
func copyVault(ctx context.Context, s *server.Server, bucket string) (*vault, error) {
	v := &vault{objects: map[string][]byte{}, metadata: map[string]map[string]string{}, keys: map[string]*rsa.PublicKey{}}
	a, err := s.S3(ctx, &s.Root, "GET", "/"+bucket+"?"+url.Values{"list-type": {"2"}}.Encode(), nil, nil)
	if err != nil {
		return nil, err
	}
	var page struct{ Contents []struct{ Key string } }
	if err := xml.Unmarshal(a.Body, &page); err != nil {
		return nil, err
	}
	for _, c := range page.Contents {
		a, err := s.S3(ctx, &s.Root, "GET", "/"+bucket+"/"+c.Key, nil, nil)
		if err == nil {
			err = a.Err()
		}
		if err != nil {
			return nil, err
		}
		v.objects[c.Key], v.metadata[c.Key] = a.Body, map[string]string{}
		for h := range a.Header {
			if name, ok := strings.CutPrefix(strings.ToLower(h), "x-amz-meta-"); ok {
				v.metadata[c.Key][name] = a.Header.Get(h)
			}
		}
		if strings.Contains(c.Key, "/CloudTrail-Digest/") {
			v.digests = append(v.digests, c.Key)
		}
	}
	var listed struct {
		PublicKeyList []struct {
			Fingerprint string
			Value       []byte
		}
	}
	if err := s.Must(ctx, "cloudtrail", "ListPublicKeys", map[string]any{}, &listed); err != nil {
		return nil, err
	}
	for _, k := range listed.PublicKeyList {
		if v.keys[k.Fingerprint], err = digest.ParsePublic(k.Value); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// sameContent tells that changed bytes unpack to the very same content: some bits
// of gzip say nothing about it (time, operating system, padding), and the trail's
// hash is that of the content.
func sameContent(a, b []byte) bool {
	unpack := func(raw []byte) ([]byte, error) {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(z)
	}
	x, err := unpack(a)
	if err != nil {
		return false
	}
	y, err := unpack(b)
	return err == nil && bytes.Equal(x, y)
}

// Changed bytes in log files, digests and segments are found.
func TestAttack53_Tampering(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	options := server.Options{Binary: binary, Data: filepath.Join(t.TempDir(), "data"), Env: []string{"COGTRAIL_TRAIL_INTERVAL=1s", "COGTRAIL_TRAIL_DIGESTINTERVAL=1s"}}
	s, err := server.Start(options)
	p.must(err)
	defer s.Kill()
	own, err := s.MakeTrail(t.Context(), "tamper")
	p.must(err)
	for i := range 20 {
		p.must(s.Must(t.Context(), "iam", "CreateUser", url.Values{"UserName": {fmt.Sprintf("user%d", i)}}, nil))
	}
	var v *vault
	eventually(t, "two digests and a valid trail", func() bool {
		v, err = copyVault(t.Context(), s, own.Bucket)
		p.must(err)
		r, err := verify.Run(t.Context(), v, own.Bucket)
		p.must(err)
		return r.Valid() && r.Files > 0 && r.Digests > 1
	})
	p.files(v, own.Bucket)
	p.must(s.Stop())
	p.must(server.Check(binary, options.Data))
	p.segments(options.Data)
}

// files changes the objects that the digests vouch for, one place at a time.
func (p *probe) files(v *vault, bucket string) {
	p.Helper()
	found := func(what, key string, change func([]byte) []byte) {
		p.Helper()
		v.key, v.change = key, change
		r, err := verify.Run(p.Context(), v, bucket)
		v.key = ""
		p.n++
		if err == nil && r.Valid() {
			if body := v.objects[key]; sameContent(body, change(append([]byte(nil), body...))) {
				p.n--
				return
			}
			p.Errorf("%s of %s was not found", what, key)
		}
	}
	vouched := 0
	for key, body := range v.objects {
		v.key, v.change = key, func([]byte) []byte { return nil }
		r, err := verify.Run(p.Context(), v, bucket)
		p.must(err)
		if r.Valid() { // newer than the last digest, or the last digest itself
			continue
		}
		vouched++
		for i := 0; i < len(body); i += 1 + len(body)/300 {
			found(fmt.Sprintf("a flipped bit at %d", i), key, func(b []byte) []byte { b[i] ^= 1 << (i % 8); return b })
		}
		found("a cut end", key, func(b []byte) []byte { return b[:len(b)-1] })
		found("a cut half", key, func(b []byte) []byte { return b[:len(b)/2] })
		found("an added end", key, func(b []byte) []byte { return append(b, 0) })
		found("emptiness", key, func(b []byte) []byte { return []byte{} })
		for other, content := range v.objects {
			if other != key {
				found("the content of another object", key, func([]byte) []byte { return content })
				break
			}
		}
	}
	p.Logf("%d objects, %d changed in %d ways", len(v.objects), vouched, p.n)
	if vouched < 2 {
		p.Errorf("only %d objects are vouched for", vouched)
	}
}

// segments flips bits of the log segments and asks the check command.
func (p *probe) segments(data string) {
	p.Helper()
	var files []string
	p.must(filepath.WalkDir(filepath.Join(data, "segments"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	if len(files) == 0 {
		p.Fatal("no segment was written")
	}
	for _, f := range files[:min(2, len(files))] {
		whole, err := os.ReadFile(f)
		p.must(err)
		for _, at := range []int{0, 3, 4, 40, len(whole) / 4, len(whole) / 2, len(whole) * 3 / 4, len(whole) - 9, len(whole) - 5, len(whole) - 1} {
			spoiled := append([]byte(nil), whole...)
			spoiled[at] ^= 0x10
			p.must(os.WriteFile(f, spoiled, 0o600))
			p.n++
			if server.Check(binary, data) == nil {
				p.Errorf("a flipped bit at %d of %d of a segment was not found", at, len(whole))
			}
		}
		p.must(os.WriteFile(f, whole[:len(whole)/2], 0o600))
		if server.Check(binary, data) == nil {
			p.Error("a cut segment was not found")
		}
		p.must(os.Remove(f))
		if server.Check(binary, data) == nil {
			p.Error("a missing segment was not found")
		}
		p.n += 2
		p.must(os.WriteFile(f, whole, 0o600))
	}
	p.must(server.Check(binary, data))
}
