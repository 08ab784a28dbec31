package digest_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5" // what AWS's fingerprints of public keys are
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/secret"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

const (
	account = "111122223333"
	foreign = "999988887777"
	east    = "us-east-1"
	west    = "eu-west-1"
)

var begin = time.Date(2026, 3, 2, 10, 0, 31, 250e6, time.UTC)

// ring is a key ring over an engine.
type ring struct {
	testing.TB
	state store.State
	keys  *digest.Keyring
}

// onEngines runs a test over a key ring on each engine.
func onEngines(t *testing.T, test func(t *testing.T, r *ring)) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) store.State{
		"mem": func(testing.TB) store.State { return mem.New() },
		"sqlite": func(t testing.TB) store.State {
			db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			return db
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &ring{t, open(t), &digest.Keyring{Vault: secret.NewVault(secret.GenerateMasterKey())}})
		})
	}
}

func (r *ring) update(run func(tx store.Tx) error) {
	r.Helper()
	if err := r.state.Update(r.Context(), run); err != nil {
		r.Fatal(err)
	}
}

func (r *ring) current(account, region string, at time.Time) (key *digest.Key) {
	r.Helper()
	r.update(func(tx store.Tx) (err error) { key, err = r.keys.Current(tx, account, region, at); return err })
	return key
}

func (r *ring) list(account, region string, at time.Time, in cloudtrail.ListPublicKeysInput) (out *cloudtrail.ListPublicKeysOutput, err error) {
	r.Helper()
	err = r.state.Update(r.Context(), func(tx store.Tx) (err error) {
		out, err = r.keys.ListPublicKeys(&op.Call{Context: r.Context(), Now: at, Account: account, Region: region, Tx: tx}, &in)
		return err
	})
	return out, err
}

func (r *ring) fingerprints(account, region string, at time.Time, in cloudtrail.ListPublicKeysInput) string {
	r.Helper()
	out, err := r.list(account, region, at, in)
	if err != nil {
		r.Fatal(err)
	}
	var list []string
	for _, k := range out.PublicKeyList {
		list = append(list, *k.Fingerprint)
	}
	return strings.Join(list, " ")
}

// What is listed is what signs: in AWS's form, with AWS's fingerprint, for 30 days.
func TestKeyring_PublishedKey(t *testing.T) {
	onEngines(t, func(t *testing.T, r *ring) {
		out, err := r.list(account, east, begin, cloudtrail.ListPublicKeysInput{}) // before any digest there is a key too
		if err != nil || len(out.PublicKeyList) != 1 || out.NextToken != nil {
			t.Fatalf("listed %+v, error %v", out, err)
		}
		k := out.PublicKeyList[0]
		if sum := md5.Sum(k.Value); *k.Fingerprint != hex.EncodeToString(sum[:]) {
			t.Errorf("fingerprint is %s", *k.Fingerprint)
		}
		if text := base64.StdEncoding.EncodeToString(k.Value); !strings.HasPrefix(text, "MIIBCgKCAQEA") {
			t.Errorf("value is %s", text)
		}
		if from := begin.Truncate(time.Second); !k.ValidityStartTime.Equal(from) || !k.ValidityEndTime.Equal(from.Add(2_592_000*time.Second)) {
			t.Errorf("valid from %v to %v", k.ValidityStartTime, k.ValidityEndTime)
		}
		public, err := digest.ParsePublic(k.Value)
		if err != nil {
			t.Fatal(err)
		}
		signer := r.current(account, east, begin)
		if signer.Fingerprint != *k.Fingerprint || !signer.Private.PublicKey.Equal(public) || public.N.BitLen() != 2048 || public.E != 65537 {
			t.Errorf("signs with %s, lists %s", signer.Fingerprint, *k.Fingerprint)
		}
		d := document(10, signer.Fingerprint, nil, files())
		body, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		signature, err := d.Sign(body, signer.Private)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Verify(body, signature, public); err != nil {
			t.Error(err)
		}
	})
}

// One key at a time; the next when it ends; the old one is listed for ever.
func TestKeyring_Rotation(t *testing.T) {
	onEngines(t, func(t *testing.T, r *ring) {
		from := begin.Truncate(time.Second)
		end := from.Add(digest.Validity)
		first := r.current(account, east, begin)
		for name, at := range map[string]time.Time{"first second": from, "at once": begin, "later": begin.AddDate(0, 0, 12), "last moment": end.Add(-1)} {
			if k := r.current(account, east, at); k.Fingerprint != first.Fingerprint {
				t.Errorf("%s: another key", name)
			}
		}
		r.update(func(tx store.Tx) error {
			return r.keys.Ensure(&op.Call{Context: t.Context(), Now: begin, Account: account, Region: east, Tx: tx})
		})
		if got := r.fingerprints(account, east, begin, cloudtrail.ListPublicKeysInput{}); got != first.Fingerprint {
			t.Fatalf("keys %s", got)
		}
		second := r.current(account, east, end)
		if second.Fingerprint == first.Fingerprint || second.Private.Equal(first.Private) {
			t.Fatal("the key was not replaced at its end")
		}
		both := first.Fingerprint + " " + second.Fingerprint
		after := func(d time.Duration) *time.Time { return new(end.Add(d)) }
		now := end.AddDate(0, 0, 10)
		for name, c := range map[string]struct {
			start, end *time.Time
			want       string
		}{
			"now":                             {nil, nil, second.Fingerprint},
			"the first's time":                {new(from), new(from.Add(time.Hour)), first.Fingerprint},
			"both times":                      {new(from), after(time.Hour), both},
			"around the change":               {after(-time.Hour), after(time.Hour), both},
			"just before the change":          {after(-3 * time.Hour), after(-time.Hour), both},
			"well before the change":          {after(-5 * time.Hour), after(-3 * time.Hour), first.Fingerprint},
			"just after the change":           {after(time.Hour), after(2 * time.Hour), both},
			"well after the change":           {after(3 * time.Hour), after(4 * time.Hour), second.Fingerprint},
			"a moment":                        {new(from), new(from), first.Fingerprint},
			"since the first":                 {new(from), nil, both},
			"since the change":                {after(24 * time.Hour), nil, second.Fingerprint},
			"years later, years back":         {new(from.AddDate(-5, 0, 0)), new(from.AddDate(5, 0, 0)), both},
			"before all":                      {new(from.AddDate(-1, 0, 0)), new(from.AddDate(0, 0, -1)), ""},
			"in the last two hours":           {new(from.Add(-3 * time.Hour)), new(from.Add(-time.Hour)), first.Fingerprint},
			"the hour in which logging began": {new(from.Add(-30 * time.Minute)), new(from.Add(150 * time.Minute)), first.Fingerprint},
		} {
			if got := r.fingerprints(account, east, now, cloudtrail.ListPublicKeysInput{StartTime: c.start, EndTime: c.end}); got != c.want {
				t.Errorf("%s: listed %q, want %q", name, got, c.want)
			}
		}
		// A ring made anew, as after a restart, has the same keys.
		r.keys = &digest.Keyring{Vault: r.keys.Vault}
		if k := r.current(account, east, now); k.Fingerprint != second.Fingerprint || !k.Private.Equal(second.Private) {
			t.Error("another key after a restart")
		}
	})
}

func TestKeyring_AccountsAndRegionsApart(t *testing.T) {
	onEngines(t, func(t *testing.T, r *ring) {
		seen := map[string][2]string{}
		for _, p := range [][2]string{{account, east}, {account, west}, {foreign, east}} {
			k := r.current(p[0], p[1], begin)
			if other, ok := seen[k.Fingerprint]; ok {
				t.Errorf("%v and %v share a key", p, other)
			}
			seen[k.Fingerprint] = p
			if got := r.fingerprints(p[0], p[1], begin, cloudtrail.ListPublicKeysInput{StartTime: new(time.Unix(0, 0)), EndTime: new(begin.AddDate(1, 0, 0))}); got != k.Fingerprint {
				t.Errorf("%v lists %q", p, got)
			}
		}
	})
}

func TestKeyring_Refusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in            cloudtrail.ListPublicKeysInput
		code, message string
	}{
		"start after end": {cloudtrail.ListPublicKeysInput{StartTime: new(begin.Add(1)), EndTime: &begin}, "InvalidTimeRangeException", "The start time must be before the end time."},
		"token":           {cloudtrail.ListPublicKeysInput{NextToken: new("x")}, "InvalidTokenException", "The token is not valid."},
		"empty token":     {cloudtrail.ListPublicKeysInput{NextToken: new("")}, "InvalidTokenException", "The token is not valid."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &ring{t, mem.New(), &digest.Keyring{Vault: secret.NewVault(secret.GenerateMasterKey())}}
			out, err := r.list(account, east, begin, c.in)
			var e *schema.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Message != c.message || e.HTTPStatus() != 400 || out != nil {
				t.Errorf("answer %v, error %v", out, err)
			}
		})
	}
}

// The private half lies sealed: no row shows it, no other master key opens it,
// and it opens only beside its own fingerprint.
func TestKeyring_PrivateHalfIsSealed(t *testing.T) {
	onEngines(t, func(t *testing.T, r *ring) {
		key := r.current(account, east, begin)
		r.current(account, west, begin)
		der := x509.MarshalPKCS1PrivateKey(key.Private)
		prime := key.Private.Primes[0].Bytes()
		rows := map[string][]byte{}
		r.update(func(tx store.Tx) error {
			for kv, err := range tx.Scan("trail.keys", nil, nil, false) {
				if err != nil {
					return err
				}
				rows[string(kv.Key)] = bytes.Clone(kv.Value)
			}
			return nil
		})
		if len(rows) != 2 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, row := range rows {
			for i := range 3 { // base64 has three alignments
				for _, b := range [][]byte{der[i : i+300], prime[i : i+60]} {
					if bytes.Contains(row, b) || bytes.Contains(row, []byte(base64.StdEncoding.EncodeToString(b[:len(b)/3*3]))) {
						t.Fatal("a row shows the private key")
					}
				}
			}
		}
		stranger := &digest.Keyring{Vault: secret.NewVault(secret.GenerateMasterKey())}
		err := r.state.Update(t.Context(), func(tx store.Tx) error { _, err := stranger.Current(tx, account, east, begin); return err })
		if !errors.Is(err, secret.ErrUnknownKey) || !strings.HasPrefix(err.Error(), "open digest key: ") {
			t.Errorf("with another master key: %v", err)
		}
		// Whoever can write rows but not seal cannot hand one Region's key to another under a name of his own.
		r.update(func(tx store.Tx) error {
			for k, row := range rows {
				if bytes.Contains(row, []byte(key.Fingerprint)) {
					other := strings.Repeat("0", 32)
					return tx.Put("trail.keys", []byte(k), bytes.ReplaceAll(row, []byte(key.Fingerprint), []byte(other)))
				}
			}
			return errors.New("no row names the key")
		})
		err = r.state.Update(t.Context(), func(tx store.Tx) error { _, err := r.keys.Current(tx, account, east, begin); return err })
		if !errors.Is(err, secret.ErrOpen) {
			t.Errorf("under another fingerprint: %v", err)
		}
	})
}

// fakeVault opens everything to the same bytes.
type fakeVault struct{ opened []byte }

func (fakeVault) Seal(string, []byte, []byte) []byte            { return []byte("sealed") }
func (v fakeVault) Open(string, []byte, []byte) ([]byte, error) { return v.opened, nil }

func TestKeyring_SpoiledKeyIsAnError(t *testing.T) {
	t.Parallel()
	r := &ring{t, mem.New(), &digest.Keyring{Vault: fakeVault{[]byte("no key")}}}
	err := r.state.Update(t.Context(), func(tx store.Tx) error { _, err := r.keys.Current(tx, account, east, begin); return err })
	if err == nil || !strings.HasPrefix(err.Error(), "parse digest key: ") {
		t.Errorf("error %v", err)
	}
}

func TestParsePublic(t *testing.T) {
	t.Parallel()
	key := testKey(t)
	good := x509.MarshalPKCS1PublicKey(&key.PublicKey)
	if got, err := digest.ParsePublic(good); err != nil || !got.Equal(&key.PublicKey) {
		t.Fatalf("%v, error %v", got, err)
	}
	wrapped, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := x509.MarshalPKIXPublicKey(&curve.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{
		"nothing": nil, "text": []byte("key"), "with SubjectPublicKeyInfo around": wrapped, "of a curve": point, "cut": good[:len(good)-1],
		"something behind": append(bytes.Clone(good), 0), "private key": x509.MarshalPKCS1PrivateKey(key), "PEM": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: good}),
	} {
		if k, err := digest.ParsePublic(der); err == nil || k != nil || !strings.HasPrefix(err.Error(), "public key is no PKCS#1 RSA key") {
			t.Errorf("%s: %v, error %v", name, k, err)
		}
	}
}

// What is taken for a public key is one, in its only spelling.
func FuzzParsePublic(f *testing.F) {
	f.Add(x509.MarshalPKCS1PublicKey(&testKey(f).PublicKey))
	f.Add([]byte{0x30, 0x06, 0x02, 0x01, 0x03, 0x02, 0x01, 0x03})
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := digest.ParsePublic(der)
		if err == nil && !bytes.Equal(x509.MarshalPKCS1PublicKey(k), der) {
			t.Errorf("%x is read as a key whose spelling differs", der)
		}
	})
}
