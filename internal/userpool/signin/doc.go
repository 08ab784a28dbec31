// Package signin answers the operations that turn proofs into tokens.
//
//	InitiateAuth ── password ────────────────────────────────────────▶ password ─┐
//	             ── USER_SRP_AUTH ─▶ PASSWORD_VERIFIER ─▶ password proved ───────┤
//	             ── CUSTOM_AUTH ─▶ define ─▶ CUSTOM_CHALLENGE ─▶ verify ─▶ define … or PASSWORD_VERIFIER … ─▶ tokens
//	             ── REFRESH_TOKEN_AUTH ─▶ tokens                                 ▼
//	                                   NEW_PASSWORD_REQUIRED ◀── temporary ── admit
//	                                              └────────────▶ second ◀── confirmed
//	SELECT_MFA_TYPE ◀── several ── second ── none wanted ─▶ tokens
//	       └─▶ SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA ─▶ code ─▶ tokens
//	MFA_SETUP ◀── nothing set up ── second;  MFA_SETUP ─▶ VerifySoftwareToken ─▶ tokens,  or an address ─▶ code ─▶ tokens
//	USER_AUTH ─▶ SELECT_CHALLENGE, or what is preferred ─▶ PASSWORD, PASSWORD_SRP ─▶ password proved
//	                                                   ─▶ EMAIL_OTP, SMS_OTP, WEB_AUTHN ─▶ tokens
//	DEVICE_SRP_AUTH ◀── remembered device ── second;  DEVICE_SRP_AUTH ─▶ DEVICE_PASSWORD_VERIFIER ─▶ tokens
//
// The administrators' forms of the operations take the same way with the same code (step); what one form began the other cannot
// go on with.
//
// Every flow of passwords goes through ready (lock-out, disabled users), admit (status) and second, so that no check can be left
// out of one of them. An unknown user of a client that hides users takes the same way with a verifier nobody knows the password of,
// and is counted like a known one. What begins a sign-in by choice without a password is offered only where no second factor is demanded, or to
// passkeys that count as several (chooser); a session of such a choice has a Choice, by which EMAIL_OTP is told from the second factor. Wrong codes are counted per user apart from passwords: a right password does not clear them.
package signin
