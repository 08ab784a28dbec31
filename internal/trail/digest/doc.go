// Package digest makes the hourly digest files that prove a trail's log files:
// the document, the text that is signed, and the Region's signing keys.
//
//	Document ─ Encode ─▶ exact JSON bytes ─ Sign(key) ─▶ hex signature, object metadata
//	Keyring ─ Ensure/Current/List ─▶ RSA-2048 keys per Region, valid 30 days, public halves kept for ever
//
// [CloudTrail: digest file structure; custom implementations of integrity validation]
package digest
