// Package client plays unmodified clients against the built program: the AWS
// CLI, boto3, the AWS SDK for Go, amazon-cognito-identity-js, and bare HTTP.
//
// Clients get an endpoint URL and credentials and nothing else. What they assert
// is what AWS answers them: codes and message texts byte for byte, exit codes and
// output of commands. Each test has a server of its own (package harness), so
// that all run in parallel; each server must end cleanly with an empty error log.
package client
