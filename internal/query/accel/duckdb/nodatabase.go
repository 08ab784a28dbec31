//go:build !cgo || !((linux && (amd64 || arm64)) || (darwin && (amd64 || arm64)) || (windows && amd64))

package duckdb

import "github.com/cogtrail/cogtrail/internal/query/accel"

// Built says that this binary holds no DuckDB.
const Built = false

type none struct{}

func newExecutor() executor { return none{} }

func (none) run(*header, func(int, []accel.Cell) error) error { return ErrNotBuilt }
func (none) prepare()                                         {}
