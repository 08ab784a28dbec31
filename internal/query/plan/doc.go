// Package plan turns a parsed query into the order in which it is executed, and refuses what AWS refuses.
//
//	syntax.Query ─▶ Build: checks, names, order ─▶ Plan{Stages} ─▶ package run, or an accelerator for the first stages
//
// A Plan is data: syntax trees grouped into stages. A stage takes rows, works on each by itself (Rows), then needs all of
// them once: Stats, or Sort, Dedup and Limit, or a Whole command. Stage 0 takes events; each later stage takes the rows of
// the one before. An accelerator may execute stages [0,n) and hand their rows to run; or it may only narrow the events
// and act as a block.Source, since running the whole of stage 0 again over a superset of the matching events gives the
// same rows.
//
// Order: within a stage all filters act before sort, dedup and limit, wherever they were written, as AWS documents for a
// filter appended after limit; see Stage. Before stats neither sort nor limit may stand.
//
// Promises: Build is pure and quick, so that StartQuery can call it; every failure is a *syntax.Error; a Plan is not
// changed after Build and may be used by any number of goroutines.
package plan
