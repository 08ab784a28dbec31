// Package topic keeps SNS topics and subscriptions, publishes to them and
// delivers over HTTP and e-mail and to Lambda functions. Package topic/filter
// decides which messages a subscription gets.
//
//	Subscribe ─▶ pending row + confirmation: a delivery job (http, https) or a message in the mailbox (email, email-json)
//	ConfirmSubscription(token) ─▶ confirmed row
//	Publish, Publisher.Publish ─▶ one sealed message row, one delivery job per confirmed subscription of HTTP or a function,
//	                              one mailbox message per confirmed e-mail subscription: all in the caller's transaction
//	Deliverer.Run (job) ─▶ signed body ─ outbound client ─▶ endpoint; errors come back with growing waits
//	Sweeper.Run ─▶ messages older than a day and subscriptions that nobody confirmed are deleted
//
// # Promises
//
// A message is delivered to every subscription that was confirmed when it was
// published and whose filter lets it pass, at least once, or its job ends among the dead ones; an answer 4xx
// except 429 ends it at once. Tokens and messages are never stored or queued in the
// clear, endpoints never appear in errors. A topic belongs to the account in its
// ARN, whoever calls.
package topic
