// Package evaluate decides the state of a metric alarm: points in, state and its reasons out.
//
// It owns the rules of evaluation (evaluate.go), the windows they look at (window.go), the comparisons (comparison.go) and the
// texts that explain a state (reason.go, reasondata.go). It leaves to others fetching points, storing states and history, and running
// actions.
//
//	Alarm ── Window(now) ──► start, end ── caller fetches ──► []Point
//	                                                             │
//	Alarm, old state, now, points ───────── Evaluate ◄───────────┘ ──► Result: state, reason, reason data, changed?
//
// Promises: Evaluate is a pure function, the same input gives the same result at any time and in any process. The order of the
// points given does not matter. Actions are due exactly when Result.Changed is true.
package evaluate
