package main

import (
	"context"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail/deliver"
)

func (b *builder) observability(context.Context) error { return nil }

func (b *builder) topics() deliver.Topics { return nil }

func (b *builder) groupExists(store.Tx, string, string, string) bool { return false }

func (b *builder) pages() map[string]http.Handler { return nil }

func (t targets) CheckTopic(store.Tx, string) error { return nil }

func (b *builder) reset(context.Context) error { return nil }

const acceleratorBuilt = false

func acceleratorChild() bool { return false }
