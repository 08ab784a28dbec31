//go:build unix

package service_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// Each flow beside the cryptography it cannot do without: the difference is what rows, caches and encoding cost.

type bench struct {
	w            *pooltest.World
	pool, client string
}

func newBench(b *testing.B) *bench {
	w := pooltest.Over(b, mem.New())
	pool := w.Pool(nil)
	w.User(pool, "jo", "jo@example.com")
	return &bench{w: w, pool: pool, client: *w.Client(pool, nil).ClientId}
}

func (x *bench) keys(b *testing.B) (ks *token.KeySet) {
	x.w.View(func(tx store.Tx) error {
		p, err := x.w.S.Realm.AnyPool(tx, userpool.PoolID(x.pool))
		if err != nil {
			return err
		}
		ks, err = x.w.S.Realm.Keys(tx, p)
		return err
	})
	return ks
}

// measure runs f as a benchmark and adds the processor time it took, which a busy machine does not distort as it does the clock.
func measure(b *testing.B, f func()) {
	f() // fills caches
	begin, n := cpu(), 0
	for b.Loop() {
		f()
		n++
	}
	b.ReportMetric(float64(cpu()-begin)/float64(n), "cpu-ns/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkPassword(b *testing.B) {
	x := newBench(b)
	measure(b, func() { x.w.Tokens(x.client, "jo") })
}

// BenchmarkSRPFirst is the server's first step.
func BenchmarkSRPFirst(b *testing.B) {
	x := newBench(b)
	params := map[string]string{"USERNAME": "jo", "SRP_A": pooltest.Group().NewClient().A()}
	measure(b, func() {
		_, res := pooltest.Do(x.w, x.w.S.Signin.InitiateAuth, &cognitoidp.InitiateAuthInput{AuthFlow: "USER_SRP_AUTH", ClientId: x.client, AuthParameters: params})
		if res.Err != nil {
			b.Fatal(res.Err)
		}
	})
}

// BenchmarkSRP is a whole sign-in, the client's side included.
func BenchmarkSRP(b *testing.B) {
	x := newBench(b)
	measure(b, func() {
		if _, res := x.w.SignInSRP(x.pool, x.client, "jo", pooltest.Password); res.Err != nil {
			b.Fatal(res.Err)
		}
	})
}

func BenchmarkRefresh(b *testing.B) {
	x := newBench(b)
	refresh := *x.w.Tokens(x.client, "jo").RefreshToken
	measure(b, func() {
		if _, res := x.w.Refresh(x.client, refresh); res.Err != nil {
			b.Fatal(res.Err)
		}
	})
}

func BenchmarkGetUser(b *testing.B) {
	x := newBench(b)
	access := *x.w.Tokens(x.client, "jo").AccessToken
	measure(b, func() {
		if _, res := x.w.GetUser(access); res.Err != nil {
			b.Fatal(res.Err)
		}
	})
}

// BenchmarkFloor is the cryptography of each flow alone.
func BenchmarkFloor(b *testing.B) {
	x := newBench(b)
	ks := x.keys(b)
	now := x.w.Now()
	g := pooltest.Group()
	v := g.NewVerifier("p", "jo", pooltest.Password)
	sign := func() {
		if _, err := ks.MintID(token.IDClaims{Subject: "s", Issued: now, Expires: now.Add(time.Hour)}); err != nil {
			b.Fatal(err)
		}
		if _, err := ks.MintAccess(token.AccessClaims{Subject: "s", Issued: now, Expires: now.Add(time.Hour)}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("Refresh", func(b *testing.B) { measure(b, sign) })
	b.Run("Password", func(b *testing.B) {
		measure(b, func() {
			g.CheckPassword(v, "p", "jo", pooltest.Password)
			sign()
		})
	})
	b.Run("SRPFirst", func(b *testing.B) {
		a := g.NewClient().A()
		measure(b, func() {
			if _, err := g.Start(v, a); err != nil {
				b.Fatal(err)
			}
		})
	})
	b.Run("SRP", func(b *testing.B) {
		measure(b, func() {
			c := g.NewClient()
			ch, err := g.Start(v, c.A())
			if err != nil {
				b.Fatal(err)
			}
			signature, at, err := c.Sign("p", "jo", pooltest.Password, ch.Salt, ch.B, "QUFBQQ==", now)
			if err != nil {
				b.Fatal(err)
			}
			claim := srp.Claim{PoolName: "p", UserID: "jo", SecretBlock: []byte("AAAA"), Timestamp: at, Signature: signature}
			if err := g.Verify(ch.State, v, claim); err != nil {
				b.Fatal(err)
			}
			sign()
		})
	})
	b.Run("GetUser", func(b *testing.B) {
		access := *x.w.Tokens(x.client, "jo").AccessToken
		want := token.Expect{Issuer: x.w.S.Realm.Issuer(x.pool), Use: token.UseAccess, Now: now}
		measure(b, func() {
			if _, err := token.Verify(access, ks.Key, want); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// BenchmarkWrong compares a wrong password of a known user with one of an unknown name, where users are hidden: the two should cost
// the same (attack 36).
func BenchmarkWrong(b *testing.B) {
	x := newBench(b)
	client := *x.w.Client(x.pool, hidden).ClientId
	for _, name := range []string{"jo", "nobody"} {
		b.Run("password/"+name, func(b *testing.B) {
			measure(b, func() {
				x.w.Advance(15 * time.Minute)
				if _, res := x.w.SignIn(client, name, "Wr0ng-word!"); res.Message != incorrect {
					b.Fatal(res.Err)
				}
			})
		})
		b.Run("srp/"+name, func(b *testing.B) {
			measure(b, func() {
				if _, _, res := x.w.StartSRP(client, name); res.Err != nil {
					b.Fatal(res.Err)
				}
			})
		})
	}
}
