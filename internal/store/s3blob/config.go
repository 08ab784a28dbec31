package s3blob

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Store keeps objects in one external bucket below a prefix. It is safe for
// concurrent use.
type Store struct {
	client *s3.Client
	bucket string
	prefix string // empty, or ends with a slash
}

var _ store.Blob = (*Store)(nil)

// Names reports that objects keep their keys.
func (s *Store) Names() bool { return true }

// settings are the parts of an engine's URL.
type settings struct {
	bucket, prefix, endpoint, region string
	pathStyle                        bool
}

// parseURL reads s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true.
// Unknown parameters are refused: a misspelt one must not be ignored.
func parseURL(text string) (settings, error) {
	u, err := url.Parse(text)
	if err != nil {
		return settings{}, fmt.Errorf("objects URL: %w", err)
	}
	if u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return settings{}, fmt.Errorf("objects URL must be s3://BUCKET/PREFIX?endpoint=…&region=…&pathStyle=true")
	}
	out := settings{bucket: u.Host, prefix: strings.Trim(u.Path, "/")}
	if out.prefix != "" {
		out.prefix += "/"
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return settings{}, fmt.Errorf("objects URL: %w", err)
	}
	for k, v := range q {
		switch k {
		case "endpoint":
			out.endpoint = v[0]
			if e, err := url.Parse(out.endpoint); err != nil || e.Host == "" || e.Scheme != "http" && e.Scheme != "https" {
				return settings{}, fmt.Errorf("objects URL: endpoint %q is no http or https URL", out.endpoint)
			}
		case "region":
			out.region = v[0]
		case "pathStyle":
			if out.pathStyle, err = strconv.ParseBool(v[0]); err != nil {
				return settings{}, fmt.Errorf("objects URL: pathStyle %q is neither true nor false", v[0])
			}
		default:
			return settings{}, fmt.Errorf("objects URL: unknown parameter %q", k)
		}
	}
	return out, nil
}

// Open makes the engine of a URL, s3://BUCKET/PREFIX?endpoint=URL&region=NAME&pathStyle=true,
// and asks once whether the bucket can be used. All parameters are optional.
func Open(ctx context.Context, text string) (*Store, error) {
	set, err := parseURL(text)
	if err != nil {
		return nil, err
	}
	var load []func(*config.LoadOptions) error
	if set.region != "" {
		load = append(load, config.WithRegion(set.region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, fmt.Errorf("load credentials for objects: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // self-hosted stores seldom care
	}
	s := New(cfg, set.bucket, set.prefix, func(o *s3.Options) {
		if set.endpoint != "" {
			o.BaseEndpoint = &set.endpoint
		}
		o.UsePathStyle = set.pathStyle
	})
	if _, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket}); err != nil {
		return nil, fmt.Errorf("use bucket %s for objects: %w", s.bucket, err)
	}
	return s, nil
}

// New makes the engine over a client's configuration. prefix is empty or ends with a slash.
func New(cfg aws.Config, bucket, prefix string, options func(*s3.Options)) *Store {
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		// Stores that are not AWS's often refuse the newer default checksums.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		options(o)
	})
	return &Store{client: client, bucket: bucket, prefix: prefix}
}
