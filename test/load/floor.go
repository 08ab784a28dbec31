package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/password"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

// costs are CPU times of the cryptography that calls cannot do without.
type costs struct {
	sign          time.Duration // an RS256 signature; a sign-in needs two
	make          time.Duration // a verifier for a new password
	check         time.Duration // a password in clear against the verifier
	argon         time.Duration // the same against an argon2id hash
	first, second time.Duration // the server's steps of SRP
}

// floor measures the costs on all processors at once, as they are under load.
func floor() (*costs, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte("x"))
	g := srp.New()
	g.Warm()
	v := g.NewVerifier("pool", "user", userPassword)
	h, err := password.NewHasher(password.Params{}, runtime.GOMAXPROCS(0), 64)
	if err != nil {
		return nil, err
	}
	client := g.NewClient()
	ch, err := g.Start(v, client.A())
	if err != nil {
		return nil, err
	}
	block := base64.StdEncoding.EncodeToString([]byte("block"))
	sig, at, err := client.Sign("pool", "user", userPassword, ch.Salt, ch.B, block, time.Now())
	if err != nil {
		return nil, err
	}
	claim := srp.Claim{PoolName: "pool", UserID: "user", SecretBlock: []byte("block"), Timestamp: at, Signature: sig}
	if err := g.Verify(ch.State, v, claim); err != nil {
		return nil, err
	}
	return &costs{
		sign:   each(func() { _, _ = rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:]) }),
		make:   each(func() { g.NewVerifier("pool", "user", userPassword) }),
		check:  each(func() { _ = g.CheckPassword(v, "pool", "user", userPassword) }),
		argon:  each(func() { _, _ = h.Hash(context.Background(), userPassword) }),
		first:  each(func() { _, _ = g.Start(v, client.A()) }),
		second: each(func() { _ = g.Verify(ch.State, v, claim) }),
	}, nil
}

func (c *costs) print() {
	fmt.Println("| cryptography | CPU ms |\n|---|---|")
	for _, row := range []struct {
		name string
		d    time.Duration
	}{
		{"RS256 signature (RSA 2048)", c.sign}, {"verifier of a new password", c.make}, {"password against verifier", c.check},
		{"password against argon2id hash", c.argon}, {"SRP, first step", c.first}, {"SRP, second step", c.second},
		{"floor of a password sign-in: two signatures, one check", 2*c.sign + c.check},
		{"floor of an SRP sign-in: two signatures, both steps", 2*c.sign + c.first + c.second},
	} {
		fmt.Printf("| %s | %.2f |\n", row.name, ms(row.d))
	}
	fmt.Println()
}

// each is the CPU time of one f, while every processor does nothing else.
func each(f func()) time.Duration {
	const long = 400 * time.Millisecond
	f()
	var n atomic.Int64
	var wg sync.WaitGroup
	used, began := ownCPU(), time.Now()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for time.Since(began) < long {
				f()
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return (ownCPU() - used) / time.Duration(n.Load())
}

// ownCPU is the CPU time of this process; a busy machine distorts it less than the clock.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
