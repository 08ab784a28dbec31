// Package hosted is a user pool's domain on the web: which host is whose, which endpoints it has, and what they answer. The pages a user
// meets go in here; the rules they follow are package userpool's.
//
//	host and path ── Pages.Serve ──▶ site (domain.At) and endpoint (endpoints)
//	request       ── Pipeline ──▶ limits, one transaction, record, commit: those of every call of an API
//	              ── endpoint.do ──▶ page, or an error of the area that was asked
//	page          ── reply ──▶ HTML without scripts, styles or anything from elsewhere
//
// # Promises
//
//   - A prefix host is a domain's, or nobody's. A custom one is a domain's at the paths of endpoints only, so that no owner of a pool
//     can take a host away from the APIs.
//   - Each request to an endpoint leaves one record, committed with what it changed: an event of the service, as CloudTrail names it,
//     with the values of parameters known to be no secret, and no names of others.
//   - A page shows the server's own words only, nothing that came with the request.
package hosted
