package client

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// sdkConfig is all that a program of the SDK for Go needs: address and key.
func sdkConfig(s *harness.Server) aws.Config {
	return aws.Config{
		Region: s.Region, BaseEndpoint: &s.URL, Credentials: credentials.NewStaticCredentialsProvider(s.Key, s.Secret, ""), RetryMaxAttempts: 1,
	}
}
