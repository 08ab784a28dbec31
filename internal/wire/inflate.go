package wire

import "github.com/cogtrail/cogtrail/internal/wire/internal/request"

// Inflate undoes the content coding of a body, for who must look into it before
// a protocol decodes it. Its result is bounded; its error is a *schema.Error.
func Inflate(body []byte, coding string) ([]byte, error) { return request.Inflate(body, coding) }
