// Package fault builds the errors that decoders answer and finds the parts of
// an error that protocols print differently.
package fault

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cogtrail/cogtrail/internal/schema"
)

// Serialization is the error of bytes that do not fit the shape.
func Serialization(message string) *schema.Error {
	return &schema.Error{Code: "SerializationException", Message: message, Status: 400}
}

// Article puts the article AWS uses before a type: a String, an Integer.
func Article(kind string) string {
	if kind != "" && strings.ContainsRune("AEIOU", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// KindName is the type's name in AWS's conversion messages.
func KindName(k schema.Kind) string {
	switch k {
	case schema.String:
		return "String"
	case schema.Boolean:
		return "Boolean"
	case schema.Integer:
		return "Integer"
	case schema.Long:
		return "Long"
	case schema.Float:
		return "Float"
	case schema.Double:
		return "Double"
	case schema.Blob:
		return "Blob"
	case schema.Timestamp:
		return "Timestamp"
	}
	return "Value"
}

// Convert is the message of a scalar of another type: token is STRING_VALUE,
// NUMBER_VALUE, DECIMAL_VALUE, TRUE_VALUE or FALSE_VALUE.
func Convert(token string, k schema.Kind) *schema.Error {
	return Serialization(token + " can not be converted to " + Article(KindName(k)))
}

// Shape returns the modelled shape of an error, or nil.
func Shape(svc *schema.Service, op *schema.Operation, code string) *schema.Shape {
	if op != nil {
		for _, s := range op.Errors {
			if s != nil && s.Name == code {
				return s
			}
		}
	}
	if svc != nil {
		if s := svc.Shapes[code]; s != nil && s.Exception {
			return s
		}
	}
	return nil
}

// QueryCode is the code of an error in query protocols.
func QueryCode(svc *schema.Service, op *schema.Operation, e *schema.Error) string {
	if e.QueryCode != "" {
		return e.QueryCode
	}
	if s := Shape(svc, op, e.Code); s != nil && s.ErrorCode != "" {
		return s.ErrorCode
	}
	return e.Code
}

// Status is the HTTP status: the error's own, else the shape's, else by fault.
func Status(svc *schema.Service, op *schema.Operation, e *schema.Error) int {
	if e.Status == 0 {
		if s := Shape(svc, op, e.Code); s != nil && s.Status != 0 {
			return s.Status
		}
	}
	return e.HTTPStatus()
}

// Side names whose fault the error is, in the words of the query protocol.
func Side(e *schema.Error, status int) string {
	if e.Server || status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// QueryHeader is the value of x-amzn-query-error.
func QueryHeader(svc *schema.Service, op *schema.Operation, e *schema.Error, status int) string {
	return QueryCode(svc, op, e) + ";" + Side(e, status)
}

// Type is the __type of an error in JSON and CBOR bodies. Services with a query
// past print absolute shape names; all others print the bare name.
func Type(svc *schema.Service, op *schema.Operation, e *schema.Error) string {
	if svc == nil || !svc.QueryCompatible {
		return e.Code
	}
	if e.Code == svc.ValidationCode && Shape(svc, op, e.Code) == nil {
		return "com.amazon.coral.validate#ValidationException"
	}
	if Shape(svc, op, e.Code) == nil {
		return "com.amazon.coral.service#" + e.Code // (inferred)
	}
	return "com.amazonaws." + svc.Name + ".v" + strings.ReplaceAll(svc.APIVersion, "-", "_") + "#" + e.Code
}

// Members returns the further members of an error in a stable order.
func Members(e *schema.Error) []string {
	names := make([]string, 0, len(e.Members))
	for n := range e.Members {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// maxHeader bounds a text in a header: messages may quote long input, and clients
// take only so many bytes of headers.
const maxHeader = 1024

// HeaderText makes a text fit for a header value: one line of printable ASCII, cut to
// 1 KB.
func HeaderText(s string) string {
	clean := func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r > '~':
			return '?'
		}
		return r
	}
	s = strings.Map(clean, s)
	if len(s) > maxHeader {
		return s[:maxHeader-3] + "..."
	}
	return s
}

// MemberText prints a further member of an error in XML.
func MemberText(v any) string { return fmt.Sprint(v) }
