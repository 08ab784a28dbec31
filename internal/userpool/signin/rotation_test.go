package signin_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const reuse, reused = "RefreshTokenReuseException", "Refresh token has been invalidated by rotation"

// rotating makes a client whose refresh tokens rotate, with seconds of grace.
func rotating(grace int64) func(*cognitoidp.CreateUserPoolClientInput) {
	return func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH"}
		in.RefreshTokenRotation = &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED", RetryGracePeriodSeconds: &grace}
	}
}

func getTokens(w *pooltest.World, client, refresh string) (*cognitoidp.AuthenticationResultType, pooltest.Result) {
	out, res := pooltest.Do(w, w.S.Signin.GetTokensFromRefreshToken, &cognitoidp.GetTokensFromRefreshTokenInput{ClientId: client, RefreshToken: refresh})
	if res.Err != nil {
		return nil, res
	}
	return out.AuthenticationResult, res
}

func TestGetTokensFromRefreshToken(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	first := w.Tokens(client, "jo")
	w.Advance(time.Minute)
	for range 2 {
		next, res := getTokens(w, client, *first.RefreshToken)
		if res.Err != nil || res.Sub != sub || next.RefreshToken != nil || *next.TokenType != "Bearer" {
			t.Fatal(next, res)
		}
		a, b := claims(t, *first.AccessToken), claims(t, *next.AccessToken)
		if a.Get("origin_jti").Str != b.Get("origin_jti").Str || a.Get("jti").Str == b.Get("jti").Str || b.Get("auth_time").Int() != a.Get("auth_time").Int() || b.Get("iat").Int() != w.Now().Unix() {
			t.Errorf("from %s\nto %s", a.Raw, b.Raw)
		}
	}
}

func TestGetTokensFromRefreshToken_rotation(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		rotating(10)(in)
		in.EnableTokenRevocation, in.RefreshTokenValidity = new(false), new(int64(1))
	}).ClientId
	w.User(pool, "jo", "jo@example.com")
	first := w.Tokens(client, "jo")
	if claims(t, *first.AccessToken).Get("origin_jti").Str == "" {
		t.Error("tokens of a client that rotates have no origin_jti")
	}
	_, res := w.Refresh(client, *first.RefreshToken)
	w.Refused(res, "InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client")
	// A chain of refreshes, each with the token of the one before.
	token := *first.RefreshToken
	for range 5 {
		w.Advance(time.Hour)
		next, res := getTokens(w, client, token)
		if res.Err != nil || next.RefreshToken == nil || *next.RefreshToken == token || len(*next.RefreshToken) != len(token) {
			t.Fatal(next, res)
		}
		// Within the time of grace the answer may be asked for again, and is the same.
		w.Advance(9*time.Second + 999*time.Millisecond)
		again, res := getTokens(w, client, token)
		if res.Err != nil || *again.RefreshToken != *next.RefreshToken {
			t.Fatal(res)
		}
		token = *next.RefreshToken
	}
	// The last is as long valid as the first.
	w.Advance(24*time.Hour - 5*(time.Hour+9*time.Second+999*time.Millisecond) - time.Millisecond)
	last, res := getTokens(w, client, token)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	w.Advance(time.Millisecond)
	_, res = getTokens(w, client, *last.RefreshToken)
	w.Refused(res, nae, "Refresh Token has expired")
}

// Clients without a list of flows may refresh by default; with rotation not by REFRESH_TOKEN_AUTH.
func TestRefreshTokenAuth_rotation(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	id := *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.ExplicitAuthFlows = []string{"USER_PASSWORD_AUTH"} }).ClientId
	w.User(pool, "jo", "")
	first := w.Tokens(id, "jo")
	pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: id, ExplicitAuthFlows: []string{"USER_PASSWORD_AUTH"}, RefreshTokenRotation: &cognitoidp.RefreshTokenRotationType{Feature: "ENABLED"},
	})
	_, res := w.Refresh(id, *first.RefreshToken)
	w.Refused(res, nae, "Invalid Refresh Token.")
	// A sign-in of before rotates all the same, and its last token goes on when rotation is switched off.
	next, res := getTokens(w, id, *first.RefreshToken)
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	pooltest.Must(w, w.S.Client.UpdateUserPoolClient, &cognitoidp.UpdateUserPoolClientInput{UserPoolId: pool, ClientId: id, ExplicitAuthFlows: []string{"USER_PASSWORD_AUTH"}})
	for range 2 {
		out, res := getTokens(w, id, *next.RefreshToken)
		if res.Err != nil || out.RefreshToken != nil {
			t.Fatal(res)
		}
	}
	if _, res := w.Refresh(id, *next.RefreshToken); res.Err != nil {
		t.Fatal(res.Err)
	}
	_, res = getTokens(w, id, *first.RefreshToken)
	w.Refused(res, reuse, reused)
}

func TestGetTokensFromRefreshToken_refuses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client, never := *w.Client(pool, nil).ClientId, *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.ExplicitAuthFlows = []string{"ALLOW_USER_PASSWORD_AUTH"}
	}).ClientId
	secret := w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.GenerateSecret = new(true) })
	w.User(pool, "jo", "")
	token := *w.Tokens(client, "jo").RefreshToken
	_, res := getTokens(w, "nothing", token)
	w.Refused(res, "ResourceNotFoundException", "User pool client nothing does not exist.")
	_, res = getTokens(w, client, "garbage")
	w.Refused(res, nae, "Invalid Refresh Token.")
	_, res = getTokens(w, client, token[:len(token)-1])
	w.Refused(res, nae, "Invalid Refresh Token.")
	_, res = getTokens(w, never, *w.Tokens(never, "jo").RefreshToken)
	w.Refused(res, "InvalidParameterException", "REFRESH_TOKEN_AUTH flow not enabled for this client")
	id := *secret.ClientId
	out, res := initiate(w, id, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "jo", "PASSWORD": pooltest.Password, "SECRET_HASH": userpool.SecretHash(*secret.ClientSecret, "jo", userpool.ClientID(id))})
	if res.Err != nil {
		t.Fatal(res.Err)
	}
	for _, sent := range []*string{nil, new("x")} {
		_, res = pooltest.Do(w, w.S.Signin.GetTokensFromRefreshToken, &cognitoidp.GetTokensFromRefreshTokenInput{ClientId: id, RefreshToken: *out.AuthenticationResult.RefreshToken, ClientSecret: sent})
		w.Refused(res, nae, "Unable to verify secret hash for client "+id)
	}
	pooltest.Must(w, w.S.Signin.GetTokensFromRefreshToken, &cognitoidp.GetTokensFromRefreshTokenInput{ClientId: id, RefreshToken: *out.AuthenticationResult.RefreshToken, ClientSecret: secret.ClientSecret})
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = false })
	_, res = getTokens(w, client, token)
	w.Refused(res, nae, "User is disabled.")
	w.ChangeUser(pool, "jo", func(u *userpool.User) { u.Enabled = true; u.SignOutEverywhere() })
	_, res = getTokens(w, client, token)
	w.Refused(res, nae, "Refresh Token has been revoked")
}

// A refresh token that was replaced, however long ago, ends the sign-in: the thief's tokens with the owner's.
func TestAttack12_rotatedTokenUsedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grace int64
		wait  time.Duration
		back  int // how many rotations ago the token was replaced
	}{
		"no grace": {0, 0, 1}, "after the grace": {10, 10 * time.Second, 1}, "older, within the grace": {10, 0, 2}, "much older": {60, time.Hour, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(nil)
			client := *w.Client(pool, rotating(c.grace)).ClientId
			w.User(pool, "jo", "")
			first := w.Tokens(client, "jo")
			tokens := []string{*first.RefreshToken}
			var access string
			for i := range c.back {
				next, res := getTokens(w, client, tokens[i])
				if res.Err != nil {
					t.Fatal(res.Err)
				}
				tokens, access = append(tokens, *next.RefreshToken), *next.AccessToken
			}
			w.Advance(c.wait)
			other := w.Tokens(client, "jo")
			_, res := getTokens(w, client, tokens[0])
			w.Refused(res, reuse, reused)
			for _, token := range tokens {
				_, res = getTokens(w, client, token)
				w.Refused(res, nae, "Refresh Token has been revoked")
			}
			if c.wait < time.Hour {
				for _, a := range []string{access, *first.AccessToken} {
					_, res = w.GetUser(a)
					w.Refused(res, nae, "Access Token has been revoked")
				}
			}
			if _, res := getTokens(w, client, *other.RefreshToken); res.Err != nil {
				t.Errorf("another sign-in of the user ended too: %v", res.Err)
			}
		})
	}
}

// Of refreshes that race with one token exactly one succeeds without grace; with grace all get the same next token.
func TestAttack12_racingRotation(t *testing.T) {
	t.Parallel()
	for _, grace := range []int64{0, 60} {
		w := pooltest.New(t)
		pool := w.Pool(nil)
		client := *w.Client(pool, rotating(grace)).ClientId
		w.User(pool, "jo", "")
		token := *w.Tokens(client, "jo").RefreshToken
		var mu sync.Mutex
		good, next := 0, map[string]bool{}
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				out, res := getTokens(w, client, token)
				mu.Lock()
				defer mu.Unlock()
				if res.Err == nil {
					good++
					next[*out.RefreshToken] = true
				}
			})
		}
		wg.Wait()
		if want := map[int64]int{0: 1, 60: 64}[grace]; good != want || len(next) != 1 {
			t.Errorf("grace %d: %d of 64 succeeded with %d tokens", grace, good, len(next))
		}
	}
}

// Old tokens are bound to their client, and revoke their successors.
func TestAttack11_rotatedTokenElsewhere(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client, other := *w.Client(pool, rotating(60)).ClientId, *w.Client(pool, rotating(60)).ClientId
	w.User(pool, "jo", "")
	old := *w.Tokens(client, "jo").RefreshToken
	next, _ := getTokens(w, client, old)
	_, res := getTokens(w, other, old)
	w.Refused(res, nae, "Invalid Refresh Token.")
	_, res = getTokens(w, client, *next.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")

	old = *w.Tokens(client, "jo").RefreshToken
	next, _ = getTokens(w, client, old)
	pooltest.Must(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{ClientId: client, Token: old})
	_, res = getTokens(w, client, *next.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")
}

// No refresh token, present or replaced, stands in the rows.
func TestAttack53_rotationAtRest(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, rotating(60)).ClientId
	w.User(pool, "jo", "")
	first := *w.Tokens(client, "jo").RefreshToken
	next, _ := getTokens(w, client, first)
	w.View(func(tx store.Tx) error {
		for kv, err := range tx.Scan(userpool.Families.Name, nil, nil, false) {
			if err != nil {
				return err
			}
			for _, token := range []string{first, *next.RefreshToken} {
				for _, part := range []string{token[64:200], token[len(token)-200 : len(token)-60]} {
					if bytes.Contains(kv.Value, []byte(part)) {
						t.Error("a refresh token is stored in clear")
					}
				}
			}
		}
		return nil
	})
}
