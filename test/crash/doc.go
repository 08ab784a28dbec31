// Package crash holds the server's promises against kills and failing storage:
// what was acknowledged is there, with its record, exactly once; nothing is
// recorded that did not happen; the data folder is whole.
//
//	TestKill          the built program under load, SIGKILL at random moments
//	TestFollow        the built program, SIGKILL while a function is told of a durable change
//	TestSyscallFaults the built program under strace, one system call fails or kills
//	TestStoreFaults   gateway and services in process, the n-th store operation fails
//
// `go test` runs a few of the first two and all of the third. A campaign runs many:
//
//	go test ./test/crash -run TestKill -campaign -kills 500 -timeout 3h
//	go test ./test/crash -run TestSyscallFaults -campaign -faults 2000 -timeout 6h
//
// Random choices come from -seed, which every run prints. The journal of what
// was acknowledged is kept by the test, in another process than the server's.
package crash
