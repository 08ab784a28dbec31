// Package password holds the rules of passwords: what a pool's policy asks, how temporary ones are made, and, for pools that
// keep no SRP verifier, the argon2id hash.
//
// A Policy answers with Cognito's own sentence. A Hasher bounds its memory: it runs a fixed number of hashes at a time, lets a
// fixed number wait, and refuses the rest with ErrBusy. Comparison takes constant time, and VerifyUnknown costs what Verify
// costs. Nothing here stores, logs or counts anything.
package password
