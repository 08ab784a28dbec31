// Package subscription answers the operations on subscription filters and
// destinations, and brings what filters choose to where it shall go.
//
//	PutSubscriptionFilter ─ pattern, destination, rights ─▶ logs.Subscriptions row (control message)
//	drainer ─ Settle(tx, events) ─ filters of each group ─▶ parcels of one stream each, gzip ─▶ lane of the filter
//	        └─ target is a log group ─▶ Forward(tx, …), exactly once
//	lane becomes busy ─▶ ONE job ─ Run ─ oldest parcel first ─▶ Sender ─▶ parcel deleted
//	                                   └─ failure ─▶ job again, with growing waits
//
// # Promises
//
//   - An event is made part of a parcel exactly once, in the transaction that
//     settles it; events older than the filter never. A parcel is sent at least
//     once, under the same id each time.
//   - A filter has one job at a time, so a dead destination holds one worker and
//     never those of others.
//   - A lane holds at most maxParcels and maxLaneBytes. Beyond, new events are
//     dropped and counted (DeliveryThrottling of AWS/Logs). What a destination has
//     not taken within a day, or refuses for good, is dropped and counted
//     (DeliveryErrors). [CloudWatch Logs: subscriptions]
//   - What one group forwards to another is not forwarded again: no loops.
package subscription
