// Package xml reads and writes XML by shape: the bodies of S3 and the answers of
// query services.
//
// The decoder takes elements by local name in any order, skips unknown ones and
// refuses document types, so that no entity can be declared. It is limited to 64
// levels. The encoder appends to a caller's buffer, members in the model's order.
package xml
