// Package threat is threat protection: it looks at attempts of users to prove themselves, keeps an event of each, and says what the
// pool's risk configuration wants done. Pools without the add-on have none of it.
//
//	call ── Public, Admin ──▶ Place: address, device
//	wrong password ── Watch.Failed ──▶ event Fail, in Call.Keep; the user's Habits remember it
//	right password ── Watch.Judge ── Habits, Place ─▶ Level ── risk configuration ─▶ Verdict: let in, ask for a factor, refuse
//	                              └─ Passwords ─▶ the password is no secret any more
//	tokens         ── Watch.Pass ──▶ event Pass; network and device are known from now on
//	event          ── metrics of AWS/Cognito, the pool's log of userAuthEvents, a notice to the user
//	notice's link  ── UpdateAuthEventFeedback ──▶ Mark: the place is trusted or not
//
// # Promises
//
//   - AUDIT changes no answer. ENFORCED acts as the configuration of the client, or else of the pool, says; without one nothing is
//     refused. (inferred)
//   - Where users are hidden an unknown name makes the same rows as a known one; they are gone after a quarter of an hour.
//   - What the application says of a device is a hint: it is bounded, and never lets anybody in.
//   - There is no map of addresses to countries: a new network or a new device is what counts, and how much went wrong of late.
package threat
