// Package lambda runs functions over HTTP: by Lambda's own Invoke API, which AWS, SAM local, LocalStack and the runtime interface
// emulator speak, or by a plain webhook per function.
//
//	Invoke(ARN, event) ─┬─ a URL is configured for it ─▶ POST event ─▶ the body is the answer
//	                    └─ else ─▶ POST <endpoint>/2015-03-31/functions/<name>/invocations, signed if there are keys
//
// Answers are bounded, redirects not followed. What a function says of its own failure is trigger.FunctionError, what keeps it from
// running trigger.InvokeError. Neither events nor answers nor URLs are in errors: a URL may hold a secret.
package lambda
