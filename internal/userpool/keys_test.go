package userpool

import (
	"context"
	"errors"
	"testing"

	"github.com/cogtrail/cogtrail/internal/token"
)

func TestKeyReserve(t *testing.T) {
	t.Parallel()
	r := NewKeyReserve(1)
	r.make = func() (*token.KeySet, error) { return new(token.KeySet), nil }
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	seen := map[*token.KeySet]bool{}
	for range 20 {
		ks, err := r.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if seen[ks] {
			t.Error("keys were given twice")
		}
		seen[ks] = true
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	for len(r.ready) > 0 {
		<-r.ready
	}
	if _, err := r.Take(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("an empty reserve answered a call that had ended with %v", err)
	}
	fault := errors.New("no randomness")
	r.make = func() (*token.KeySet, error) { return nil, fault }
	if err := r.Run(t.Context()); !errors.Is(err, fault) {
		t.Errorf("run ended with %v", err)
	}
}
