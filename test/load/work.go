package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

const (
	userPassword = "Correct-Horse-42"
	users        = 64
)

// pool is a user pool with a client and users.
type pool struct{ id, client string }

// work is what the clients work with.
type work struct {
	*target
	plain, argon pool
	serial       atomic.Int64
	srp          *srp.Group
}

func prepare(t *target) (w *work, err error) {
	w = &work{target: t, srp: srp.New()}
	w.srp.Warm()
	if w.plain, err = t.makePool("load", "srp"); err != nil {
		return nil, err
	}
	w.argon, err = t.makePool("argon", "argon2id")
	return w, err
}

// makePool makes a pool that keeps passwords in a way, and its users.
func (t *target) makePool(name, credential string) (p pool, err error) {
	out, _, err := t.call("cognito-idp", "CreateUserPool", map[string]any{
		"PoolName": name, "UserPoolTags": map[string]string{"cogtrail:credential": credential},
	}, true)
	if err != nil {
		return p, err
	}
	p.id = out["UserPool"].(map[string]any)["Id"].(string)
	flows := []string{"ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
	if credential == "srp" {
		flows = append(flows, "ALLOW_USER_SRP_AUTH")
	}
	out, _, err = t.call("cognito-idp", "CreateUserPoolClient", map[string]any{
		"UserPoolId": p.id, "ClientName": "load", "ExplicitAuthFlows": flows,
	}, true)
	if err != nil {
		return p, err
	}
	p.client = out["UserPoolClient"].(map[string]any)["ClientId"].(string)
	for i := range users {
		name := fmt.Sprintf("user%d", i)
		if _, _, err := t.call("cognito-idp", "AdminCreateUser", map[string]any{"UserPoolId": p.id, "Username": name, "MessageAction": "SUPPRESS"}, true); err != nil {
			return p, err
		}
		if _, _, err := t.call("cognito-idp", "AdminSetUserPassword", map[string]any{"UserPoolId": p.id, "Username": name, "Password": userPassword, "Permanent": true}, true); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (w *work) describe(int64) error {
	_, _, err := w.call("cognito-idp", "DescribeUserPool", map[string]any{"UserPoolId": w.plain.id}, true)
	return err
}

func (w *work) adminCreate(int64) error {
	_, _, err := w.call("cognito-idp", "AdminCreateUser", map[string]any{
		"UserPoolId": w.plain.id, "Username": fmt.Sprintf("new%d", w.serial.Add(1)), "MessageAction": "SUPPRESS",
	}, true)
	return err
}

func (w *work) passwordAuth(n int64) error { return w.password(w.plain, n) }
func (w *work) argonAuth(n int64) error    { return w.password(w.argon, n) }

func (w *work) password(p pool, n int64) error {
	_, _, err := w.call("cognito-idp", "InitiateAuth", map[string]any{
		"ClientId": p.client, "AuthFlow": "USER_PASSWORD_AUTH",
		"AuthParameters": map[string]string{"USERNAME": fmt.Sprintf("user%d", n%users), "PASSWORD": userPassword},
	}, false)
	return err
}

func (w *work) srpAuth(n int64) error { return w.srpOf(fmt.Sprintf("user%d", n%users)) }

// srpOf signs a user in by both steps of SRP.
func (w *work) srpOf(user string) error {
	c := w.srp.NewClient()
	out, _, err := w.call("cognito-idp", "InitiateAuth", map[string]any{
		"ClientId": w.plain.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": map[string]string{"USERNAME": user, "SRP_A": c.A()},
	}, false)
	if err != nil {
		return err
	}
	p, _ := out["ChallengeParameters"].(map[string]any)
	text := func(k string) string { s, _ := p[k].(string); return s }
	_, name, _ := strings.Cut(w.plain.id, "_")
	sig, at, err := c.Sign(name, text("USER_ID_FOR_SRP"), userPassword, text("SALT"), text("SRP_B"), text("SECRET_BLOCK"), time.Now())
	if err != nil {
		return err
	}
	answer := map[string]any{
		"ClientId": w.plain.client, "ChallengeName": "PASSWORD_VERIFIER",
		"ChallengeResponses": map[string]string{
			"USERNAME": text("USER_ID_FOR_SRP"), "PASSWORD_CLAIM_SECRET_BLOCK": text("SECRET_BLOCK"), "PASSWORD_CLAIM_SIGNATURE": sig, "TIMESTAMP": at,
		},
	}
	if s, ok := out["Session"]; ok {
		answer["Session"] = s
	}
	_, _, err = w.call("cognito-idp", "RespondToAuthChallenge", answer, false)
	return err
}

// figures are one row of the table.
type figures struct {
	rate          float64 // per second
	calls         int
	p50, p99, cpu time.Duration
}

// drive runs do from so many clients for d.
func (w *work) drive(clients int, d time.Duration, do func(int64) error) (*figures, error) {
	var wg sync.WaitGroup
	var n atomic.Int64
	var failed atomic.Pointer[error]
	took := make([][]time.Duration, clients)
	cpu, began := w.cpu(), time.Now()
	for i := range clients {
		wg.Go(func() {
			for time.Since(began) < d && failed.Load() == nil {
				at := time.Now()
				if err := do(n.Add(1)); err != nil {
					failed.Store(&err)
					return
				}
				took[i] = append(took[i], time.Since(at))
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(began)
	cpu = w.cpu() - cpu
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	return &figures{
		rate: float64(len(all)) / elapsed.Seconds(), calls: len(all), p50: all[len(all)/2], p99: all[len(all)*99/100], cpu: cpu / time.Duration(len(all)),
	}, nil
}
