// Package arn owns the names of resources.
//
// An ARN has six parts: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. The last part may itself hold colons and slashes. IAM and
// STS names have an empty Region; S3 names have neither Region nor account.
//
// The package only parses, prints and builds; whether a policy pattern covers a name is decided in authz/policy/pattern. Parse
// followed by String gives the same text back, byte for byte.
package arn
