// Package value is the value model of the query language: kinds, null, coercion, comparison, sorting and display.
//
// A Value is 32 bytes and holds no interface, so evaluating an expression allocates nothing unless text is made. Kinds:
//
//	Null    missing field, JSON null, failed conversion; printed as no cell at all
//	Bool    result of predicates and JSON booleans; shown as 1 and 0
//	Number  double
//	Time    milliseconds since 1970 UTC; shown as 2006-01-02 15:04:05.000, compared as its milliseconds
//	String  text; discovered JSON numbers are strings too and keep the digits they were written with
//	Map     JSON object, kept as its raw JSON text
//	List    JSON array, kept as its raw JSON text
//
// Rules (each is a test in value_test.go; AWS documents only fragments, so most are inferred):
//
//   - Numeric view: Number, Time and Bool have one; a String has one if its whole text is a decimal number. Nothing else.
//   - Text view: Null, Map and List have none; all others have.
//   - Equal: null, map or list on either side is never equal. If both sides have a numeric view, numbers are compared;
//     else texts. A JSON boolean also equals the texts "true" and "false".
//   - Less: as Equal; a number against text without numeric view is neither less nor greater.
//   - Negated predicates (!=, not like, not in) are the exact negation of the positive ones, so that a row without the
//     field is kept; <, <=, >, >= with null are false.
//   - Arithmetic on anything without numeric view, division by zero and results that are not finite are null.
//   - Truth of a value used as a condition: Bool itself, numbers other than zero, text "true" and numeric text other
//     than zero; all else is false.
//   - Order of sort: package's Compare: everything that is not a number first, in natural order (runs of digits by
//     length, then value; other runs by code point), then numbers by value; null last in both directions.
package value
