package crash

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// Kinds of writers.
const (
	signUp      = "SignUp"
	adminCreate = "AdminCreateUser"
	putObject   = "PutObject"
	putLog      = "PutLogEvents"
)

// ack is a change that the server has acknowledged.
type ack struct{ key, request string }

// journal keeps what was acknowledged, by kind of change.
type journal struct {
	mu   sync.Mutex
	acks map[string][]ack
}

func newJournal() *journal { return &journal{acks: map[string][]ack{}} }

func (j *journal) add(kind string, a ack) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.acks[kind] = append(j.acks[kind], a)
}

func (j *journal) size() (n int) {
	for _, a := range j.acks {
		n += len(a)
	}
	return n
}

// scene is what the writers of one round write to. Each round has its own, so
// that its check reads nothing else.
type scene struct {
	*journal
	began  time.Time
	trail  *server.Trail
	pool   *server.Pool
	prefix string // of object keys
	group  string // log group
	stream string
	serial atomic.Int64
}

func newScene(ctx context.Context, s *server.Server, trail *server.Trail, name string) (*scene, error) {
	sc := &scene{journal: newJournal(), began: time.Now(), trail: trail, prefix: name + "/", group: "app/" + name, stream: "stream"}
	var err error
	if sc.pool, err = s.MakePool(ctx, name, nil); err != nil {
		return nil, err
	}
	if err := s.Must(ctx, "logs", "CreateLogGroup", map[string]any{"logGroupName": sc.group}, nil); err != nil {
		return nil, err
	}
	return sc, s.Must(ctx, "logs", "CreateLogStream", map[string]any{"logGroupName": sc.group, "logStreamName": sc.stream}, nil)
}

// write makes one change of a kind. A refusal is an error; so is no answer.
func (sc *scene) write(ctx context.Context, s *server.Server, kind string) error {
	key := fmt.Sprintf("k%06d", sc.serial.Add(1))
	var a *server.Answer
	var err error
	switch kind {
	case signUp:
		a, err = s.Call(ctx, nil, "cognito-idp", kind, map[string]any{"ClientId": sc.pool.Client, "Username": key, "Password": "Correct-Horse-42"})
	case adminCreate:
		a, err = s.Call(ctx, &s.Root, "cognito-idp", kind, map[string]any{
			"UserPoolId": sc.pool.ID, "Username": key, "MessageAction": "SUPPRESS", "TemporaryPassword": "Correct-Horse-42",
		})
	case putObject:
		a, err = s.S3(ctx, &s.Root, "PUT", "/"+sc.trail.Data+"/"+sc.prefix+key, []byte(key), nil)
	case putLog:
		a, err = s.Call(ctx, &s.Root, "logs", kind, map[string]any{
			"logGroupName": sc.group, "logStreamName": sc.stream,
			"logEvents": []any{map[string]any{"timestamp": time.Now().UnixMilli(), "message": key}},
		})
	}
	if err == nil {
		err = a.Err()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	sc.add(kind, ack{key, a.RequestID})
	return nil
}

// load runs ten writers until the server is gone. refused holds a refusal that
// was not the end of the server.
func (sc *scene) load(ctx context.Context, s *server.Server) (wait func() (refused error)) {
	var writers sync.WaitGroup
	var mu sync.Mutex
	var refused error
	for _, kind := range []string{signUp, signUp, signUp, adminCreate, adminCreate, putObject, putObject, putLog, putLog, putLog} {
		writers.Go(func() {
			for ctx.Err() == nil {
				err := sc.write(ctx, s, kind)
				if err == nil {
					continue
				}
				if ctx.Err() == nil && !gone(err) {
					mu.Lock()
					refused = err
					mu.Unlock()
				}
				return
			}
		})
	}
	return func() error {
		writers.Wait()
		return refused
	}
}
