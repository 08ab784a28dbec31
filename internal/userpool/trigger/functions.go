package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Invoker runs a function and returns what it answers. A function that failed by itself is *FunctionError, one that could not be
// run *InvokeError; any other error, a time-out included, may be tried again.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// FunctionError is a function's own failure, with its text.
type FunctionError struct{ Message string }

// Error implements error.
func (e *FunctionError) Error() string { return "function failed" } // the text may be private

// InvokeError tells that a function could not be run, by the name AWS's Lambda gives the reason.
type InvokeError struct {
	Code string
	// Again tells that another try may help.
	Again bool
}

// Error implements error.
func (e *InvokeError) Error() string { return "invoke function: " + e.Code }

// Bounds of one invocation. [Cognito: customizing user pool workflows with Lambda triggers, things to know]
const (
	tryTime = 5 * time.Second
	tries   = 3
	// SenderTime is what a custom sender has: nobody waits for it, and one cut short sends its message again at the next attempt.
	SenderTime = 25 * time.Second
	// Limit is how many functions run at a time.
	Limit = 256
)

// Functions asks the functions of pools. It is safe for concurrent use.
type Functions struct {
	invoker Invoker
	running chan struct{}
}

// New returns Functions over an invoker; nil stands for a server that can reach no functions.
func New(i Invoker) *Functions {
	return &Functions{invoker: i, running: make(chan struct{}, Limit)}
}

// About is what all events have in common.
type About struct {
	Region string
	PoolID string
	// UserName is the stored name, or what was typed where nobody is known.
	UserName string
	// ClientID is empty for calls without a client.
	ClientID string
}

// event is what a function is sent.
type event struct {
	Version  string        `json:"version"`
	Region   string        `json:"region"`
	PoolID   string        `json:"userPoolId"`
	UserName string        `json:"userName"`
	Source   string        `json:"triggerSource"`
	Caller   callerContext `json:"callerContext"`
	Request  any           `json:"request"`
	Response any           `json:"response"`
}

type callerContext struct {
	SDK      string `json:"awsSdkVersion"`
	ClientID string `json:"clientId"`
}

// empty is a response without members.
type empty struct{}

// question is one invocation.
type question struct {
	function string // ARN
	trigger  string // the name errors give it
	version  string // of the event, "1" if empty
	source   string
	about    About
	request  any
	response any // as the function finds it
}

// event is the question as JSON.
func (q *question) event() ([]byte, error) {
	e := event{
		Version: q.version, Region: q.about.Region, PoolID: q.about.PoolID, UserName: q.about.UserName, Source: q.source,
		Caller: callerContext{"aws-sdk-unknown-unknown", q.about.ClientID}, Request: q.request, Response: q.response,
	}
	if e.Version == "" {
		e.Version = "1"
	}
	if e.Caller.ClientID == "" {
		e.Caller.ClientID = "CLIENT_ID_NOT_APPLICABLE"
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event of %s: %w", q.trigger, err)
	}
	return raw, nil
}

// ask invokes a function and returns the members of its response.
func (f *Functions) ask(ctx context.Context, q question) (object, error) {
	payload, err := q.event()
	if err != nil {
		return nil, err
	}
	raw, err := f.invoke(ctx, q.function, payload, tries, tryTime)
	if err != nil {
		return nil, q.failed(err, payload)
	}
	return responseOf(raw)
}

// invoke runs a function, some tries of so long each.
func (f *Functions) invoke(ctx context.Context, function string, payload []byte, tries int, each time.Duration) ([]byte, error) {
	if f.invoker == nil {
		return nil, &InvokeError{Code: "this server has no Lambda endpoint"}
	}
	select {
	case f.running <- struct{}{}:
		defer func() { <-f.running }()
	default:
		return nil, &InvokeError{Code: "TooManyRequestsException"}
	}
	var raw []byte
	var err error
	for range tries {
		raw, err = f.once(ctx, function, payload, each)
		if err == nil || !again(err) || ctx.Err() != nil {
			break
		}
	}
	return raw, err
}

func (f *Functions) once(ctx context.Context, function string, payload []byte, each time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	return f.invoker.Invoke(ctx, function, payload)
}

func again(err error) bool {
	var failed *FunctionError
	var not *InvokeError
	switch {
	case errors.As(err, &failed):
		return false
	case errors.As(err, &not):
		return not.Again
	}
	return true
}
