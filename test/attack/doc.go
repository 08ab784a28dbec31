// Package attack attacks the built program over HTTP, as peers of this project
// were attacked before. Each test carries the number of docs/reliability.md and
// the identifier of the weakness it repeats.
//
// A test passes when every variant is refused, the refusal is in the Event
// history where AWS records it, and no state changed. A refusal whose caller is
// not proven (no or a wrong signature) belongs to no account and has no record,
// as with AWS. One server serves all tests; at the end its log may not hold one
// line of level ERROR. The number of variants is printed at the end.
package attack
