package service_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op/optest"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const (
	nae       = "NotAuthorizedException"
	incorrect = "Incorrect username or password."
)

func hidden(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }

func attributes(pairs ...string) []cognitoidp.AttributeType {
	var out []cognitoidp.AttributeType
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, cognitoidp.AttributeType{Name: pairs[i], Value: &pairs[i+1]})
	}
	return out
}

// Unsigned and self-signed tokens, and headers that bring their own key.
func TestAttack06_07_headers(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	parts := strings.Split(*w.Tokens(client, "jo").AccessToken, ".")
	kid := strings.SplitN(string(decode(t, parts[0])), `"`, 5)[3]
	for _, header := range []string{
		`{"alg":"none"}`, `{"alg":"none","kid":"` + kid + `"}`, `{"alg":"HS256","kid":"` + kid + `"}`, `{"kid":"../../x","alg":"RS256"}`,
		`{"kid":"` + kid + `","alg":"RS256","jku":"https://evil.example/jwks.json"}`, `{"kid":"` + kid + `","alg":"RS256","crit":["x"]}`,
	} {
		for _, signature := range []string{"", parts[2]} {
			_, res := w.GetUser(base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + signature)
			w.Refused(res, nae, "Invalid Access Token")
		}
	}
}

func decode(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// ID token as access token, token of another pool or server, token where another kind belongs.
func TestAttack08_otherTokens(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	client, otherClient := *w.Client(pool, nil).ClientId, *w.Client(other, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	w.User(other, "jo", "jo@example.com")
	mine, theirs := w.Tokens(client, "jo"), w.Tokens(otherClient, "jo")
	for _, text := range []string{*mine.IdToken, *mine.RefreshToken} {
		_, res := w.GetUser(text)
		w.Refused(res, nae, "Invalid Access Token")
		_, res = pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: text})
		w.Refused(res, nae, "Invalid Access Token")
	}
	// The payload names one pool, the signature is another's.
	m, x := strings.Split(*mine.AccessToken, "."), strings.Split(*theirs.AccessToken, ".")
	for _, text := range []string{x[0] + "." + m[1] + "." + x[2], m[0] + "." + x[1] + "." + m[2], x[0] + "." + m[1] + "." + m[2]} {
		_, res := w.GetUser(text)
		w.Refused(res, nae, "Invalid Access Token")
	}
	for _, text := range []string{*mine.AccessToken, *mine.IdToken, *theirs.RefreshToken} {
		_, res := w.Refresh(client, text)
		w.Refused(res, nae, "Invalid Refresh Token.")
	}
	// A server with other keys and rows.
	_, res := pooltest.New(t).GetUser(*mine.AccessToken)
	w.Refused(res, nae, "Invalid Access Token")
	// A token of this pool signed for a client that is not.
	for name, c := range map[string]token.AccessClaims{
		"foreign client": {ClientID: otherClient},
		"other family":   {ClientID: client, OriginJTI: "00000000-0000-4000-8000-000000000000"},
		"no family":      {ClientID: client},
		"other issuer":   {ClientID: client, Issuer: "http://elsewhere/" + pool},
	} {
		_, res := w.GetUser(mint(t, w, pool, c))
		if res.Code != nae {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
}

// mint signs an access token with a pool's own key.
func mint(t *testing.T, w *pooltest.World, pool string, c token.AccessClaims) string {
	t.Helper()
	var out string
	u := w.Stored(pool, "jo")
	w.View(func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		ks, err := w.S.Realm.Keys(tx, p)
		if err != nil {
			return err
		}
		c.Subject, c.Username, c.JTI = u.Sub, u.Username, "j"
		if c.Scope == "" {
			c.Scope = userpool.AdminScope
		}
		if c.Issuer == "" {
			c.Issuer = w.S.Realm.Issuer(pool)
		}
		if c.Issued.IsZero() {
			c.Issued, c.Expires = w.Now(), w.Now().Add(time.Hour)
		}
		out, err = ks.MintAccess(c)
		return err
	})
	return out
}

// Time claims are looked at whoever signed; so is the scope.
func TestAttack09_timesAndScope(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	claims := decode(t, strings.Split(*w.Tokens(client, "jo").AccessToken, ".")[1])
	family := strings.SplitN(strings.SplitN(string(claims), `"origin_jti":"`, 2)[1], `"`, 2)[0]
	now := w.Now()
	for name, c := range map[string]struct {
		claims  token.AccessClaims
		message string
	}{
		"good":          {token.AccessClaims{}, ""},
		"expired":       {token.AccessClaims{Issued: now.Add(-2 * time.Hour), Expires: now.Add(-time.Hour)}, "Access Token has expired"},
		"future":        {token.AccessClaims{Issued: now.Add(time.Hour), Expires: now.Add(2 * time.Hour)}, "Invalid Access Token"},
		"other scope":   {token.AccessClaims{Scope: "openid email"}, "Access Token does not have required scopes"},
		"longer scope":  {token.AccessClaims{Scope: userpool.AdminScope + ".x"}, "Access Token does not have required scopes"},
		"several scope": {token.AccessClaims{Scope: "openid " + userpool.AdminScope}, ""},
	} {
		c.claims.ClientID, c.claims.OriginJTI = client, family
		_, res := w.GetUser(mint(t, w, pool, c.claims))
		if res.Message != c.message {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
}

// Truncated, prolonged and prefixed opaque tokens.
func TestAttack10_truncatedTokens(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "new", TemporaryPassword: new("Temp0rary!"), MessageAction: new("SUPPRESS")})
	refresh := *w.Tokens(client, "jo").RefreshToken
	out, _ := w.SignIn(client, "new", "Temp0rary!")
	session := *out.Session
	spoiled := func(s string) []string {
		return []string{s[:len(s)-1], s + "A", s + "=", "A" + s, s[1:], " " + s, s + " ", s + "\n", strings.ToUpper(s), s[:len(s)/2], s + s, ""}
	}
	for _, s := range spoiled(refresh) {
		_, res := w.Refresh(client, s)
		if res.Code != nae && res.Message != "Missing required parameter REFRESH_TOKEN" {
			t.Errorf("refresh token %.20q… of %d: %v", s, len(s), res.Err)
		}
	}
	for _, s := range spoiled(session) {
		_, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: &s,
			ChallengeResponses: map[string]string{"USERNAME": "new", "NEW_PASSWORD": pooltest.Password}})
		w.Refused(res, nae, "Invalid session for the user.")
	}
	side, first, _ := w.StartSRP(client, "jo")
	claim := w.Claim(side, pool, client, first, pooltest.Password)
	block := claim.ChallengeResponses["PASSWORD_CLAIM_SECRET_BLOCK"]
	for _, s := range spoiled(block)[:11] {
		claim.ChallengeResponses["PASSWORD_CLAIM_SECRET_BLOCK"] = s
		_, res := w.Respond(claim)
		w.Refused(res, nae, incorrect)
	}
}

// A refresh token in another client's hands ends its family.
func TestAttack11_otherClient(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client, thief := *w.Client(pool, nil).ClientId, *w.Client(pool, nil).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	_, res := w.Refresh(thief, *a.RefreshToken)
	w.Refused(res, nae, "Invalid Refresh Token.")
	if res.Sub != sub {
		t.Errorf("the theft's record has subject %q", res.Sub)
	}
	_, res = w.Refresh(client, *a.RefreshToken)
	w.Refused(res, nae, "Refresh Token has been revoked")
	_, res = w.GetUser(*a.AccessToken)
	w.Refused(res, nae, "Access Token has been revoked")
	a = w.Tokens(client, "jo")
	_, res = pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: *a.RefreshToken, ClientId: thief})
	w.Refused(res, "UnauthorizedException", "Invalid token")
}

// race runs f 64 times at once and returns how often it succeeded and the codes of the refusals.
func race(n int, f func() pooltest.Result) (ok int, refused map[string]int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	refused = map[string]int{}
	start := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-start
			res := f()
			mu.Lock()
			defer mu.Unlock()
			if res.Err == nil {
				ok++
			} else {
				refused[res.Message]++
			}
		})
	}
	close(start)
	wg.Wait()
	return ok, refused
}

// Codes, sessions and blocks used twice, in parallel too.
func TestAttack12_usedTwice(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: "jo", Password: new(pooltest.Password), UserAttributes: attributes("email", "jo@example.com")})
	code := w.Code()
	ok, refused := race(64, func() pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: code})
		return res
	})
	if ok != 1 || refused["User cannot be confirmed. Current status is CONFIRMED"] != 63 {
		t.Errorf("a code confirmed %d times, refused %v", ok, refused)
	}
	pooltest.Must(w, w.S.User.AdminCreateUser, &cognitoidp.AdminCreateUserInput{UserPoolId: pool, Username: "new", TemporaryPassword: new("Temp0rary!"), MessageAction: new("SUPPRESS")})
	out, _ := w.SignIn(client, "new", "Temp0rary!")
	ok, refused = race(64, func() pooltest.Result {
		_, res := w.Respond(&cognitoidp.RespondToAuthChallengeInput{ClientId: client, ChallengeName: "NEW_PASSWORD_REQUIRED", Session: out.Session,
			ChallengeResponses: map[string]string{"USERNAME": "new", "NEW_PASSWORD": pooltest.Password}})
		return res
	})
	if ok != 1 || refused["Invalid session for the user, session can only be used once."] != 63 {
		t.Errorf("a session was answered %d times, refused %v", ok, refused)
	}
	side, first, _ := w.StartSRP(client, "jo")
	claim := w.Claim(side, pool, client, first, pooltest.Password)
	ok, refused = race(64, func() pooltest.Result { _, res := w.Respond(claim); return res })
	if ok != 1 || refused[incorrect] != 63 {
		t.Errorf("a block was answered %d times, refused %v", ok, refused)
	}
}

// faulty is an engine whose writes to one space fail while it is told so.
type faulty struct {
	*mem.DB
	space string
	on    bool
}

type faultyTx struct {
	store.Tx
	f *faulty
}

var errDisk = errors.New("disk is gone")

func (f *faulty) Update(ctx context.Context, fn func(store.Tx) error) error {
	return f.DB.Update(ctx, func(tx store.Tx) error { return fn(faultyTx{tx, f}) })
}

func (t faultyTx) Put(space string, key, value []byte) error {
	if t.f.on && space == t.f.space {
		return errDisk
	}
	return t.Tx.Put(space, key, value)
}

// A revocation is reported only if it was stored.
func TestAttack31_storageFails(t *testing.T) {
	t.Parallel()
	f := &faulty{DB: mem.New()}
	w := pooltest.Over(t, f)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	f.on, f.space = true, userpool.Families.Name
	_, res := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: *a.RefreshToken, ClientId: client})
	if !errors.Is(res.Err, errDisk) || res.Code != "" {
		t.Errorf("revocation without storage: %v", res.Err)
	}
	f.space = userpool.Users.Name
	_, res = pooltest.Do(w, w.S.Profile.GlobalSignOut, &cognitoidp.GlobalSignOutInput{AccessToken: *a.AccessToken})
	if !errors.Is(res.Err, errDisk) || res.Code != "" {
		t.Errorf("sign-out without storage: %v", res.Err)
	}
	f.space = "userpool.attempts"
	_, res = w.SignIn(client, "jo", "Wr0ng-word!")
	if !errors.Is(res.Err, errDisk) {
		t.Errorf("a wrong password that could not be counted was answered with %v", res.Err)
	}
	f.on = false
	if _, res := w.Refresh(client, *a.RefreshToken); res.Err != nil {
		t.Errorf("the token is gone after a failed revocation: %v", res.Err)
	}
}

// Guesses in parallel do not beat the counter.
func TestAttack32_racingGuesses(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	w.User(pool, "jo", "jo@example.com")
	ok, refused := race(200, func() pooltest.Result { _, res := w.SignIn(client, "jo", "Wr0ng-word!"); return res })
	if ok != 0 || refused[incorrect] != 5 || refused["Password attempts exceeded"] != 195 {
		t.Errorf("%d got in, refused %v", ok, refused)
	}
}

// One counter per user over names, aliases, spellings and flows.
func TestAttack33_oneCounter(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.AliasAttributes = []string{"email", "phone_number", "preferred_username"}
		in.UsernameConfiguration = &cognitoidp.UsernameConfigurationType{CaseSensitive: false}
	})
	client, second := *w.Client(pool, nil).ClientId, *w.Client(pool, hidden).ClientId
	sub := w.User(pool, "jo", "jo@example.com")
	w.ChangeUser(pool, "jo", func(u *userpool.User) {
		u.Set("phone_number", "+15550100")
		u.Set("phone_number_verified", "true")
		u.Set("preferred_username", "joanna")
	})
	for i, guess := range []func() pooltest.Result{
		func() pooltest.Result { _, res := w.SignIn(client, "JO", "Wr0ng-word!"); return res },
		func() pooltest.Result { _, res := w.SignIn(second, "Jo@Example.com", "Wr0ng-word!"); return res },
		func() pooltest.Result { _, res := w.SignInSRP(pool, client, "+15550100", "Wr0ng-word!"); return res },
		func() pooltest.Result { _, res := w.SignInSRP(pool, second, "joanna", "Wr0ng-word!"); return res },
		func() pooltest.Result { _, res := w.SignIn(client, sub, "Wr0ng-word!"); return res },
	} {
		if res := guess(); res.Message != incorrect || res.Sub != sub {
			t.Errorf("guess %d: %v, subject %s", i, res.Err, res.Sub)
		}
	}
	for _, name := range []string{"jo", "jo@example.com", "+15550100", "joanna", sub} {
		_, res := w.SignIn(client, name, pooltest.Password)
		w.Refused(res, nae, "Password attempts exceeded")
		_, _, res = w.StartSRP(client, name)
		w.Refused(res, nae, "Password attempts exceeded")
	}
}

// Where users are hidden, an unknown name gets the same bytes as a known one.
func TestAttack36_enumeration(t *testing.T) {
	t.Parallel()
	for kind, set := range map[string]func(*cognitoidp.CreateUserPoolInput){
		"names": func(*cognitoidp.CreateUserPoolInput) {},
		"e-mail addresses": func(in *cognitoidp.CreateUserPoolInput) {
			in.UsernameAttributes = []string{"email"}
		},
		"hashes": func(in *cognitoidp.CreateUserPoolInput) {
			in.UserPoolTags = map[string]string{userpool.CredentialTag: "argon2id"}
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := pooltest.New(t)
			pool := w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
				in.AutoVerifiedAttributes = []string{"email"}
				set(in)
			})
			client := *w.Client(pool, hidden).ClientId
			known, unknown := "jo", "bo"
			if kind == "e-mail addresses" {
				known, unknown = "jo@example.com", "bo@example.com"
			}
			w.User(pool, known, "jo@example.com")
			for range 7 { // through the lock-out
				_, a := w.SignIn(client, known, "Wr0ng-word!")
				_, b := w.SignIn(client, unknown, "Wr0ng-word!")
				if a.Err.Error() != b.Err.Error() {
					t.Errorf("known: %v, unknown: %v", a.Err, b.Err)
				}
			}
			w.Advance(15 * time.Minute)
			if kind != "hashes" {
				sameChallenges(t, w, pool, client, known, unknown)
			}
			fresh := func(n int) string { return strings.Replace(unknown, "bo", fmt.Sprintf("up%d", n), 1) }
			for n := range 2 {
				pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: fresh(n), Password: new(pooltest.Password), UserAttributes: attributes("email", fmt.Sprintf("up%d@example.com", n))})
			}
			// An unconfirmed user's resend looks like nobody's.
			real := pooltest.Must(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: fresh(0)})
			fake := pooltest.Must(w, w.S.Signup.ResendConfirmationCode, &cognitoidp.ResendConfirmationCodeInput{ClientId: client, Username: unknown})
			a, b := real.CodeDeliveryDetails, fake.CodeDeliveryDetails
			if len(*a.Destination) != len(*b.Destination) || *a.DeliveryMedium != *b.DeliveryMedium || *a.AttributeName != *b.AttributeName {
				t.Errorf("known: %s, unknown: %s", optest.JSON(t, a), optest.JSON(t, b))
			}
		})
	}
}

func sameChallenges(t *testing.T, w *pooltest.World, pool, client, known, unknown string) {
	t.Helper()
	_, a, _ := w.StartSRP(client, known)
	_, b, _ := w.StartSRP(client, unknown)
	_, again, _ := w.StartSRP(client, unknown)
	if *a.ChallengeName != *b.ChallengeName || len(a.ChallengeParameters) != len(b.ChallengeParameters) {
		t.Errorf("known: %v, unknown: %v", a, b)
	}
	for k, v := range a.ChallengeParameters {
		x := b.ChallengeParameters[k]
		if d := len(v) - len(x); d > 2 || d < -2 { // hexadecimal numbers drop leading zeros
			t.Errorf("%s has %d characters for a known user, %d for an unknown one", k, len(v), len(x))
		}
	}
	for _, k := range []string{"SALT", "USERNAME", "USER_ID_FOR_SRP"} {
		if b.ChallengeParameters[k] != again.ChallengeParameters[k] {
			t.Errorf("%s of an unknown user changes", k)
		}
	}
	_, x := w.SignInSRP(pool, client, known, "Wr0ng-word!")
	_, y := w.SignInSRP(pool, client, unknown, "Wr0ng-word!")
	if x.Err.Error() != y.Err.Error() || x.Message != incorrect {
		t.Errorf("known: %v, unknown: %v", x.Err, y.Err)
	}
}

// What was someone's is nobody's after him.
func TestAttack40_reusedIdentifiers(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	first := w.User(pool, "jo", "jo@example.com")
	a := w.Tokens(client, "jo")
	side, out, _ := w.StartSRP(client, "jo")
	claim := w.Claim(side, pool, client, out, pooltest.Password)
	for range 5 {
		w.SignIn(client, "jo", "Wr0ng-word!")
	}
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "jo"})
	second := w.User(pool, "jo", "jo@example.com")
	if first == second {
		t.Fatal("the sub was given again")
	}
	_, res := w.GetUser(*a.AccessToken)
	w.Refused(res, "UserNotFoundException", "User does not exist.")
	_, res = w.Refresh(client, *a.RefreshToken)
	w.Refused(res, nae, "Invalid Refresh Token.")
	_, res = w.Respond(claim)
	w.Refused(res, nae, incorrect)
	w.Tokens(client, "jo") // the former owner's lock-out is not his

	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: "bo", Password: new(pooltest.Password), UserAttributes: attributes("email", "bo@example.com")})
	code := w.Code()
	pooltest.Must(w, pooltest.Nothing(w.S.User.AdminDeleteUser), &cognitoidp.AdminDeleteUserInput{UserPoolId: pool, Username: "bo"})
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: "bo", Password: new(pooltest.Password), UserAttributes: attributes("email", "evil@example.com")})
	if w.Code() != code {
		_, res = pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "bo", ConfirmationCode: code})
		w.Refused(res, "CodeMismatchException", "Invalid verification code provided, please try again.")
	}
}

// Page tokens are sealed and bound to caller, pool, query and operation.
func TestAttack44_pageTokens(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	for _, p := range []string{pool, other} {
		for i := range 3 {
			w.User(p, fmt.Sprintf("u%d", i), "")
		}
	}
	in := &cognitoidp.ListUsersInput{UserPoolId: pool, Limit: new(int64(1))}
	page := *pooltest.Must(w, w.S.User.ListUsers, in).PaginationToken
	pools := *pooltest.Must(w, w.S.Pool.ListUserPools, &cognitoidp.ListUserPoolsInput{MaxResults: 1}).NextToken
	if strings.Contains(page, pool) {
		t.Error("the token shows what it holds")
	}
	list := func(caller, pool, token string, filter *string) pooltest.Result {
		_, res := pooltest.As(w, pooltest.Account, pooltest.Region, caller, w.S.User.ListUsers, &cognitoidp.ListUsersInput{
			UserPoolId: pool, Limit: new(int64(1)), PaginationToken: &token, Filter: filter,
		})
		return res
	}
	if res := list("AIDAEXAMPLE", pool, page, nil); res.Err != nil {
		t.Fatal(res.Err)
	}
	for name, res := range map[string]pooltest.Result{
		"other caller":    list("AIDAOTHER", pool, page, nil),
		"other pool":      list("AIDAEXAMPLE", other, page, nil),
		"other query":     list("AIDAEXAMPLE", pool, page, new(`username ^= "u"`)),
		"other operation": list("AIDAEXAMPLE", pool, pools, nil),
		"changed":         list("AIDAEXAMPLE", pool, flip(page, 40), nil),
		"cut":             list("AIDAEXAMPLE", pool, page[:len(page)-2], nil),
		"long":            list("AIDAEXAMPLE", pool, strings.Repeat("A", 1<<20), nil),
		"SQL":             list("AIDAEXAMPLE", pool, "' OR 1=1 --", nil),
		"empty":           list("AIDAEXAMPLE", pool, "", nil),
	} {
		if res.Code != "InvalidParameterException" || res.Message != "Invalid pagination token." {
			t.Errorf("%s: %v", name, res.Err)
		}
	}
}

// flip changes one character of a token.
func flip(s string, i int) string {
	c := "A"
	if s[i] == 'A' {
		c = "B"
	}
	return s[:i] + c + s[i+1:]
}
