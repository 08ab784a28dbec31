package userpool_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

// What is kept for unknown names goes by itself.
func TestPretendCode_swept(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	client := *w.Client(w.Pool(nil), func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
	rows := func() (n int) {
		w.View(func(tx store.Tx) error {
			for range tx.Scan("userpool.codes", nil, nil, false) {
				n++
			}
			return nil
		})
		return n
	}
	for range 2 { // the second code takes the place of the first
		pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: "nobody"})
	}
	if n := rows(); n != 1 {
		t.Fatalf("%d rows", n)
	}
	w.Advance(time.Hour + time.Millisecond)
	if _, err := userpool.Sweep(t.Context(), w.State, w.Now()); err != nil {
		t.Fatal(err)
	}
	if n := rows(); n != 0 {
		t.Errorf("%d rows left", n)
	}
}
