// Package filter decides by the filter policies of subscriptions which messages of a topic they get.
//
//	text ── Parse(text, scope) ──► Policy, or what is wrong with it in SNS's words
//	message ── Policy.Match ──► whether it passes: by its attributes, or by its body if that is a JSON object
//
// The comparisons are those of package eventbus/pattern, with numbers compared by value. A Policy is immutable; nothing here fails later.
package filter
