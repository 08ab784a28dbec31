// Package sigv4 verifies AWS Signature Version 4 on the server.
//
// It owns the reading of the two forms (Authorization header, presigned query), the canonical request, every check of AWS's
// order, the signed and unsigned streaming bodies of S3, and AWS's error texts. It knows no keys: the caller looks up the secret
// between Check and Verify.
//
//	Parse   → Signature   shape only; names service and Region for the router
//	Check   → error       clock, expiry, scope, signed headers: what needs no secret
//	(caller finds the key: none → InvalidClientTokenID; session token bad or expired → InvalidSessionToken, ExpiredToken)
//	Verify  → Proof       the signature itself (Check is repeated inside, so it cannot be forgotten)
//	Proof.Body → Body     S3 only: payload hash, aws-chunked, chunk signatures, trailers
//
// Promises:
//
//   - What was verified is what the Proof says: routing and parameters must come from Proof.Path and Proof.Query, which are made
//     from the same bytes as the canonical request. In particular a raw '+' in a query is a plus sign here, unlike in net/url.
//   - Nothing read from a Body may be kept before Read has returned io.EOF; any other end means the body is not the signed one.
//   - Memory is bounded whatever the client sends: header forms by maxAuthLength, chunk headers by maxChunkLine, trailers by
//     maxTrailers. No body is buffered.
//   - Signatures are compared in constant time. Derived keys are cached only after they verified a request, never the secret.
//
// An Error has a Kind; CodeFor and Error.Text translate it for each protocol family.
package sigv4
