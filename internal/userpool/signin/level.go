package signin

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/userpool"
)

// aims are what a first step of USER_AUTH wants of its tokens.
type aims struct {
	// levels are acceptable, the dearest first.
	levels []userpool.Level
	// age is how old an earlier sign-in may be, negative for as old as it is.
	age time.Duration
}

// maxLevels bounds TARGET_ACR_VALUES, in bytes: four names of 64, and what parts them.
const maxLevels = 4*64 + 16

// aims reads TARGET_ACR_VALUES and MAX_AGE, nil if no level is wanted. Unknown levels are passed over.
// [Cognito: authentication levels with ACR and AMR claims]
func (s *step) aims() (*aims, error) {
	out := &aims{age: -1}
	if text := s.params["MAX_AGE"]; text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 0 {
			return nil, badAge()
		}
		out.age = time.Duration(n) * time.Second
	}
	text := s.params["TARGET_ACR_VALUES"]
	switch {
	case text == "" && s.params["ACCESS_TOKEN"] != "":
		return nil, tokenWithoutLevel()
	case text == "":
		return nil, nil // a sign-in of now is as new as can be
	case !s.pool.HasLevels():
		return nil, levelTier()
	case len(text) > maxLevels:
		return nil, badLevels()
	}
	for _, name := range strings.Fields(text) {
		if l := userpool.ParseLevel(name); l > 0 {
			out.levels = append(out.levels, l)
		}
	}
	if out.levels == nil {
		return nil, badLevels()
	}
	return out, nil
}

// bring takes what an access token says was proved already, if that is not too long ago.
func (a *attempt) bring(x *aims) error {
	if x == nil || a.params["ACCESS_TOKEN"] == "" {
		return nil
	}
	b, err := a.realm.Access(a.c, a.params["ACCESS_TOKEN"])
	if err != nil {
		return err
	}
	if a.user == nil || b.Pool.ID != a.pool.ID || b.Client.ID != a.client.ID || b.User.Sub != a.user.Sub {
		return foreignAccessToken()
	}
	since := b.Family.Since
	if since == 0 {
		since = b.Family.AuthTime.UnixMilli()
	}
	if x.age >= 0 && a.c.Now.Sub(time.UnixMilli(since)) > x.age || a.user.Status != userpool.Confirmed {
		return nil // all has to be proved anew
	}
	a.proved, a.aim.Since = slices.Clone(b.Family.Proved), since
	return nil
}

// aimAt chooses the first of the levels that the user can reach, and offers only what leads there.
func (x *chooser) aimAt(levels []userpool.Level) error {
	for _, l := range levels {
		if userpool.LevelOf(x.proved) >= l {
			return levelReached()
		}
		x.aim.Level = l
		if len(x.raising()) > 0 || slices.ContainsFunc(x.offered, x.leads) {
			x.narrow()
			return nil
		}
	}
	return levelOutOfReach()
}

// narrow leaves only those first factors to choose from that lead to the level.
func (x *chooser) narrow() {
	if x.aim.Level > 0 {
		x.offered = slices.DeleteFunc(x.offered, func(challenge string) bool { return !x.leads(challenge) })
	}
}

// firstProof is what a first factor proves, by its name in amr.
var firstProof = map[string]string{
	userpool.PasswordFirst: userpool.ByPassword, userpool.PasswordSRPFirst: userpool.ByPassword, userpool.EmailFirst: userpool.ByEmail,
	userpool.SMSFirst: userpool.BySMS, userpool.PasskeyFirst: userpool.ByRoaming,
}

// leads tells whether a first factor, with a second one behind a password, leads to the level.
func (x *chooser) leads(challenge string) bool {
	with := append(slices.Clone(x.proved), firstProof[challenge])
	return userpool.LevelOf(with) >= x.aim.Level || len(x.above(with)) > 0
}

// below tells that what was proved so far is not enough for the level.
func (a *attempt) below() bool { return userpool.LevelOf(a.proved) < a.aim.Level }

// raising are the second factors that lead to the level from here.
func (a *attempt) raising() []string { return a.above(a.proved) }

// above are the second factors that, added to what was proved, lead to the level. They follow a password only.
func (a *attempt) above(proved []string) []string {
	if !slices.Contains(proved, userpool.ByPassword) {
		return nil
	}
	factors := []string(nil)
	if a.user != nil {
		factors = a.pool.StepFactors(a.user)
	} else {
		factors = a.realm.PretendStepFactors(a.pool, a.who)
	}
	return slices.DeleteFunc(factors, func(f string) bool {
		return userpool.LevelOf(append(slices.Clone(proved), userpool.ByFactor(f))) < a.aim.Level
	})
}
