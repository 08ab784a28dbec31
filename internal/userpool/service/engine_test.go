package service_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store/sqlite"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// TestEngine_races runs the races of attacks 12 and 32 on the embedded engine, whose transactions run beside one another and again
// when they lose: nothing an operation does may depend on being run once.
func TestEngine_races(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w := pooltest.Over(t, db)
	pool := w.Pool(nil)
	client := *w.Client(pool, nil).ClientId
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{ClientId: client, Username: "jo", Password: new(pooltest.Password), UserAttributes: attributes("email", "jo@example.com")})
	code := w.Code()
	ok, refused := race(64, func() pooltest.Result {
		_, res := pooltest.Do(w, w.S.Signup.ConfirmSignUp, &cognitoidp.ConfirmSignUpInput{ClientId: client, Username: "jo", ConfirmationCode: code})
		return res
	})
	if ok != 1 {
		t.Errorf("a code confirmed %d times, refused %v", ok, refused)
	}
	ok, refused = race(64, func() pooltest.Result { _, res := w.SignIn(client, "jo", pooltest.Password); return res })
	if ok != 64 {
		t.Errorf("%d of 64 sign-ins of one user succeeded, refused %v", ok, refused)
	}
	side, first, _ := w.StartSRP(client, "jo")
	claim := w.Claim(side, pool, client, first, pooltest.Password)
	if ok, refused = race(32, func() pooltest.Result { _, res := w.Respond(claim); return res }); ok != 1 {
		t.Errorf("a block was answered %d times, refused %v", ok, refused)
	}
	ok, refused = race(200, func() pooltest.Result { _, res := w.SignIn(client, "jo", "Wr0ng-word!"); return res })
	if ok != 0 || refused[incorrect] != 5 || refused["Password attempts exceeded"] != 195 {
		t.Errorf("%d got in, refused %v", ok, refused)
	}
	in := &cognitoidp.SignUpInput{ClientId: client, Username: "bo", Password: new(pooltest.Password)}
	if ok, refused = race(32, func() pooltest.Result { _, res := pooltest.Do(w, w.S.Signup.SignUp, in); return res }); ok != 1 || refused["User already exists"] != 31 {
		t.Errorf("one name was given %d times, refused %v", ok, refused)
	}
}
