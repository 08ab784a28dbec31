package main

import (
	"context"
	"errors"
)

// reset empties everything (dev mode).
func (b *builder) reset(context.Context) error { return errors.New("reset is not built yet") }
