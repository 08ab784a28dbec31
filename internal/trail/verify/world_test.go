package verify_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/verify"
)

const bucket = "audit"

// keys are made once: making them is what these tests would spend their time on.
var keys = sync.OnceValue(func() (k [2]*rsa.PrivateKey) {
	for i := range k {
		var err error
		if k[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	}
	return k
})

// object is a file in a bucket.
type object struct {
	body     []byte
	metadata map[string]string
}

// vault is a trail's buckets, written hour by hour, as a source of verification.
type vault struct {
	testing.TB
	objects map[string]object // by bucket/key
	public  map[string]*rsa.PublicKey
	bucket  string
	// listed says which digests of the bucket are listed; all when nil.
	listed func(key string) bool
	// fail is what reading an object, or a key by fingerprint, fails with.
	fail     map[string]error
	listing  error
	hour     int
	previous *digest.Previous
	digests  []string // keys, oldest first
	logs     []string // keys, oldest first
}

func newVault(t testing.TB) *vault {
	return &vault{
		TB: t, objects: map[string]object{}, bucket: bucket, fail: map[string]error{},
		public: map[string]*rsa.PublicKey{"first": &keys()[0].PublicKey, "second": &keys()[1].PublicKey},
	}
}

// pack compresses, cheaply: what counts is the content.
func pack(t testing.TB, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.StatelessCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// write makes the digest of the next hour over log files of so many records each.
// change may alter the document before it is signed.
func (v *vault) write(change func(*digest.Document), records ...int) *digest.Document {
	v.Helper()
	v.hour++
	end := time.Date(2026, 3, 2, 9, 0, 31, 0, time.UTC).Add(time.Duration(v.hour) * time.Hour)
	d := &digest.Document{
		AccountID: "111122223333", StartTime: digest.Time(end.Add(-time.Hour)), EndTime: digest.Time(end), Bucket: v.bucket,
		Object:      "AWSLogs/111122223333/CloudTrail-Digest/us-east-1" + end.Format("/2006/01/02/") + "111122223333_CloudTrail-Digest_us-east-1_main_us-east-1_" + end.Format("20060102T150405Z") + ".json.gz",
		Fingerprint: "first", SignatureAlgorithm: digest.SignatureAlgorithm,
	}
	var files []digest.File
	for i, n := range records {
		body := []byte(`{"Records":[` + strings.Join(slices.Repeat([]string{fmt.Sprintf(`{"eventName":"Event%d-%d"}`, v.hour, i)}, n), ",") + `]}`)
		key := fmt.Sprintf("AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/%02d-%02d.json.gz", v.hour, i)
		v.objects[v.bucket+"/"+key] = object{body: pack(v, body)}
		v.logs = append(v.logs, key)
		files = append(files, digest.File{
			Bucket: v.bucket, Object: key, HashValue: digest.Hash(body), HashAlgorithm: digest.HashAlgorithm,
			NewestEventTime: digest.Time(end.Add(-time.Minute)), OldestEventTime: digest.Time(end.Add(-time.Hour)),
		})
	}
	d.AddFiles(files)
	d.Chain(v.previous)
	if change != nil {
		change(d)
	}
	body, err := d.Encode()
	if err != nil {
		v.Fatal(err)
	}
	key := keys()[0]
	if d.Fingerprint == "second" {
		key = keys()[1]
	}
	signature, err := d.Sign(body, key)
	if err != nil {
		v.Fatal(err)
	}
	v.objects[d.Bucket+"/"+d.Object] = object{pack(v, body), map[string]string{"signature": signature, "signature-algorithm": digest.SignatureAlgorithm}}
	v.previous = &digest.Previous{Bucket: d.Bucket, Object: d.Object, Hash: digest.Hash(body), Signature: signature}
	v.digests = append(v.digests, d.Object)
	return d
}

// good is a vault of four hours: two files, none, one, one.
func good(t testing.TB) *vault {
	t.Helper()
	v := newVault(t)
	v.write(nil, 2, 3)
	v.write(nil)
	v.write(nil, 1)
	v.write(nil, 4)
	return v
}

// copy is a vault of its own with the same objects.
func (v *vault) copy(t testing.TB) *vault {
	c := *v
	c.TB, c.objects, c.public, c.fail = t, maps.Clone(v.objects), maps.Clone(v.public), maps.Clone(v.fail)
	return &c
}

func (v *vault) Digests(context.Context) ([]string, error) {
	var out []string
	for name := range v.objects {
		if b, key, _ := strings.Cut(name, "/"); b == v.bucket && strings.Contains(key, "/CloudTrail-Digest/") && (v.listed == nil || v.listed(key)) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out, v.listing
}

func (v *vault) Get(_ context.Context, bucket, key string) ([]byte, map[string]string, error) {
	if err := v.fail[key]; err != nil {
		return nil, nil, err
	}
	o, ok := v.objects[bucket+"/"+key]
	if !ok {
		return nil, nil, fmt.Errorf("%s: %w", key, verify.ErrMissing)
	}
	return o.body, o.metadata, nil
}

func (v *vault) PublicKey(_ context.Context, fingerprint string) (*rsa.PublicKey, error) {
	return v.public[fingerprint], v.fail[fingerprint]
}

func (v *vault) run() *verify.Report {
	v.Helper()
	r, err := verify.Run(v.Context(), v, v.bucket)
	if err != nil {
		v.Fatal(err)
	}
	return r
}

// unpacked is the content of an object.
func (v *vault) unpacked(name string) []byte {
	v.Helper()
	z, err := gzip.NewReader(bytes.NewReader(v.objects[name].body))
	if err != nil {
		v.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(z); err != nil {
		v.Fatal(err)
	}
	return b.Bytes()
}

// replace puts other content into an object and leaves its metadata.
func (v *vault) replace(name string, body []byte) {
	v.Helper()
	v.objects[name] = object{pack(v, body), v.objects[name].metadata}
}

// want compares a report's numbers and findings; findings are "last part of the key: fault".
func want(t testing.TB, r *verify.Report, numbers verify.Report, findings ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.Key[strings.LastIndexAny(f.Key, "/_")+1:]+": "+f.Fault)
	}
	slices.SortFunc(got, cmp.Compare[string])
	slices.Sort(findings)
	if !slices.Equal(got, findings) {
		t.Errorf("findings\n got %s\nwant %s", strings.Join(got, "; "), strings.Join(findings, "; "))
	}
	if r.Valid() != (len(findings) == 0) {
		t.Errorf("valid is %v", r.Valid())
	}
	if r.Digests != numbers.Digests || r.Files != numbers.Files || r.Records != numbers.Records || r.Gaps != numbers.Gaps {
		t.Errorf("looked at %d digests, %d files, %d records, %d gaps; want %d, %d, %d, %d", r.Digests, r.Files, r.Records, r.Gaps,
			numbers.Digests, numbers.Files, numbers.Records, numbers.Gaps)
	}
}
