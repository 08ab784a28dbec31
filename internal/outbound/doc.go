// Package outbound is the only way for calls to the world: webhooks of topics and
// of pools, discovery documents of other providers.
//
//	caller ─ Client.Do(request) ─▶ scheme, method and port rules ─▶ dialer:
//	         resolve ─ every address checked at connect time (Control) ─▶ TLS ─▶ response, body capped
//
// # Promises
//
// Without AllowPrivate no byte is sent to an address that is not on the public
// internet: not to loopback, private, link-local, metadata, carrier or multicast
// addresses, in any IPv4, IPv6 or mapped form. The check is made on the
// address of the socket, after resolution, so that a name which resolves anew
// (DNS rebinding) gains nothing. Redirects are not followed, proxies of the
// environment are not used, and time and size are bounded.
package outbound
