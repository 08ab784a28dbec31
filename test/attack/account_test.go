package attack

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/storetest"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
	"github.com/cogtrail/cogtrail/test/server"
)

// race makes n calls at once and returns the answers.
func (p *probe) race(n int, call func() (*server.Answer, error)) []*server.Answer {
	p.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	var out []*server.Answer
	start := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-start
			a, err := call()
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				p.Errorf("racing call: %v", err)
				return
			}
			out = append(out, a)
		})
	}
	close(start)
	wg.Wait()
	return out
}

// once fails unless exactly one of racing calls succeeded.
func (p *probe) once(what string, answers []*server.Answer) {
	p.Helper()
	good := 0
	for _, a := range answers {
		if a.Status == 200 {
			good++
			p.n++
			continue
		}
		p.recorded(what, a, nil)
	}
	if good != 1 {
		p.Errorf("%s succeeded %d times", what, good)
	}
}

var group = sync.OnceValue(func() *srp.Group { g := srp.New(); g.Warm(); return g })

// claim makes the answer to an SRP challenge.
func (p *probe) claim(pool *server.Pool, who, word string) (map[string]any, *server.Answer) {
	p.Helper()
	side := group().NewClient()
	a, err := p.call(nil, idp, "InitiateAuth", map[string]any{"ClientId": pool.Client, "AuthFlow": "USER_SRP_AUTH",
		"AuthParameters": map[string]string{"USERNAME": who, "SRP_A": side.A()}})
	p.must(err)
	if a.Status != 200 {
		return nil, a
	}
	var out struct{ ChallengeParameters map[string]string }
	p.must(a.Decode(&out))
	c := out.ChallengeParameters
	signature, at, err := side.Sign(pool.ID[len(server.Region)+1:], c["USER_ID_FOR_SRP"], word, c["SALT"], c["SRP_B"], c["SECRET_BLOCK"], time.Now())
	p.must(err)
	return map[string]any{"ClientId": pool.Client, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": map[string]string{
		"USERNAME": c["USER_ID_FOR_SRP"], "PASSWORD_CLAIM_SECRET_BLOCK": c["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": at,
	}}, a
}

// Sessions and SRP blocks, used by 64 at once.
func TestAttack12_UsedTwice(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	p.root(idp, "AdminCreateUser", map[string]any{"UserPoolId": pool.ID, "Username": "new", "MessageAction": "SUPPRESS", "TemporaryPassword": password})
	a, err := p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "new", password))
	p.must(err)
	var first struct{ Session string }
	p.must(a.Decode(&first))
	p.once("a session", p.race(64, func() (*server.Answer, error) {
		return p.call(nil, idp, "RespondToAuthChallenge", map[string]any{"ClientId": pool.Client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": first.Session,
			"ChallengeResponses": map[string]string{"USERNAME": "new", "NEW_PASSWORD": "Other-Horse-43"}})
	}))
	claim, _ := p.claim(pool, "jo", password)
	p.once("an SRP block", p.race(64, func() (*server.Answer, error) { return p.call(nil, idp, "RespondToAuthChallenge", claim) }))
	p.once("a user name", p.race(64, func() (*server.Answer, error) {
		return p.call(nil, idp, "SignUp", map[string]any{"ClientId": pool.Client, "Username": "racer", "Password": password})
	}))
	p.settle()
}

// What could not be stored is not reported as done.
func TestAttack31_StorageFails_CVE_2020_15223(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	for n := 1; ; n++ {
		plan := storetest.FailOnce(storetest.Put, 0)
		w := pooltest.Over(t, storetest.Faulty(mem.New(), plan))
		pool := w.Pool(nil)
		client := *w.Client(pool, nil).ClientId
		w.User(pool, "jo", "jo@example.com")
		own := w.Tokens(client, "jo")
		plan.Set(storetest.Put, n, true)
		_, revoked := pooltest.Do(w, w.S.Signin.RevokeToken, &cognitoidp.RevokeTokenInput{Token: *own.RefreshToken, ClientId: client})
		fired := plan.Fired()
		plan.Set(storetest.Put, 0, false)
		if fired == 0 {
			break
		}
		p.n++
		if revoked.Err == nil || revoked.Code != "" {
			t.Errorf("put %d: a revocation that was not stored is answered with %v", n, revoked.Err)
		}
		if _, res := w.Refresh(client, *own.RefreshToken); res.Err != nil {
			t.Errorf("put %d: the token is gone after a failed revocation: %v", n, res.Err)
		}
	}
}

// 200 guesses at once: no more are checked than the limit allows.
func TestAttack32_RacingGuesses_CVE_2024_4629(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	p.person(pool.ID, "jo", nil)
	checked := 0
	for _, a := range p.race(200, func() (*server.Answer, error) {
		return p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "jo", wrong))
	}) {
		p.recorded("a guess", a, nil, nae)
		if message(a) == incorrect {
			checked++
		}
	}
	// The lock begins after five and lasts a second, which the race may outlive
	// on a busy machine: then one more guess is checked for each lock that ended.
	if checked < 5 || checked > 8 {
		t.Errorf("%d guesses of 200 were checked", checked)
	}
	a, err := p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "jo", wrong))
	p.recorded("one more", a, err, nae)
	p.settle()
}

// One counter per user, whatever name, spelling, client or flow a guess uses.
func TestAttack33_OneCounter_CVE_2025_24806(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(map[string]any{"AliasAttributes": []string{"email", "phone_number"}, "UsernameConfiguration": map[string]any{"CaseSensitive": false}})
	second, err := srv.MakeClient(t.Context(), pool.ID, nil)
	p.must(err)
	p.person(pool.ID, "jo", map[string]string{"email": "jo@example.com", "email_verified": "true", "phone_number": "+15550100", "phone_number_verified": "true"})
	other := &server.Pool{ID: pool.ID, Client: second}
	guesses := []func() (*server.Answer, error){
		func() (*server.Answer, error) {
			return p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, "JO", wrong))
		},
		func() (*server.Answer, error) {
			return p.call(nil, idp, "InitiateAuth", signInInput(second, "Jo@Example.com", wrong))
		},
		func() (*server.Answer, error) {
			c, _ := p.claim(pool, "+15550100", wrong)
			return p.call(nil, idp, "RespondToAuthChallenge", c)
		},
		func() (*server.Answer, error) {
			c, _ := p.claim(other, "jo", wrong)
			return p.call(nil, idp, "RespondToAuthChallenge", c)
		},
		func() (*server.Answer, error) {
			return p.call(nil, idp, "InitiateAuth", signInInput(second, "jo", wrong))
		},
	}
	for i, guess := range guesses {
		a, err := guess()
		p.recorded(fmt.Sprintf("guess %d", i), a, err, nae)
		if err == nil && message(a) != incorrect {
			t.Errorf("guess %d: %s", i, a.Body)
		}
	}
	for _, who := range []string{"jo", "JO", "jo@example.com", "+15550100"} {
		a, err := p.call(nil, idp, "InitiateAuth", signInInput(pool.Client, who, password))
		p.recorded("the right password of "+who, a, err, nae)
		_, a = p.claim(other, who, password)
		p.recorded("an SRP challenge of "+who, a, nil, nae)
	}
	p.settle()
}

// Where users are hidden, names that exist and names that do not look alike: in
// bytes, and in time as far as a test of a few hundred calls can tell.
func TestAttack36_UserEnumeration_CVE_2024_41952(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(nil)
	client, err := srv.MakeClient(t.Context(), pool.ID, map[string]any{"PreventUserExistenceErrors": "ENABLED"})
	p.must(err)
	hidden := &server.Pool{ID: pool.ID, Client: client}
	const people, tries = 20, 6
	for i := range people {
		p.person(pool.ID, fmt.Sprintf("known%02d", i), nil)
	}
	var times [2][]float64
	for n := range tries {
		for i := range people {
			var bodies [2]string
			for k, who := range []string{"known", "nobod"} {
				began := time.Now()
				a, err := p.call(nil, idp, "InitiateAuth", signInInput(client, fmt.Sprintf("%s%02d", who, i), wrong))
				if n < 4 { // afterwards comes the lock
					times[k] = append(times[k], time.Since(began).Seconds())
				}
				p.recorded(who, a, err, nae)
				if err == nil {
					bodies[k] = fmt.Sprint(a.Status, string(a.Body))
				}
			}
			if bodies[0] != bodies[1] {
				t.Fatalf("try %d: known %s, unknown %s", n, bodies[0], bodies[1])
			}
		}
	}
	// A handful of calls that a busy machine held up would hide any difference.
	for k := range times {
		slices.Sort(times[k])
		times[k] = times[k][:len(times[k])*9/10]
	}
	if w := welch(times[0], times[1]); math.Abs(w) > 4.5 {
		t.Errorf("known and unknown names differ in time: t = %.1f", w)
	}
	for _, operation := range []string{"ResendConfirmationCode", "ConfirmSignUp"} {
		in := func(who string) map[string]any {
			in := map[string]any{"ClientId": client, "Username": who}
			if operation == "ConfirmSignUp" {
				in["ConfirmationCode"] = "000000"
			}
			return in
		}
		a, err := p.call(nil, idp, operation, in("unknown-for-sure"))
		p.must(err)
		p.n++
		if strings.Contains(a.Code, "UserNotFound") || strings.Contains(string(a.Body), "not exist") {
			t.Errorf("%s tells that a user does not exist: %s", operation, a.Body)
		}
	}
	if c, a := p.claim(hidden, "unknown-for-sure", wrong); c == nil {
		t.Errorf("an unknown name gets no SRP challenge: %s", a.Body)
	} else {
		a, err := p.call(nil, idp, "RespondToAuthChallenge", c)
		p.recorded("SRP of an unknown name", a, err, nae)
	}
	p.settle()
}

// welch is the statistic of Welch's t-test.
func welch(a, b []float64) float64 {
	stats := func(x []float64) (mean, variance float64) {
		for _, v := range x {
			mean += v / float64(len(x))
		}
		for _, v := range x {
			variance += (v - mean) * (v - mean) / float64(len(x)-1)
		}
		return mean, variance
	}
	ma, va := stats(a)
	mb, vb := stats(b)
	return (ma - mb) / math.Sqrt(va/float64(len(a))+vb/float64(len(b)))
}

// What was one owner's is not the next owner's who takes the same name.
func TestAttack40_ReusedNames_CVE_2026_55670(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	claim, _ := w.claim(w.pool, "jo", password)
	before, err := srv.Users(t.Context(), w.pool.ID)
	w.must(err)
	w.root(idp, "AdminDeleteUser", map[string]any{"UserPoolId": w.pool.ID, "Username": "jo"})
	w.person(w.pool.ID, "jo", nil)
	after, err := srv.Users(t.Context(), w.pool.ID)
	w.must(err)
	if before["jo"] == after["jo"] {
		t.Error("a sub was given again")
	}
	w.everywhere("a token of the former jo", w.tokens.AccessToken)
	a, err := w.call(nil, idp, "InitiateAuth", refreshInput(w.pool.Client, w.tokens.RefreshToken))
	w.recorded("refresh of the former jo", a, err, nae)
	a, err = w.call(nil, idp, "RespondToAuthChallenge", claim)
	w.recorded("SRP of the former jo", a, err, nae)

	who, key := w.user(allow(`"*"`, "*"))
	a, err = w.call(&key, "sts", "GetSessionToken", url.Values{})
	w.must(err)
	temp := credentials(a)
	w.root("iam", "DeleteAccessKey", url.Values{"UserName": {who}, "AccessKeyId": {key.ID}})
	w.root("iam", "DeleteUserPolicy", url.Values{"UserName": {who}, "PolicyName": {"p"}})
	w.root("iam", "DeleteUser", url.Values{"UserName": {who}})
	w.root("iam", "CreateUser", url.Values{"UserName": {who}})
	w.root("iam", "PutUserPolicy", url.Values{"UserName": {who}, "PolicyName": {"p"}, "PolicyDocument": {allow(`"*"`, "*")}})
	for variant, c := range map[string]*server.Credentials{"key of a deleted user": &key, "session of a deleted user": &temp} {
		a, err = w.call(c, "iam", "ListUsers", url.Values{})
		w.refused(variant, a, err)
		a, err = w.call(c, idp, "ListUserPools", map[string]any{"MaxResults": 1})
		w.refused(variant, a, err)
	}

	google := map[string]any{"UserPoolId": w.pool.ID, "ProviderName": "Google", "ProviderType": "Google",
		"ProviderDetails": map[string]string{"client_id": "id", "client_secret": "secret", "authorize_scopes": "openid"}}
	source := map[string]string{"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1"}
	w.root(idp, "CreateIdentityProvider", google)
	w.root(idp, "AdminLinkProviderForUser", map[string]any{"UserPoolId": w.pool.ID, "SourceUser": source,
		"DestinationUser": map[string]string{"ProviderName": "Cognito", "ProviderAttributeValue": "jo"}})
	w.root(idp, "DeleteIdentityProvider", map[string]any{"UserPoolId": w.pool.ID, "ProviderName": "Google"})
	w.root(idp, "CreateIdentityProvider", google)
	a, err = w.call(&srv.Root, idp, "AdminLinkProviderForUser", map[string]any{"UserPoolId": w.pool.ID, "DestinationUser": source,
		"SourceUser": map[string]string{"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "2"}})
	w.recorded("a link to a former provider", a, err, "UserNotFoundException")
	if shown := fmt.Sprint(w.root(idp, "AdminGetUser", map[string]any{"UserPoolId": w.pool.ID, "Username": "jo"})); strings.Contains(shown, "identities") {
		t.Errorf("a link to a former provider shows: %s", shown)
	}

	bucket := name("bucket")
	w.must(srv.MakeBucket(t.Context(), bucket))
	for _, call := range []struct{ method, path string }{{"PUT", "/x"}, {"DELETE", "/x"}, {"DELETE", ""}, {"PUT", ""}} {
		a, err := srv.S3(t.Context(), &srv.Root, call.method, "/"+bucket+call.path, nil, nil)
		w.must(err)
		w.must(a.Err())
	}
	a, err = srv.S3(t.Context(), &srv.Root, "GET", "/"+bucket+"/x", nil, nil)
	w.refused("object of a former bucket", a, err, "NoSuchKey")

	g := map[string]any{"logGroupName": name("group")}
	w.root("logs", "CreateLogGroup", g)
	w.root("logs", "CreateLogStream", map[string]any{"logGroupName": g["logGroupName"], "logStreamName": "s"})
	w.root("logs", "PutLogEvents", map[string]any{"logGroupName": g["logGroupName"], "logStreamName": "s",
		"logEvents": []any{map[string]any{"timestamp": time.Now().UnixMilli(), "message": "of the former owner"}}})
	w.root("logs", "DeleteLogGroup", g)
	w.root("logs", "CreateLogGroup", g)
	w.root("logs", "CreateLogStream", map[string]any{"logGroupName": g["logGroupName"], "logStreamName": "s"})
	lines, err := srv.LogLines(t.Context(), g["logGroupName"].(string), time.Now().Add(-time.Hour))
	w.must(err)
	if w.n++; len(lines) > 0 {
		t.Errorf("a new log group shows %q", lines)
	}

	pool := w.pool
	w.root(idp, "DeleteUserPool", map[string]any{"UserPoolId": pool.ID})
	if again := w.probe.pool(nil); again.ID == pool.ID || again.Client == pool.Client {
		t.Error("an id was given again")
	}
	w.everywhere("a token of a deleted pool", w.tokens.AccessToken)
	a, err = w.call(nil, idp, "SignUp", map[string]any{"ClientId": pool.Client, "Username": "late", "Password": password})
	w.refused("sign-up at a deleted pool", a, err)
	w.settle()
}

// Addresses that two readers read differently.
func TestAttack46_MalformedEmail_CVE_2026_40574(t *testing.T) {
	t.Parallel()
	p := newProbe(t)
	pool := p.pool(map[string]any{"UsernameAttributes": []string{"email"}, "UsernameConfiguration": map[string]any{"CaseSensitive": false}})
	for _, address := range []string{
		"a@b@example.com", "a@example.com@evil.example", "@example.com", "a@", "a", "", " a@example.com", "a@example.com ", "a @example.com", "a@example.com\n", "a@example.com\r\nBcc: x@evil.example",
		"a\x00@example.com", "a@example.com\x00.evil.example", "a@exam\tple.com", "a@example.com,b@example.com", "a@example.com;b@example.com", "<a@example.com>", "A <a@example.com>",
		"a@[127.0.0.1", "a@example..com", "a@.example.com", "a@example.com\u2028x", "a@example.com\u202e", "a\u200b@example.com", strings.Repeat("a", 300) + "@example.com", "a@" + strings.Repeat("b", 3000) + ".com",
		"a@exa mple.com", "a@example.com\x7f", "\u0000", "a\u0085@example.com",
	} {
		a, err := p.call(nil, idp, "SignUp", map[string]any{"ClientId": pool.Client, "Username": address, "Password": password})
		p.recorded(fmt.Sprintf("user name %.40q", address), a, err)
		if address == "" {
			continue // the same as no attribute
		}
		a, err = p.call(&srv.Root, idp, "AdminCreateUser", map[string]any{"UserPoolId": pool.ID, "Username": name("u") + "@example.com", "MessageAction": "SUPPRESS",
			"UserAttributes": []any{map[string]string{"Name": "email", "Value": address}}})
		p.recorded(fmt.Sprintf("attribute %.40q", address), a, err)
	}
	if users, err := srv.Users(t.Context(), pool.ID); err != nil || len(users) > 0 {
		t.Errorf("users were made: %v, %v", users, err)
	}
	// The same address in another spelling is the same user.
	p.root(idp, "AdminCreateUser", map[string]any{"UserPoolId": pool.ID, "Username": "jo@example.com", "MessageAction": "SUPPRESS"})
	for _, same := range []string{"JO@example.com", "jo@EXAMPLE.com", "Jo@Example.Com"} {
		a, err := p.call(nil, idp, "SignUp", map[string]any{"ClientId": pool.Client, "Username": same, "Password": password})
		p.recorded(same, a, err, "UsernameExistsException")
	}
	p.settle()
}
