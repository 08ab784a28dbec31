// Package branding answers the operations on the styles of managed login pages: one of a client, with its settings document and its
// pictures. Both are checked when they come in, because pages will show them to everybody.
package branding
