//go:build unix

package pools

import (
	"flag"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cogtrail/cogtrail/internal/notify/mailbox"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

var pairs = flag.Int("pairs", 0, "pairs of calls about a known and an unknown user that TestEqualWork times; 0 makes a few and judges nothing")

// TestEqualWork times the same call about a user who is there and about one who is not, in turn, through the gateway over the embedded
// engine, where users are hidden. Both are timed when nothing of either is in a cache, and once more at once. With -pairs, on a quiet
// machine, the medians may differ by no more than 2 % of the known user's.
func TestEqualWork(t *testing.T) {
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			// A pair leaves more rows than the cache holds of all pairs, so that no user is in it who was not asked for a moment ago.
			db, err := sqlite.Open(t.TempDir(), sqlite.Options{CacheBytes: 512 << 10})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			w := &work{bed: over(t, db)}
			w.S.Realm.Messages = letters{&mailbox.Mailbox{Vault: w.S.Realm.Vault}}
			w.pool = w.Pool(nil)
			w.client = *w.Client(w.pool, hiding).ClientId
			n := max(*pairs, 4)
			for i := range n {
				kind.prepare(w, there(i))
				w.Advance(time.Millisecond)
			}
			rounds := []string{"first", "again"}
			alike := kind.code(true) == kind.code(false)
			if !alike {
				rounds = rounds[:1] // the first call changes who is there
			}
			known, unknown := make([]series, len(rounds)), make([]series, len(rounds))
			for i := range n {
				// The order of a pair is turned round each time, so that the first call's cost falls on both.
				who := []string{there(i), fmt.Sprintf("nobody%04d", i)}
				if i%2 == 1 {
					slices.Reverse(who)
				}
				for _, who := range who {
					for round := range rounds {
						a, took, cpu := w.timed(kind, who)
						if want := kind.code(who == there(i)); !strings.HasPrefix(a.header, want) || (want == "") != (a.status == http.StatusOK) {
							t.Fatalf("%s was answered %d %s, want %q", who, a.status, a.body, want)
						}
						if who == there(i) {
							known[round].add(took, cpu)
						} else {
							unknown[round].add(took, cpu)
						}
					}
				}
			}
			for round, title := range rounds {
				known, unknown := known[round], unknown[round]
				took, cpu := off(known.took, unknown.took), off(known.cpu, unknown.cpu)
				t.Logf("%s, %s: medians of %d in µs: known %.1f, unknown %.1f, difference %+.2f %%; of the processor known %.1f, unknown %.1f, difference %+.2f %%",
					name, title, n, median(known.took), median(unknown.took), took, median(known.cpu), median(unknown.cpu), cpu)
				if *pairs > 0 && alike && math.Abs(took) > 2 {
					t.Errorf("the difference is %+.2f %% of the known user's median", took)
				}
			}
		})
	}
}

// there is the name of a user who is prepared.
func there(i int) string { return fmt.Sprintf("there%05d", i) }

// series are the times of calls in microseconds: as the caller sees them, and of the processor.
type series struct{ took, cpu []float64 }

func (s *series) add(took, cpu float64) { s.took, s.cpu = append(s.took, took), append(s.cpu, cpu) }

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// off is how far the median of b is from that of a, in percent of it.
func off(a, b []float64) float64 { return 100 * (median(b)/median(a) - 1) }

// letters is the mailbox of the program, which costs what it costs there.
type letters struct{ box *mailbox.Mailbox }

// Send implements userpool.Sender.
func (l letters) Send(tx store.Tx, x userpool.Message) error {
	return l.box.Post(tx, mailbox.Message{
		Account: x.Account, Region: x.Region, UserPoolID: string(x.Pool), Medium: x.Medium, Trigger: x.Occasion,
		Destination: x.Destination, Subject: x.Subject, Body: x.Body, Time: x.Time, Nobody: x.Nobody,
	})
}

// work is a bed of one kind of call.
type work struct {
	*bed
	pool, client string
}

// kind is a call whose time must not tell whether a user is there.
type kind struct {
	prepare func(w *work, name string)                          // makes the user
	in      func(w *work, name string) (operation string, in m) // what it needs is not timed
	code    func(there bool) string
}

// timed makes a call and tells how many microseconds it took, and took of the processor.
func (w *work) timed(k *kind, name string) (a *answer, took, cpu float64) {
	r := w.request(k.in(w, name))
	w.Advance(time.Millisecond) // no two calls of an account are at the same time
	before, began := used(w.T), time.Now()
	a = w.serve(r)
	end := time.Since(began)
	return a, float64(end.Nanoseconds()) / 1000, used(w.T) - before
}

// used is the processor time of this process, in microseconds.
func used(t testing.TB) float64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000
}

func always(code string) func(bool) string { return func(bool) string { return code } }

func confirmed(w *work, name string) { w.User(w.pool, name, name+"@example.com") }

func unconfirmed(w *work, name string) {
	w.call("SignUp", m{"ClientId": w.client, "Username": name, "Password": pw, "UserAttributes": attributes("email", name+"@example.com")})
}

var kinds = map[string]*kind{
	"password": {prepare: confirmed, code: always("NotAuthorizedException"), in: func(w *work, name string) (string, m) {
		return "InitiateAuth", m{"ClientId": w.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": m{"USERNAME": name, "PASSWORD": newPW}}
	}},
	"SRP, first step": {prepare: confirmed, code: always(""), in: func(w *work, name string) (string, m) {
		return "InitiateAuth", m{"ClientId": w.client, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": m{"USERNAME": name, "SRP_A": pooltest.Group().NewClient().A()}}
	}},
	"SRP, second step": {prepare: confirmed, code: always("NotAuthorizedException"), in: func(w *work, name string) (string, m) {
		side, out, res := w.StartSRP(w.client, name)
		if res.Err != nil {
			w.T.Fatal(res.Err)
		}
		c := w.Claim(side, w.pool, w.client, out, newPW)
		return "RespondToAuthChallenge", m{"ClientId": w.client, "ChallengeName": c.ChallengeName, "ChallengeResponses": c.ChallengeResponses}
	}},
	"ForgotPassword": {prepare: confirmed, code: always(""), in: func(w *work, name string) (string, m) {
		return "ForgotPassword", m{"ClientId": w.client, "Username": name}
	}},
	"ConfirmForgotPassword": {prepare: confirmed, code: always("CodeMismatchException"), in: func(w *work, name string) (string, m) {
		w.call("ForgotPassword", m{"ClientId": w.client, "Username": name})
		return "ConfirmForgotPassword", m{"ClientId": w.client, "Username": name, "ConfirmationCode": "no-code", "Password": newPW}
	}},
	"ResendConfirmationCode": {prepare: unconfirmed, code: always(""), in: func(w *work, name string) (string, m) {
		return "ResendConfirmationCode", m{"ClientId": w.client, "Username": name}
	}},
	// A name that is taken shows by AWS's own answer; its time is told for completeness.
	"SignUp": {prepare: unconfirmed, code: func(there bool) string {
		if there {
			return "UsernameExistsException"
		}
		return ""
	}, in: func(w *work, name string) (string, m) {
		return "SignUp", m{"ClientId": w.client, "Username": name, "Password": pw, "UserAttributes": attributes("email", name+"@example.com")}
	}},
}
