package pooltest

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// FunctionARN is a function that a world's pools may use for every trigger.
const FunctionARN = "arn:aws:lambda:us-east-1:123456789012:function:f"

// Functions plays the Lambda functions of a world: one program that is told every event.
type Functions struct {
	t  testing.TB
	mu sync.Mutex
	// do answers an event with the response's JSON, or fails; nil echoes the event.
	do     func(source string, event gjson.Result) (string, error)
	events []string
	busy   atomic.Bool // a transaction of this world is open
}

// Invoke implements trigger.Invoker.
func (f *Functions) Invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, string(payload))
	if f.busy.Load() {
		f.t.Errorf("a function is asked inside a transaction: %s", payload)
	}
	if !json.Valid(payload) || function != FunctionARN {
		f.t.Errorf("function %s is sent %s", function, payload)
	}
	if f.do == nil {
		return payload, nil
	}
	event := gjson.ParseBytes(payload)
	response, err := f.do(event.Get("triggerSource").Str, event)
	if err != nil {
		return nil, err
	}
	if response == "" {
		return payload, nil
	}
	return []byte(`{"version":"1","response":` + response + `}`), nil
}

// Program makes the functions answer by do, the response as JSON or empty for the event as it is, and forgets what they were told.
func (w *World) Program(do func(source string, event gjson.Result) (string, error)) {
	w.Functions.mu.Lock()
	defer w.Functions.mu.Unlock()
	w.Functions.do, w.Functions.events = do, nil
}

// Events returns what the functions were told since it was asked last, oldest first.
func (w *World) Events() []gjson.Result {
	w.Functions.mu.Lock()
	defer w.Functions.mu.Unlock()
	var out []gjson.Result
	for _, e := range w.Functions.events {
		out = append(out, gjson.Parse(e))
	}
	w.Functions.events = nil
	return out
}

// Sources are the trigger sources of Events.
func (w *World) Sources() string {
	out := ""
	for i, e := range w.Events() {
		if i > 0 {
			out += " "
		}
		out += e.Get("triggerSource").Str
	}
	return out
}

// AllTriggers lets a pool ask its functions at every occasion; tokens by events of a version.
func AllTriggers(version string) *cognitoidp.LambdaConfigType {
	f := new(FunctionARN)
	return &cognitoidp.LambdaConfigType{
		PreSignUp: f, CustomMessage: f, PostConfirmation: f, PreAuthentication: f, PostAuthentication: f, DefineAuthChallenge: f,
		CreateAuthChallenge: f, VerifyAuthChallengeResponse: f, UserMigration: f,
		PreTokenGenerationConfig: &cognitoidp.PreTokenGenerationVersionConfigType{LambdaArn: FunctionARN, LambdaVersion: version},
	}
}
