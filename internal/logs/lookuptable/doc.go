// Package lookuptable keeps the lookup tables of Logs Insights: CSV texts with a header that the commands lookup and
// cidrlookup read.
//
//	CreateLookupTable ─ checked CSV ─▶ row and body ─▶ Load ─▶ package query/run
//
// Promises: a table that is kept can be read; an account and Region keep MaxTables, of MaxBytes each at most.
package lookuptable
