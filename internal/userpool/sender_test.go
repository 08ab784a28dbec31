package userpool_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/job"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

const kmsKey = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000"

// senderPool is a pool whose e-mails a function sends, and a client that hides users.
func senderPool(w *pooltest.World) (pool, client string) {
	pool = w.Pool(func(in *cognitoidp.CreateUserPoolInput) {
		in.LambdaConfig = &cognitoidp.LambdaConfigType{
			KMSKeyID: new(kmsKey), CustomMessage: new(pooltest.FunctionARN),
			CustomEmailSender: &cognitoidp.CustomEmailLambdaVersionConfigType{LambdaVersion: "V1_0", LambdaArn: pooltest.FunctionARN},
		}
	})
	return pool, *w.Client(pool, func(in *cognitoidp.CreateUserPoolClientInput) { in.PreventUserExistenceErrors = new("ENABLED") }).ClientId
}

// errands are the jobs that run senders, as rows.
func errands(w *pooltest.World) (out [][]byte) {
	w.View(func(tx store.Tx) error {
		for kv, err := range tx.Scan("jobs", nil, nil, false) {
			if err != nil {
				return err
			}
			out = append(out, bytes.Clone(kv.Value))
		}
		return nil
	})
	return out
}

func run(w *pooltest.World, row []byte) error {
	var j job.Job
	if err := json.Unmarshal(row, &j); err != nil || j.Kind != userpool.SenderJob {
		w.T.Fatalf("%s, %v", row, err)
	}
	return w.S.Realm.SenderHandler(w.State)(w.T.Context(), j)
}

// A pool's own sender is told of a message by a job, instead of CustomMessage and the server's ways out.
func TestSender(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := senderPool(w)
	pooltest.Must(w, w.S.Signup.SignUp, &cognitoidp.SignUpInput{
		ClientId: client, Username: "mo", Password: new(pooltest.Password), ClientMetadata: map[string]string{"shop": "main street"},
		UserAttributes: []cognitoidp.AttributeType{{Name: "email", Value: new("mo@example.com")}},
	})
	if got := w.Sources(); got != "" {
		t.Errorf("asked %s before the answer", got)
	}
	text := w.Code()
	if m := w.Messages(); len(m) != 1 || !m[0].Stays {
		t.Errorf("messages %+v", m)
	}
	rows := errands(w)
	if len(rows) != 1 {
		t.Fatalf("%d jobs", len(rows))
	}
	if lane := gjson.GetBytes(rows[0], "Lane").Str; lane != pool {
		t.Errorf("lane %q, want the pool's", lane)
	}
	for _, private := range []string{text, "mo@example.com", "main street"} {
		if bytes.Contains(rows[0], []byte(private)) {
			t.Errorf("%s stands in clear in %s", private, rows[0])
		}
	}
	// A failure asks for another attempt and tells nothing of what the function said.
	w.Program(func(string, gjson.Result) (string, error) { return "", errors.New("POST https://hook/token: refused") })
	if err := run(w, rows[0]); err == nil || err.Error() != "CustomEmailSender: the function could not be reached" {
		t.Errorf("failure %v", err)
	}
	w.Program(nil)
	if err := run(w, rows[0]); err != nil {
		t.Fatal(err)
	}
	list := w.Events()
	if len(list) != 1 {
		t.Fatalf("events %v", list)
	}
	e := list[0]
	// A message told of twice, after a crash, has the same code: the function can tell.
	if err := run(w, rows[0]); err != nil {
		t.Fatal(err)
	}
	if again := w.Events(); len(again) != 1 || again[0].Raw != e.Raw {
		t.Errorf("told again %v, before %v", again, e)
	}
	sealed, err := base64.StdEncoding.DecodeString(e.Get("request.code").Str)
	if err != nil || len(sealed) < 100 || bytes.Contains(sealed, []byte(text)) {
		t.Errorf("code %q, %v", e.Get("request.code").Str, err)
	}
	for path, want := range map[string]string{
		"triggerSource": "CustomEmailSender_SignUp", "userName": "mo", "callerContext.clientId": client, "request.type": "customEmailSenderRequestV1",
		"request.userAttributes.email": "mo@example.com", "request.userAttributes.cognito:user_status": "UNCONFIRMED", "request.clientMetadata.shop": "main street",
	} {
		if got := e.Get(path).String(); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
}

// A code to an unknown name takes a job of the same size, and no function sees it.
func TestSender_unknownName(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, client := senderPool(w)
	w.User(pool, "jo", "jo@example.com")
	var size []int
	for _, name := range []string{"jo", "nobody"} {
		before := len(errands(w))
		pooltest.Must(w, w.S.Recovery.ForgotPassword, &cognitoidp.ForgotPasswordInput{ClientId: client, Username: name, ClientMetadata: map[string]string{"k": "v"}})
		rows := errands(w)
		if len(rows) != before+1 {
			t.Fatalf("%s: %d jobs more", name, len(rows)-before)
		}
		w.Events()
		told, total := 0, 0
		for _, row := range rows {
			if err := run(w, row); err != nil {
				t.Fatal(err)
			}
			told, total = len(w.Events())+told, len(row)+total
		}
		if told != 1 { // jo's only
			t.Errorf("%s: functions were told %d times", name, told)
		}
		size = append(size, total)
	}
	if known, unknown := size[0], size[1]-size[0]; known-unknown > 128 || unknown-known > 128 {
		t.Errorf("jobs of %d and %d bytes", known, unknown)
	}
}

// One key stands for a KMS key in all pools of an account; the operator's goes before.
func TestSenderKey(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	find := func(account string) (secret [32]byte, err error) {
		w.View(func(tx store.Tx) error {
			k, e := w.S.Realm.SenderKey(tx, account, kmsKey)
			if err = e; e == nil {
				secret = k.Secret
			}
			return nil
		})
		return secret, err
	}
	if _, err := find(pooltest.Account); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("before: %v", err)
	}
	senderPool(w)
	first, err := find(pooltest.Account)
	if err != nil || first == [32]byte{} {
		t.Fatal(err)
	}
	senderPool(w)
	if again, err := find(pooltest.Account); err != nil || again != first {
		t.Errorf("another pool changes the key, %v", err)
	}
	if _, err := find("999988887777"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account: %v", err)
	}
	w.S.Realm.SenderKeys = map[string][32]byte{kmsKey: {1, 2}}
	if own, err := find(pooltest.Account); err != nil || own != [32]byte{1, 2} {
		t.Errorf("the operator's key: %v, %v", own, err)
	}
}
