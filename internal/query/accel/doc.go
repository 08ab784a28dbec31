// Package accel lets a SQL engine do the first stage of a query where SQL has exactly the same meaning as package run.
//
//	Engine.Run ─ plan ─▶ Translate(dialect, Scope) ─▶ statements ─▶ Backend ─ cells ─▶ Groups ─▶ run.RunFrom(1)
//	     │                    │                                                      └ Events ─▶ run.Run over few events
//	     └ else, and after any failure: run.Run over the store ◀┘
//
// Translate works on stage 0. It goes through the row commands in order, as run does, and keeps for each name its SQL or
// that it has none. Written are: conditions on promoted fields and system fields with =, !=, <, in, like and ispresent;
// stats with count, count_distinct, sum and avg of conditions, min and max, by such fields, conditions and bin; order by
// time with a limit. Everything else (paths into messages, arithmetic, natural sort, sums of texts) stays in Go: when in
// doubt Translate refuses. What is written follows package value, not SQL:
//
//   - a condition is true or false, so below not and in != null is made false first;
//   - a text literal that is a number equals other spellings of the number in texts of up to 15 bytes;
//   - what a literal means to a boolean field is asked of package value itself;
//   - a regular expression is handed on if RE2 reads it as Go does (see portable);
//   - min of texts is taken back if one of them is a number, since its meaning then depends on the order of rows;
//   - groups come in the order of package run; of a sort with limit after stats, all candidates are given.
//
// count_distinct is exact here; package run estimates beyond 65,536 values.
//
// # Promises
//
//   - Account, Region, groups, range, retention and deletion marks come from Scope and stand in every statement. Texts of
//     a query are bound, never written; names of columns are those of package segment.
//   - A promoted column is used only if the store vouches that it is exact in all files of the query.
//   - A failure of the backend, whatever it is, costs time but no row: the query is run in Go. Stats counts it.
//   - The answer of the backend is bounded and complete before a row of it is used.
package accel
