package pools

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/mem"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
)

var (
	sequences = flag.Int("sequences", 3, "random sequences of calls for each engine")
	steps     = flag.Int("steps", 600, "calls of each random sequence")
	seed      = flag.Uint64("seed", 1, "seed of the first random sequence; 0 draws one")
)

// TestSequences calls operations at random beside a small model of what they mean, over two engines. Whatever is called in whichever
// order: a code works once; a disabled user gets no token and his tokens are worth nothing; no token outlives its end; an address is
// one user's alias; the groups' precedence decides the preferred role; and every call has one record, which says what was answered.
func TestSequences(t *testing.T) {
	t.Parallel()
	first := *seed
	if first == 0 {
		first = rand.Uint64()
	}
	for name, open := range map[string]func(*testing.T) store.State{
		"mem": func(*testing.T) store.State { return mem.New() },
		"sqlite": func(t *testing.T) store.State {
			db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			return db
		},
	} {
		for i := range *sequences {
			s := first + uint64(i)
			t.Run(fmt.Sprintf("%s/seed=%d", name, s), func(t *testing.T) {
				t.Parallel()
				newSequence(t, open(t), s).run(*steps)
			})
		}
	}
}

// person is what the model knows of a user.
type person struct {
	name, sub, status, word, mail string
	enabled, verified, gone       bool
	groups                        []int
	codes                         map[string]letter // outstanding, by purpose
}

// letter is a code as it was sent.
type letter struct {
	purpose, text, to string
	at                time.Time
	// doubtful tells that something happened since that may or may not have ended it.
	doubtful bool
}

// grant is what one sign-in gave; refreshing adds access tokens.
type grant struct {
	who     *person
	access  []ticket
	refresh string
	begun   time.Time
	over    bool
}

type ticket struct {
	text string
	at   time.Time
}

const (
	accessLife  = 24 * time.Hour
	refreshLife = 30 * 24 * time.Hour
)

// team is a group of the pool.
type team struct {
	name, role string
	precedence *int
}

var teams = []team{
	{"admins", "arn:aws:iam::123456789012:role/a", new(1)},
	{"editors", "arn:aws:iam::123456789012:role/b", new(1)},
	{"readers", "arn:aws:iam::123456789012:role/a", new(7)},
	{"writers", "arn:aws:iam::123456789012:role/c", new(7)},
	{"everyone", "arn:aws:iam::123456789012:role/d", nil},
	{"first", "", new(0)},
}

// sequence is one random run.
type sequence struct {
	*bed
	r            *rand.Rand
	pool, client string
	people       []*person // all there ever were
	grants       []*grant
	old          []letter // codes that were replaced or used
	calls        int
	refused      int
	trace        []string
	words        int
}

func newSequence(t *testing.T, engine store.State, seed uint64) *sequence {
	s := &sequence{bed: over(t, engine), r: rand.New(rand.NewPCG(seed, 1))}
	s.pool = s.Pool(func(in *cognitoidp.CreateUserPoolInput) { in.AliasAttributes = []string{"email"} })
	s.client = *s.Client(s.pool, func(in *cognitoidp.CreateUserPoolClientInput) {
		in.AccessTokenValidity = new(int64(accessLife / time.Hour))
		in.TokenValidityUnits = &cognitoidp.TokenValidityUnitsType{AccessToken: new("hours")}
	}).ClientId
	for _, g := range teams {
		in := m{"UserPoolId": s.pool, "GroupName": g.name}
		if g.role != "" {
			in["RoleArn"] = g.role
		}
		if g.precedence != nil {
			in["Precedence"] = *g.precedence
		}
		s.must("CreateGroup", in)
	}
	return s
}

func (s *sequence) run(n int) {
	s.T.Helper()
	moves := []func(){
		s.signUp, s.signUp, s.create, s.confirm, s.confirm, s.resend, s.forgot, s.recover, s.recover, s.signIn, s.signIn, s.signIn, s.signIn,
		s.getUser, s.getUser, s.refresh, s.refresh, s.signOut, s.adminSignOut, s.revoke, s.disable, s.enable, s.enable, s.setPassword, s.resetPassword,
		s.remove, s.setMail, s.askVerify, s.verify, s.verify, s.join, s.join, s.leave, s.changePassword, s.wait,
	}
	for i := range n {
		moves[s.r.IntN(len(moves))]()
		if i%10 == 9 {
			s.aliases()
		}
		if s.T.Failed() {
			s.T.Logf("the last calls:\n%s", strings.Join(s.trace[max(0, len(s.trace)-25):], "\n"))
			s.T.FailNow()
		}
	}
	s.records.mu.Lock()
	defer s.records.mu.Unlock()
	if s.records.n != s.calls {
		s.T.Errorf("%d calls have %d records", s.calls, s.records.n)
	}
	s.T.Logf("%d calls, %d of them refused", s.calls, s.refused)
}

// do makes a call and compares its record with the answer.
func (s *sequence) do(operation string, in m) *answer {
	s.T.Helper()
	a := s.call(operation, in)
	s.calls++
	s.trace = append(s.trace, fmt.Sprintf("%s %v: %d %s %s", operation, in, a.status, a.code, a.message))
	if a.code != "" {
		s.refused++
	}
	switch {
	case a.record == nil:
		s.T.Errorf("%s has no record", operation)
	case a.record.EventName != operation || a.record.ErrorCode != a.code || a.record.ErrorMessage != a.message:
		s.T.Errorf("%s was answered %s %q and recorded %+v", operation, a.code, a.message, *a.record)
	case a.status/100 == 5:
		s.T.Errorf("%s: %d %s", operation, a.status, a.body)
	}
	return a
}

func (s *sequence) must(operation string, in m) *answer {
	s.T.Helper()
	a := s.do(operation, in)
	if a.code != "" {
		s.T.Errorf("%s: %s: %s", operation, a.code, a.message)
	}
	return a
}

// expect makes a call that has to succeed or to be refused, and tells which it was. Limits may refuse any call.
func (s *sequence) expect(good bool, why, operation string, in m) (*answer, bool) {
	s.T.Helper()
	a := s.do(operation, in)
	limited := a.code == "LimitExceededException" || a.message == "Password attempts exceeded"
	if ok := a.code == ""; ok != good && !limited {
		s.T.Errorf("%s (%s): got %d %s %q, want success %t", operation, why, a.status, a.code, a.message, good)
	}
	return a, a.code == ""
}

// names and mails are few, so that they are fought for.
func (s *sequence) name() string { return fmt.Sprintf("user%d", s.r.IntN(5)) }
func (s *sequence) mail() string { return fmt.Sprintf("m%d@example.com", s.r.IntN(3)) }
func (s *sequence) coin() bool   { return s.r.IntN(2) == 0 }

// word is a new password.
func (s *sequence) word() string { s.words++; return fmt.Sprintf("Passw0rd!%d", s.words) }

func (s *sequence) byName(name string) *person {
	for _, p := range s.people {
		if !p.gone && p.name == name {
			return p
		}
	}
	return nil
}

// holder is the user whose alias an address is.
func (s *sequence) holder(mail string) *person {
	for _, p := range s.people {
		if !p.gone && p.mail == mail && p.verified {
			return p
		}
	}
	return nil
}

// free tells that an address may become the alias of p.
func (s *sequence) free(mail string, p *person) bool {
	h := s.holder(mail)
	return h == nil || h == p
}

func (s *sequence) about(name string) m { return m{"UserPoolId": s.pool, "Username": name} }

// post puts the newest message's code into the model.
func (s *sequence) post(p *person, purpose string) {
	if had, ok := p.codes[purpose]; ok {
		s.old = append(s.old, had)
	}
	p.codes[purpose] = letter{purpose: purpose, text: s.Code(), to: p.mail, at: s.Now()}
}

func (p *person) doubt() {
	for k, l := range p.codes {
		l.doubtful = true
		p.codes[k] = l
	}
}

func (s *sequence) drop(p *person, purpose string) {
	if had, ok := p.codes[purpose]; ok {
		s.old = append(s.old, had)
		delete(p.codes, purpose)
	}
}

// guess is a code for a purpose: the one outstanding, one of before, or one that nobody was sent.
func (s *sequence) guess(p *person, purpose string) string {
	if p != nil && p.codes[purpose].text != "" && s.r.IntN(4) > 0 {
		return p.codes[purpose].text
	}
	if len(s.old) > 0 && s.coin() {
		return s.old[s.r.IntN(len(s.old))].text
	}
	return fmt.Sprintf("%06d", s.r.IntN(1_000_000))
}

// redeems tells whether a code is the one outstanding, and whether that is in doubt.
func (s *sequence) redeems(p *person, purpose, text string, life time.Duration) (good, doubtful bool) {
	l, ok := p.codes[purpose]
	return ok && l.text == text && s.Now().Sub(l.at) < life && l.to == p.mail, l.doubtful
}

// endAll ends every sign-in of a user.
func (s *sequence) endAll(p *person) {
	for _, g := range s.grants {
		if g.who == p {
			g.over = true
		}
	}
}

func (s *sequence) signUp() {
	name, mail, word := s.name(), s.mail(), s.word()
	a, ok := s.expect(s.byName(name) == nil, "name free", "SignUp", m{"ClientId": s.client, "Username": name, "Password": word, "UserAttributes": attributes("email", mail)})
	if !ok {
		return
	}
	var out struct{ UserSub string }
	a.decode(s.T, &out)
	p := &person{name: name, sub: out.UserSub, status: "UNCONFIRMED", word: word, mail: mail, enabled: true, codes: map[string]letter{}}
	s.people = append(s.people, p)
	s.post(p, "sign-up")
}

func (s *sequence) create() {
	name, mail, verified, word := s.name(), s.mail(), s.coin(), s.word()
	in := s.about(name)
	in["MessageAction"] = "SUPPRESS"
	in["UserAttributes"] = attributes("email", mail, "email_verified", fmt.Sprint(verified))
	a, ok := s.expect(s.byName(name) == nil && (!verified || s.free(mail, nil)), "name and alias free", "AdminCreateUser", in)
	if !ok {
		return
	}
	var out struct {
		User struct {
			Attributes []struct{ Name, Value string }
		}
	}
	a.decode(s.T, &out)
	p := &person{name: name, status: "CONFIRMED", word: word, mail: mail, verified: verified, enabled: true, codes: map[string]letter{}}
	for _, x := range out.User.Attributes {
		if x.Name == "sub" {
			p.sub = x.Value
		}
	}
	s.people = append(s.people, p)
	in = s.about(name)
	in["Password"], in["Permanent"] = word, true
	s.must("AdminSetUserPassword", in)
}

func (s *sequence) confirm() {
	name := s.name()
	p := s.byName(name)
	code := s.guess(p, "sign-up")
	good, doubtful := false, false
	if p != nil && p.status == "UNCONFIRMED" {
		if good, doubtful = s.redeems(p, "sign-up", code, 24*time.Hour); good {
			good = s.free(p.mail, p)
		}
	}
	in := m{"ClientId": s.client, "Username": name, "ConfirmationCode": code}
	if good && doubtful {
		good = s.do("ConfirmSignUp", in).code == ""
	} else if _, ok := s.expect(good, "the code outstanding", "ConfirmSignUp", in); !ok {
		return
	}
	if good {
		p.status, p.verified = "CONFIRMED", true
		s.drop(p, "sign-up")
	}
}

func (s *sequence) resend() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil && p.status == "UNCONFIRMED", "to be confirmed", "ResendConfirmationCode", m{"ClientId": s.client, "Username": name}); ok {
		s.post(p, "sign-up")
	}
}

func (s *sequence) forgot() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil && p.enabled && p.verified, "reachable", "ForgotPassword", m{"ClientId": s.client, "Username": name}); ok {
		s.post(p, "recovery")
	}
}

func (s *sequence) recover() {
	name, word := s.name(), s.word()
	p := s.byName(name)
	code := s.guess(p, "recovery")
	good, doubtful := false, false
	if p != nil && p.enabled && p.verified {
		good, doubtful = s.redeems(p, "recovery", code, time.Hour)
	}
	in := m{"ClientId": s.client, "Username": name, "ConfirmationCode": code, "Password": word}
	if good && doubtful {
		good = s.do("ConfirmForgotPassword", in).code == ""
	} else if _, ok := s.expect(good, "the code outstanding", "ConfirmForgotPassword", in); !ok {
		return
	}
	if good {
		s.drop(p, "recovery")
		s.drop(p, "sign-up")
		p.status, p.word = "CONFIRMED", word
		p.doubt()
	}
}

func (s *sequence) signIn() {
	login := s.name()
	p := s.byName(login)
	if s.r.IntN(3) == 0 {
		login = s.mail()
		p = s.holder(login)
	}
	word, right := "Wrong-Passw0rd", false
	if p != nil && s.r.IntN(10) > 0 {
		word, right = p.word, true
	}
	good := p != nil && right && p.enabled && p.status == "CONFIRMED"
	a, ok := s.expect(good, "right password of a user in force", "InitiateAuth", m{
		"ClientId": s.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": m{"USERNAME": login, "PASSWORD": word},
	})
	if !ok {
		return
	}
	var out struct {
		AuthenticationResult struct{ AccessToken, IdToken, RefreshToken string }
	}
	a.decode(s.T, &out)
	r := out.AuthenticationResult
	s.grants = append(s.grants, &grant{who: p, access: []ticket{{r.AccessToken, s.Now()}}, refresh: r.RefreshToken, begun: s.Now()})
	s.claims(p, r.IdToken)
}

// claims compares what a token says of a user's groups.
func (s *sequence) claims(p *person, token string) {
	s.T.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		s.T.Fatal(err)
	}
	var got struct {
		Sub       string
		Groups    []string `json:"cognito:groups"`
		Preferred string   `json:"cognito:preferred_role"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		s.T.Fatal(err)
	}
	groups := slices.Clone(p.groups)
	order := func(i int) int {
		if teams[i].precedence == nil {
			return 1 << 31
		}
		return *teams[i].precedence
	}
	slices.SortFunc(groups, func(a, b int) int {
		if d := order(a) - order(b); d != 0 {
			return d
		}
		return strings.Compare(teams[a].name, teams[b].name)
	})
	var names, roles []string
	for _, i := range groups {
		names = append(names, teams[i].name)
		if order(i) == order(groups[0]) && teams[i].role != "" {
			roles = append(roles, teams[i].role)
		}
	}
	preferred := ""
	if len(slices.Compact(slices.Sorted(slices.Values(roles)))) == 1 {
		preferred = roles[0]
	}
	if got.Sub != p.sub || !slices.Equal(got.Groups, names) || got.Preferred != preferred {
		s.T.Errorf("token of %s says %+v, want groups %v and preferred role %q", p.sub, got, names, preferred)
	}
}

// any grant there ever was, or nil; mostly one of the last.
func (s *sequence) any() *grant {
	list := s.grants
	if s.r.IntN(4) > 0 {
		list = list[max(0, len(list)-6):]
	}
	if len(list) == 0 {
		return nil
	}
	return list[s.r.IntN(len(list))]
}

// ticket is an access token of a grant, and whether it must be good.
func (s *sequence) ticket(g *grant) (string, bool) {
	t := g.access[s.r.IntN(len(g.access))]
	return t.text, !g.over && g.who.enabled && !g.who.gone && s.Now().Sub(t.at) < accessLife
}

func (s *sequence) getUser() {
	g := s.any()
	if g == nil {
		return
	}
	text, good := s.ticket(g)
	if a, ok := s.expect(good, "a token in force", "GetUser", m{"AccessToken": text}); ok && a.record.AdditionalEventData.Sub != g.who.sub {
		s.T.Errorf("recorded as about %s, want %s", a.record.AdditionalEventData.Sub, g.who.sub)
	}
}

func (s *sequence) refresh() {
	g := s.any()
	if g == nil {
		return
	}
	good := !g.over && g.who.enabled && !g.who.gone && s.Now().Sub(g.begun) < refreshLife
	a, ok := s.expect(good, "a refresh token in force", "InitiateAuth", m{
		"ClientId": s.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": m{"REFRESH_TOKEN": g.refresh},
	})
	if ok {
		var out struct {
			AuthenticationResult struct{ AccessToken, IdToken string }
		}
		a.decode(s.T, &out)
		g.access = append(g.access, ticket{out.AuthenticationResult.AccessToken, s.Now()})
		s.claims(g.who, out.AuthenticationResult.IdToken)
	}
}

func (s *sequence) signOut() {
	g := s.any()
	if g == nil {
		return
	}
	text, good := s.ticket(g)
	if _, ok := s.expect(good, "a token in force", "GlobalSignOut", m{"AccessToken": text}); ok {
		s.endAll(g.who)
	}
}

func (s *sequence) adminSignOut() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil, "there", "AdminUserGlobalSignOut", s.about(name)); ok {
		s.endAll(p)
	}
}

func (s *sequence) revoke() {
	if g := s.any(); g != nil {
		s.must("RevokeToken", m{"ClientId": s.client, "Token": g.refresh})
		g.over = true
	}
}

func (s *sequence) disable() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil, "there", "AdminDisableUser", s.about(name)); ok {
		p.enabled = false
		s.endAll(p)
	}
}

func (s *sequence) enable() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil, "there", "AdminEnableUser", s.about(name)); ok {
		p.enabled = true
	}
}

func (s *sequence) setPassword() {
	name, word := s.name(), s.word()
	p := s.byName(name)
	in := s.about(name)
	in["Password"], in["Permanent"] = word, true
	if _, ok := s.expect(p != nil, "there", "AdminSetUserPassword", in); ok {
		p.word, p.status = word, "CONFIRMED"
		s.endAll(p)
		s.drop(p, "recovery")
		p.doubt()
	}
}

func (s *sequence) resetPassword() {
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil && p.enabled && p.verified && p.status != "UNCONFIRMED", "reachable", "AdminResetUserPassword", s.about(name)); ok {
		p.status = "RESET_REQUIRED"
		s.endAll(p)
		p.doubt()
		s.post(p, "recovery")
	}
}

func (s *sequence) remove() {
	if s.r.IntN(6) > 0 {
		return
	}
	name := s.name()
	p := s.byName(name)
	if _, ok := s.expect(p != nil, "there", "AdminDeleteUser", s.about(name)); ok {
		for k := range p.codes {
			s.drop(p, k)
		}
		p.gone = true
		s.endAll(p)
	}
}

func (s *sequence) setMail() {
	name, mail, verified := s.name(), s.mail(), s.coin()
	p := s.byName(name)
	in := s.about(name)
	in["UserAttributes"] = attributes("email", mail, "email_verified", fmt.Sprint(verified))
	before := len(s.Messages())
	if _, ok := s.expect(p != nil && (!verified || s.free(mail, p)), "there and alias free", "AdminUpdateUserAttributes", in); ok {
		p.mail, p.verified = mail, verified
		p.doubt()
		if len(s.Messages()) > before {
			s.post(p, "attribute")
		}
	}
}

func (s *sequence) askVerify() {
	g := s.any()
	if g == nil {
		return
	}
	text, good := s.ticket(g)
	if _, ok := s.expect(good, "a token in force", "GetUserAttributeVerificationCode", m{"AccessToken": text, "AttributeName": "email"}); ok {
		s.post(g.who, "attribute")
	}
}

func (s *sequence) verify() {
	g := s.any()
	if g == nil {
		return
	}
	text, good := s.ticket(g)
	code := s.guess(g.who, "attribute")
	right, doubtful := s.redeems(g.who, "attribute", code, 24*time.Hour)
	good = good && right && s.free(g.who.mail, g.who)
	in := m{"AccessToken": text, "AttributeName": "email", "Code": code}
	if good && doubtful {
		good = s.do("VerifyUserAttribute", in).code == ""
	} else if _, ok := s.expect(good, "the code outstanding", "VerifyUserAttribute", in); !ok {
		return
	}
	if good {
		g.who.verified = true
		s.drop(g.who, "attribute")
	}
}

func (s *sequence) join() {
	name, i := s.name(), s.r.IntN(len(teams))
	p := s.byName(name)
	in := s.about(name)
	in["GroupName"] = teams[i].name
	if _, ok := s.expect(p != nil, "there", "AdminAddUserToGroup", in); ok && !slices.Contains(p.groups, i) {
		p.groups = append(p.groups, i)
	}
}

func (s *sequence) leave() {
	name, i := s.name(), s.r.IntN(len(teams))
	p := s.byName(name)
	in := s.about(name)
	in["GroupName"] = teams[i].name
	if _, ok := s.expect(p != nil, "there", "AdminRemoveUserFromGroup", in); ok {
		p.groups = slices.DeleteFunc(p.groups, func(x int) bool { return x == i })
	}
}

func (s *sequence) changePassword() {
	g := s.any()
	if g == nil {
		return
	}
	text, good := s.ticket(g)
	previous, word := g.who.word, s.word()
	if s.r.IntN(4) == 0 {
		previous, good = "Wrong-Passw0rd", false
	}
	if _, ok := s.expect(good, "a token in force and the password", "ChangePassword", m{"AccessToken": text, "PreviousPassword": previous, "ProposedPassword": word}); ok {
		g.who.word = word
		s.drop(g.who, "recovery")
	}
}

// wait lets limits and locks pass, and now and then tokens.
func (s *sequence) wait() {
	d := 20 * time.Minute
	if s.r.IntN(10) == 0 {
		d = time.Duration(s.r.IntN(9)) * 6 * time.Hour
	}
	s.Advance(d)
	s.trace = append(s.trace, "wait "+d.String())
}

// aliases asks for every address: it is the alias of the user of the model, and of nobody else.
func (s *sequence) aliases() {
	for i := range 3 {
		mail := fmt.Sprintf("m%d@example.com", i)
		h := s.holder(mail)
		a, ok := s.expect(h != nil, "somebody's alias", "AdminGetUser", s.about(mail))
		if !ok {
			continue
		}
		var out struct{ Username, UserStatus string }
		a.decode(s.T, &out)
		if out.Username != h.name || out.UserStatus != h.status {
			s.T.Errorf("%s is the alias of %+v, want %s, %s", mail, out, h.name, h.status)
		}
	}
}
