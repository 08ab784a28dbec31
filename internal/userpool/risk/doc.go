// Package risk answers the operations on risk configurations, which say what threat protection does about a sign-in: one for the
// pool and one for each client that differs. They are kept, checked and shown; package threat acts on them.
package risk
