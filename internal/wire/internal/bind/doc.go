// Package bind places the members of REST operations outside of the body: URI
// labels, query parameters, headers, header maps and the status code.
//
// Request reads them into a tree, Headers writes an output's. A value that does
// not fit its shape is reported through Bad, as each protocol has its own error
// for it.
package bind
