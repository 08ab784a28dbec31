package trailfile

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// IsS3 tells an s3:// URL from a path.
func IsS3(arg string) bool { return strings.HasPrefix(arg, "s3://") }

// S3 finds the log files below s3://bucket/prefix in the order of their keys; none is an error. Endpoint, Region and credentials come from the
// environment and the configuration files, as for the AWS CLI; other endpoints are asked in path style.
func S3(ctx context.Context, target string) (Files, error) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "s3" || u.Host == "" {
		return nil, fmt.Errorf("want s3://bucket/prefix, not %s", target)
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil || cfg.BaseEndpoint != nil })
	return objects(ctx, client, u.Host, strings.TrimPrefix(u.Path, "/")), nil
}

func objects(ctx context.Context, client *s3.Client, bucket, prefix string) Files {
	return func(yield func(File, error) bool) {
		found := false
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(File{}, fmt.Errorf("list s3://%s/%s: %w", bucket, prefix, err))
				return
			}
			for _, o := range page.Contents {
				key := aws.ToString(o.Key)
				if strings.HasSuffix(key, "/") || strings.Contains(key, "/CloudTrail-Digest/") {
					continue
				}
				f := File{Name: "s3://" + bucket + "/" + key, Version: aws.ToString(o.ETag), Size: aws.ToInt64(o.Size)}
				f.Open = func(ctx context.Context) (io.ReadCloser, error) {
					out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
					if err != nil {
						return nil, err
					}
					return out.Body, nil
				}
				found = true
				if !yield(f, nil) {
					return
				}
			}
		}
		if !found {
			yield(File{}, fmt.Errorf("there is no log file below s3://%s/%s", bucket, prefix))
		}
	}
}
