// Package harness runs the built program for tests that play an unmodified
// client.
//
// [Build] compiles the binary once per test process. [Start] runs it on a free
// port with a data folder of its own and waits until its health endpoint answers.
// When the test ends the server gets SIGTERM; it must then end with exit code 0
// and an error log without one ERROR line, or the test fails. Nothing sleeps:
// what needs time is asked again until a deadline ([Eventually]).
//
// No function of this package logs a secret.
package harness
