// Package storetest is the conformance suite of store.State, by theme, and the
// faulty engine that wraps another one and fails on plan. An engine's test is
// one call of [RunState]; attack and fault tests elsewhere use [Faulty].
package storetest
