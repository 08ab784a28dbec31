package trigger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool/trigger"
)

const arn = "arn:aws:lambda:us-east-1:123456789012:function:f"

// fake answers events as a test says, by default with the event itself.
type fake struct {
	events [][]byte
	do     func(ctx context.Context, n int) ([]byte, error)
}

func (f *fake) Invoke(ctx context.Context, _ string, payload []byte) ([]byte, error) {
	f.events = append(f.events, payload)
	if f.do == nil {
		return payload, nil
	}
	return f.do(ctx, len(f.events))
}

var about = trigger.About{Region: "us-east-1", PoolID: "us-east-1_AbCdEfGhI", UserName: "jo", ClientID: "1example23456789abcdefghij"}

// Every event has the members AWS's has, and no others. An answer that is the event itself decides nothing.
func TestEvents(t *testing.T) {
	t.Parallel()
	user := map[string]string{"sub": "s", "email": "jo@example.com"}
	data, meta := map[string]string{"v": "1"}, map[string]string{"m": "2"}
	none := trigger.About{Region: "us-east-1", PoolID: "us-east-1_AbCdEfGhI", UserName: "jo"}
	session := []trigger.Done{{Name: "SRP_A", Result: true}, {Name: "CUSTOM_CHALLENGE", Metadata: new("CAPTCHA")}}
	groups := trigger.Groups{Names: []string{"staff"}, Roles: []string{}}
	tokens := trigger.TokenRequest{Attributes: user, Groups: groups, Scopes: []string{"openid"}, ClientMetadata: meta}
	for name, ask := range map[string]func(ctx context.Context, f *trigger.Functions) error{
		"presignup": func(ctx context.Context, f *trigger.Functions) error {
			out, err := f.PreSignUp(ctx, arn, trigger.SignUp, about, trigger.PreSignUpRequest{Attributes: user, ValidationData: data, ClientMetadata: meta})
			if out != (trigger.PreSignUpResponse{}) {
				t.Errorf("%+v", out)
			}
			return err
		},
		"presignup_admin": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.PreSignUp(ctx, arn, trigger.AdminCreateUser, none, trigger.PreSignUpRequest{Attributes: user})
			return err
		},
		"postconfirmation": func(ctx context.Context, f *trigger.Functions) error {
			return f.PostConfirmation(ctx, arn, trigger.ConfirmSignUp, about, trigger.Notice{Attributes: user, ClientMetadata: meta})
		},
		"preauthentication": func(ctx context.Context, f *trigger.Functions) error {
			return f.PreAuthentication(ctx, arn, about, trigger.PreAuthenticationRequest{Attributes: user, ValidationData: data, UserNotFound: new(false)})
		},
		"postauthentication": func(ctx context.Context, f *trigger.Functions) error {
			return f.PostAuthentication(ctx, arn, about, trigger.PostAuthenticationRequest{Attributes: user, NewDeviceUsed: true, ClientMetadata: meta})
		},
		"define": func(ctx context.Context, f *trigger.Functions) error {
			out, err := f.DefineAuthChallenge(ctx, arn, about, trigger.DefineRequest{Attributes: user, Session: session, ClientMetadata: meta})
			if out != (trigger.DefineResponse{}) {
				t.Errorf("%+v", out)
			}
			return err
		},
		"create": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.CreateAuthChallenge(ctx, arn, about, trigger.CreateRequest{Attributes: user, Challenge: "CUSTOM_CHALLENGE", Session: session, UserNotFound: new(true)})
			return err
		},
		"verify": func(ctx context.Context, f *trigger.Functions) error {
			right, err := f.VerifyAuthChallengeResponse(ctx, arn, about, trigger.VerifyRequest{Attributes: user, Private: map[string]string{"answer": "5"}, Answer: "7"})
			if right {
				t.Error("an untouched event says that the answer is right")
			}
			return err
		},
		"custommessage": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.CustomMessage(ctx, arn, "CustomMessage_AdminCreateUser", none, trigger.MessageRequest{Attributes: user, Code: trigger.CodeParameter, Username: new(trigger.UsernameParameter)})
			return err
		},
		"custommessage_link": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.CustomMessage(ctx, arn, "CustomMessage_SignUp", about, trigger.MessageRequest{Attributes: user, Code: trigger.CodeParameter, Link: trigger.LinkParameter, ClientMetadata: meta})
			return err
		},
		"pretoken_v1": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.PreTokenGeneration(ctx, arn, trigger.V1, trigger.TokensOfAuthentication, about, tokens)
			return err
		},
		"pretoken_v2": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.PreTokenGeneration(ctx, arn, trigger.V2, trigger.TokensOfRefresh, about, tokens)
			return err
		},
		"pretoken_v3": func(ctx context.Context, f *trigger.Functions) error {
			_, err := f.PreTokenGeneration(ctx, arn, trigger.V3, trigger.TokensOfClient, about, tokens)
			return err
		},
		"emailsender": func(ctx context.Context, f *trigger.Functions) error {
			return f.CustomEmailSender(ctx, arn, "CustomEmailSender_SignUp", about, trigger.SenderRequest{Code: new("AYA="), Attributes: user, ClientMetadata: meta})
		},
		"smssender": func(ctx context.Context, f *trigger.Functions) error {
			return f.CustomSMSSender(ctx, arn, "CustomSMSSender_Authentication", none, trigger.SenderRequest{Attributes: user})
		},
	} {
		var f fake
		if err := ask(t.Context(), trigger.New(&f)); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		compare(t, name, f.events[0])
	}
	// The one event that decides something by itself: there is no user without attributes.
	var f fake
	_, err := trigger.New(&f).UserMigration(t.Context(), arn, trigger.MigrateAtSignIn, about, trigger.MigrationRequest{Password: new("p"), ValidationData: data})
	refused(t, err, "InvalidLambdaResponseException", "Unrecognizable lambda output")
	compare(t, "usermigration", f.events[0])
}

func compare(t *testing.T, name string, event []byte) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, event, "", "  "); err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(want)) != got.String() {
		t.Errorf("%s:\n%s", name, got.String())
	}
}

func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *schema.Error
	if !errors.As(err, &e) || e.Code != code || e.Message != message {
		t.Errorf("%v, want %s: %s", err, code, message)
	}
}

// Those that do not answer in time are asked three times; those that fail by themselves, or cannot be run, once.
func TestTries(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do            func(ctx context.Context, n int) ([]byte, error)
		calls         int
		took          time.Duration
		code, message string
	}{
		"silent": {func(ctx context.Context, _ int) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() }, 3, 15 * time.Second, "UnexpectedLambdaException", "PostConfirmation invocation failed due to error Socket timeout while invoking Lambda function."},
		"broken": {func(context.Context, int) ([]byte, error) { return nil, errors.New("connection refused") }, 3, 0, "UnexpectedLambdaException", "PostConfirmation invocation failed due to error ServiceException."},
		"busy": {func(context.Context, int) ([]byte, error) {
			return nil, &trigger.InvokeError{Code: "TooManyRequestsException", Again: true}
		}, 3, 0, "UnexpectedLambdaException", "PostConfirmation invocation failed due to error TooManyRequestsException."},
		"forbidden": {func(context.Context, int) ([]byte, error) {
			return nil, &trigger.InvokeError{Code: "AccessDeniedException"}
		}, 1, 0, "UnexpectedLambdaException", "PostConfirmation invocation failed due to error AccessDeniedException."},
		"failed": {func(context.Context, int) ([]byte, error) { return nil, &trigger.FunctionError{Message: "no"} }, 1, 0, "UserLambdaValidationException", "PostConfirmation failed with error no."},
		"recovering": {func(_ context.Context, n int) ([]byte, error) {
			if n < 3 {
				return nil, errors.New("connection refused")
			}
			return []byte(`{"response":{}}`), nil
		}, 3, 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := fake{do: tc.do}
				start := time.Now()
				err := trigger.New(&f).PostConfirmation(t.Context(), arn, trigger.ConfirmSignUp, about, trigger.Notice{})
				if len(f.events) != tc.calls || time.Since(start) != tc.took {
					t.Errorf("%d calls in %s", len(f.events), time.Since(start))
				}
				if tc.code == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				refused(t, err, tc.code, tc.message)
			})
		})
	}
	refused(t, trigger.New(nil).PostConfirmation(t.Context(), arn, trigger.ConfirmSignUp, about, trigger.Notice{}),
		"UnexpectedLambdaException", "PostConfirmation invocation failed due to error this server has no Lambda endpoint.")
}

// More functions than may run at a time are answered as Lambda answers.
func TestLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		functions := trigger.New(invoker(func() ([]byte, error) { <-release; return []byte(`{"response":{}}`), nil }))
		ask := func() error {
			return functions.PostConfirmation(context.Background(), arn, trigger.ConfirmSignUp, about, trigger.Notice{})
		}
		for range trigger.Limit {
			go func() {
				if err := ask(); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		refused(t, ask(), "UnexpectedLambdaException", "PostConfirmation invocation failed due to error TooManyRequestsException.")
		close(release)
		synctest.Wait()
		if err := ask(); err != nil {
			t.Error(err)
		}
	})
}

type invoker func() ([]byte, error)

func (i invoker) Invoke(context.Context, string, []byte) ([]byte, error) { return i() }

// A function's words reach the caller; the record has them cut and without what the event told the function.
func TestFailure_recorded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 3000)
	f := fake{do: func(context.Context, int) ([]byte, error) {
		return nil, &trigger.FunctionError{Message: "user JO@example.com (jo.doe) gave Hunter22 and 4711; " + long}
	}}
	in := trigger.MigrationRequest{Password: new("Hunter22"), ClientMetadata: map[string]string{"pin": "4711", "mail": "jo@example.com"}}
	_, err := trigger.New(&f).UserMigration(t.Context(), arn, trigger.MigrateAtSignIn, trigger.About{UserName: "jo.doe"}, in)
	var e *schema.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Message, "UserMigration failed with error user JO@example.com (jo.doe) gave Hunter22 and 4711; ä") || len(e.Message) > 4200 {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.Recorded, "UserMigration failed with error user *** (***) gave *** and ***; ä") || len(e.Recorded) > 300 {
		t.Error(e.Recorded)
	}
}

// A record hides names of two letters, but no parts of other words, and values that a function told as JSON.
func TestFailure_hidden(t *testing.T) {
	t.Parallel()
	f := fake{do: func(context.Context, int) ([]byte, error) {
		return nil, &trigger.FunctionError{Message: `jo jolly banjo JO: {"password":"a\"b\\c<d","pin":"7","page":"17"}`}
	}}
	in := trigger.MigrationRequest{Password: new(`a"b\c<d`), ClientMetadata: map[string]string{"pin": "7", "none": "", "star": "*"}}
	_, err := trigger.New(&f).UserMigration(t.Context(), arn, trigger.MigrateAtSignIn, about, in)
	var e *schema.Error
	const want = `UserMigration failed with error *** jolly banjo ***: {"password":"***","pin":"***","page":"17"}.`
	if !errors.As(err, &e) || e.Recorded != want {
		t.Errorf("%v\n%s", err, e.Recorded)
	}
}

// What is no answer, by shape or type, is refused whole.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		``, `null`, `[]`, `"x"`, `1`, `{}`, `{"response":null}`, `{"response":[]}`, `{"response":"x"}`, `{"Response":{}}`, `{"statusCode":200,"body":"{}"}`, "{\"response\":{}",
		`{"response":{"autoConfirmUser":"true"}}`, `{"response":{"autoVerifyEmail":1}}`,
	} {
		f := fake{do: func(context.Context, int) ([]byte, error) { return []byte(raw), nil }}
		_, err := trigger.New(&f).PreSignUp(t.Context(), arn, trigger.SignUp, about, trigger.PreSignUpRequest{})
		refused(t, err, "InvalidLambdaResponseException", "Unrecognizable lambda output")
	}
	// Names are exact, null is absent, and what is not asked for does not matter.
	f := fake{do: func(context.Context, int) ([]byte, error) {
		return []byte(`{"response":{"AutoConfirmUser":true,"autoVerifyEmail":null,"autoVerifyPhone":true,"more":{}}}`), nil
	}}
	out, err := trigger.New(&f).PreSignUp(t.Context(), arn, trigger.SignUp, about, trigger.PreSignUpRequest{})
	if err != nil || out != (trigger.PreSignUpResponse{VerifyPhone: true}) {
		t.Errorf("%+v, %v", out, err)
	}
}

// FuzzAnswer holds that no answer breaks the reading, and that a refused one changes nothing.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"response":{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"a":{"b":1}}},"accessTokenGeneration":{"scopesToAdd":["x"]},"groupOverrideDetails":null}}}`))
	f.Add([]byte(`{"response":{"claimsOverrideDetails":{"claimsToAddOrOverride":{"a":null}}}}`))
	f.Add([]byte(`{"response":{"userAttributes":{"a":"b"},"finalUserStatus":"CONFIRMED","desiredDeliveryMediums":["SMS"]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		functions := trigger.New(invoker(func() ([]byte, error) { return raw, nil }))
		for _, version := range []string{trigger.V1, trigger.V2} {
			out, err := functions.PreTokenGeneration(t.Context(), arn, version, trigger.TokensOfRefresh, about, trigger.TokenRequest{})
			if err != nil && (out.Groups != nil || out.ID.Add != nil || out.Access.Add != nil) {
				t.Errorf("refused, but %+v", out)
			}
		}
		if out, err := functions.UserMigration(t.Context(), arn, trigger.MigrateAtSignIn, about, trigger.MigrationRequest{}); err == nil && (len(out.Attributes) == 0 || out.Status == "") {
			t.Errorf("%+v", out)
		}
		if _, err := functions.CreateAuthChallenge(t.Context(), arn, about, trigger.CreateRequest{}); err != nil {
			refused(t, err, "InvalidLambdaResponseException", "Unrecognizable lambda output")
		}
	})
}

// A sender that is slow has its time, and is told once: each further try could send the message again.
func TestSender_slow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(takes time.Duration) (int, error) {
			f := fake{do: func(ctx context.Context, _ int) ([]byte, error) {
				select {
				case <-ctx.Done():
					return nil, ctx.Err()
				case <-time.After(takes):
					return nil, nil
				}
			}}
			err := trigger.New(&f).CustomEmailSender(t.Context(), arn, "CustomEmailSender_SignUp", about, trigger.SenderRequest{})
			return len(f.events), err
		}
		if n, err := slow(20 * time.Second); err != nil || n != 1 {
			t.Errorf("%v after %d tries", err, n)
		}
		if n, err := slow(26 * time.Second); !errors.Is(err, context.DeadlineExceeded) || n != 1 {
			t.Errorf("%v after %d tries", err, n)
		}
	})
}
