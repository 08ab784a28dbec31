// Package pooltest is the world in which the areas of user pools are tested: a state engine in memory, all areas over it, a clock
// that a test moves, a mailbox, and a runner that treats a call as the gateway does: behind a savepoint, with what must outlive a
// refusal written afterwards, in one transaction.
package pooltest
