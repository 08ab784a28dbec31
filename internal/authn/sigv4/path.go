package sigv4

import (
	"net/http"
	"strings"
)

// canonicalPath gives the path the router must use, still escaped, and the form of it that is signed.
//
// S3 signs each segment encoded once and nothing is normalised: "//", "." and ".." are parts of keys. Every other service resolves
// them and encodes the already escaped segments again. An encoded slash stays one, so "a%2Fb" and "a/b" are different in the
// check as they are in the route; an encoded dot segment, which check and route could read differently, is refused.
func canonicalPath(raw string, s3 bool) (route, signed string, err *Error) {
	if raw == "" {
		raw = "/"
	}
	if raw[0] != '/' {
		return "", "", badPath()
	}
	segs := strings.Split(raw[1:], "/")
	if !s3 {
		if segs, err = resolve(segs); err != nil {
			return "", "", err
		}
	}
	var r, b []byte
	for _, seg := range segs {
		dec, err := unescape(seg, MalformedPath)
		if err != nil {
			return "", "", err
		}
		start := len(r) + 1
		r = appendEscaped(append(r, '/'), dec)
		b = append(b, '/')
		if s3 {
			b = append(b, r[start:]...)
			continue
		}
		if dec == "." || dec == ".." {
			return "", "", badPath()
		}
		// clients escape what they received as it is, so the received spelling is signed, not a cleaned one
		b = appendEscaped(b, seg)
	}
	return string(r), string(b), nil
}

func resolve(segs []string) ([]string, *Error) {
	out := make([]string, 0, len(segs))
	for i, s := range segs {
		last := i == len(segs)-1
		switch s {
		case "", ".":
		case "..":
			if len(out) == 0 {
				return nil, badPath()
			}
			out = out[:len(out)-1]
		default:
			out = append(out, s)
			continue
		}
		if last {
			out = append(out, "") // a trailing slash is part of the path
		}
	}
	if len(out) == 0 {
		out = append(out, "")
	}
	return out, nil
}

func badPath() *Error {
	return fail(MalformedPath, "").inS3("Couldn't parse the specified URI.")
}

// PathOf gives the escaped path of an unsigned request by the rules signed ones are verified with; s3 as in Options.Service.
// The error is an *Error of kind MalformedPath.
func PathOf(r *http.Request, s3 bool) (string, error) {
	raw, _ := rawTarget(r)
	p, _, err := canonicalPath(raw, s3)
	if err != nil {
		return "", err
	}
	return p, nil
}
