// Package pgtest runs a private PostgreSQL server for the tests of a package:
// a fresh cluster in a temporary folder, reached by a Unix socket in it, with
// fsync as in production. Call [Start] from TestMain and [Server.Stop] after.
//
// It needs the programs of the Debian package postgresql (15 or newer). Where
// they are missing Start fails and says so; tests do not skip.
package pgtest
