// Package wire holds AWS's protocols: it finds out which service, operation and
// protocol a request is for, and turns bytes into schema trees and back.
//
// # How data flows
//
//	*http.Request ─ Detector ─▶ Match{Service, Operation, Protocol, Labels}
//	Request ─ Protocol.Decode ─▶ *schema.Struct
//	*schema.Struct ─ Protocol.Encode ─▶ status, headers, body
//
// One package per protocol: awsjson, awsquery, restjson, restxml, rpcv2. They
// share the codecs below internal: json, cbor, xml and form walk a shape and its
// bytes; bind places members in headers, query and URI; scalar knows how single
// values look as text.
//
// # Promises
//
// Decoders never panic, never recurse deeper than 64 levels and allocate in
// proportion to their input. They refuse text that is not valid UTF-8, so a
// record shows what was asked. Error texts never repeat a caller's value.
package wire
