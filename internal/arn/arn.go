package arn

import (
	"errors"
	"fmt"
	"strings"
)

// MaxLength is the most bytes Parse accepts; longer text is refused before any work. It is the 2,048 of IAM's arnType.
const MaxLength = 2048

// ErrInvalid is wrapped by every error of Parse.
var ErrInvalid = errors.New("invalid ARN")

// ARN is a parsed name. The zero value prints as an ARN of empty parts and is not valid.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov
	Service   string // signing or IAM prefix: iam, sts, s3, cognito-idp, …
	Region    string // empty for global services
	Account   string // 12 digits; empty for S3; "aws" for AWS's own managed policies
	Resource  string // everything after the fifth colon, colons and slashes included
}

// Parse splits s at its first five colons. Partition, service and resource must not be empty, and no part may hold a control
// character, so that a name can be put in a log line or a message as it is. The error wraps ErrInvalid.
func Parse(s string) (ARN, error) {
	if len(s) > MaxLength {
		return ARN{}, fmt.Errorf("%w: %d bytes", ErrInvalid, len(s))
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return ARN{}, fmt.Errorf("%w: control character at byte %d", ErrInvalid, i)
		}
	}
	rest, ok := strings.CutPrefix(s, "arn:")
	if !ok {
		return ARN{}, fmt.Errorf("%w: no arn: prefix", ErrInvalid)
	}
	p := strings.SplitN(rest, ":", 5)
	if len(p) != 5 {
		return ARN{}, fmt.Errorf("%w: fewer than six parts", ErrInvalid)
	}
	a := ARN{Partition: p[0], Service: p[1], Region: p[2], Account: p[3], Resource: p[4]}
	if a.Partition == "" || a.Service == "" || a.Resource == "" {
		return ARN{}, fmt.Errorf("%w: empty partition, service or resource", ErrInvalid)
	}
	return a, nil
}

// String prints the six parts; it is the inverse of Parse.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Type is the resource part up to its first slash or colon: user, role, userpool, log-group. It is empty if there is neither.
func (a ARN) Type() string {
	i := strings.IndexAny(a.Resource, "/:")
	if i < 0 {
		return ""
	}
	return a.Resource[:i]
}

// ID is the resource part after its first slash or colon, or the whole of it if there is neither: POOLID of userpool/POOLID,
// PATH/NAME of user/PATH/NAME.
func (a ARN) ID() string {
	return a.Resource[strings.IndexAny(a.Resource, "/:")+1:]
}

// Name is the resource part after its last slash: NAME of role/PATH/NAME.
func (a ARN) Name() string {
	return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
}

// IsAccount tells whether s is a 12-digit account id.
func IsAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// IsRegion tells whether s has the form of a Region's name, as us-east-1 or us-gov-west-1 have it.
// Names of Regions become parts of file names and keys, so nothing else may pass for one.
func IsRegion(s string) bool {
	parts := strings.Split(s, "-")
	if len(s) > 32 || len(parts) < 3 || len(parts[0]) != 2 {
		return false
	}
	for _, p := range parts[:len(parts)-1] {
		if p == "" || strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(last) == 1 && last[0] >= '1' && last[0] <= '9'
}
