// Package schema holds the shapes of AWS's API models at run time: services,
// operations, structures with their constraints and "sensitive" marks, and the
// protocol-neutral values that travel between the wire and the operations.
//
// # How data flows
//
//	bytes ─ wire/<protocol> ─▶ *Struct (tree, in wire order, only what was sent)
//	*Struct ─ Validate ─▶ violations in AWS's words
//	*Struct ─ Bind ─▶ typed input of the operation (package api/<service>)
//	typed output ─ Unbind ─▶ *Struct ─ wire/<protocol> ─▶ bytes
//	both trees ─ audit ─▶ requestParameters and responseElements, redacted by marks
//
// A field of a generated struct stands at the same position as its member in
// the schema: the generator writes them so, and Bind relies on it.
package schema
