// Package srp is Cognito's dialect of SRP-6a: a client proves that it knows a password without sending it, and the server
// keeps only a verifier. It serves user passwords (USER_SRP_AUTH), device passwords (DEVICE_SRP_AUTH), and passwords sent in
// clear, which are checked against the same verifier.
//
// # Flow
//
//	sign-up      NewVerifier(pool, user, password) ──▶ Verifier {Salt, V}; the caller seals it
//	first step   Start(verifier, SRP_A)            ──▶ Challenge {SALT, SRP_B} + State; the caller seals State into SECRET_BLOCK
//	second step  Verify(state, verifier, claim)    ──▶ yes or no
//	clear text   CheckPassword(verifier, …)        ──▶ yes or no
//	unknown user FakeVerifier(mac, pool, name)     ──▶ a Verifier nobody knows the password of; the same steps follow
//
// For a device, the pool name is the device group key and the user id the device key.
//
// # The arithmetic
//
// The group is the 3072-bit prime of RFC 3526 with generator 2, the hash is SHA-256; numbers are hashed as Java writes a
// BigInteger (pad in group.go). The server's ephemeral and every x are 256 bits long, so powers of the generator come from a
// table: 43 multiplications and no squaring. The expensive rest of a proof (two exponentiations) is done in the second step,
// which costs a client its own work first.
//
// # Promises
//
//   - Unknown users cost the same work as known ones and have a salt that never changes.
//   - Verdicts and key comparisons take constant time. math/big does not promise constant time; the table is read in a way
//     that does the same number of full-size multiplications for every exponent.
//   - Degenerate values (A or B a multiple of the prime, u of zero, a verifier of small order) are refused.
//   - A Group is safe for concurrent use. It holds about 1 MB once its table is made, which the first power does.
//
// The package knows no lock-out, no replay list and no time: a SECRET_BLOCK's age and single use are the caller's duty.
package srp
