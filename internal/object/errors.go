package object

import (
	"errors"
	"fmt"
	"io"

	"github.com/cogtrail/cogtrail/internal/authn/sigv4"
	"github.com/cogtrail/cogtrail/internal/schema"
)

// refuse makes an error of S3. Pairs are further elements of the answer.
func refuse(status int, code, message string, pairs ...any) *schema.Error {
	e := &schema.Error{Code: code, Message: message, Status: status, Server: status >= 500}
	for i := 0; i+1 < len(pairs); i += 2 {
		if e.Members == nil {
			e.Members = make(map[string]any, len(pairs)/2)
		}
		e.Members[pairs[i].(string)] = pairs[i+1]
	}
	return e
}

func noSuchBucket(name string) *schema.Error {
	return refuse(404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", name)
}

func noSuchKey(key string) *schema.Error {
	return refuse(404, "NoSuchKey", "The specified key does not exist.", "Key", key)
}

func noSuchUpload(id string) *schema.Error {
	return refuse(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", "UploadId", id)
}

func accessDenied() *schema.Error { return refuse(403, "AccessDenied", "Access Denied") }

func invalidArgument(name, value, message string) *schema.Error {
	return refuse(400, "InvalidArgument", message, "ArgumentName", name, "ArgumentValue", value)
}

func invalidRequest(message string) *schema.Error { return refuse(400, "InvalidRequest", message) }

func malformedXML() *schema.Error {
	return refuse(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

func notImplemented(header string) *schema.Error {
	return refuse(501, "NotImplemented", "A header you provided implies functionality that is not implemented", "Header", header)
}

func preconditionFailed(condition string) *schema.Error {
	return refuse(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", "Condition", condition)
}

func notModified() *schema.Error { return refuse(304, "NotModified", "Not Modified") }

// conflict answers a call whose circumstances changed while it ran. The client
// repeats it.
func conflict() *schema.Error {
	return refuse(409, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.")
}

func tooLarge(size int64) *schema.Error {
	return refuse(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
		"ProposedSize", fmt.Sprint(size), "MaxSizeAllowed", fmt.Sprint(maxObject))
}

// bodyError says in S3's words why a body could not be read to its end.
func bodyError(err error) error {
	var known *schema.Error
	var proof *sigv4.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &proof):
		code, status := sigv4.CodeFor(proof.Kind, sigv4.S3)
		e := refuse(status, code, proof.Text(sigv4.S3))
		for _, f := range proof.Fields {
			if e.Members == nil {
				e.Members = make(map[string]any, len(proof.Fields))
			}
			e.Members[f.Name] = f.Value
		}
		return e
	case errors.Is(err, io.ErrUnexpectedEOF):
		return refuse(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
	}
	return err
}
