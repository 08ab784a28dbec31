package main

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/cogtrail/cogtrail/internal/trail/digest"
	"github.com/cogtrail/cogtrail/internal/trail/verify"
)

// bucketSource reads the demo's bucket as any auditor would.
type bucketSource struct {
	y *story
	// change alters the bytes of one object, to show that it is noticed.
	change string
}

func (b *bucketSource) list(ctx context.Context, kind string) ([]string, error) {
	var keys []string
	pages := s3.NewListObjectsV2Paginator(b.y.s3, &s3.ListObjectsV2Input{
		Bucket: aws.String(demoBucket), Prefix: aws.String("AWSLogs/" + b.y.account + "/" + kind + "/"),
	})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range p.Contents {
			keys = append(keys, *o.Key)
		}
	}
	return keys, nil
}

// Digests lists the digest files, oldest first.
func (b *bucketSource) Digests(ctx context.Context) ([]string, error) {
	return b.list(ctx, "CloudTrail-Digest")
}

// Get reads one object.
func (b *bucketSource) Get(ctx context.Context, bucket, key string) ([]byte, map[string]string, error) {
	out, err := b.y.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	var missing *s3types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, nil, verify.ErrMissing
	}
	if err != nil {
		return nil, nil, err
	}
	defer out.Body.Close()
	body, err := io.ReadAll(out.Body)
	if key == b.change && len(body) > 40 {
		body[len(body)/2] ^= 1
	}
	return body, out.Metadata, err
}

// PublicKey finds a key among the published ones.
func (b *bucketSource) PublicKey(ctx context.Context, fingerprint string) (*rsa.PublicKey, error) {
	out, err := b.y.trail.ListPublicKeys(ctx, &cloudtrail.ListPublicKeysInput{})
	if err != nil {
		return nil, err
	}
	for _, k := range out.PublicKeyList {
		if aws.ToString(k.Fingerprint) == fingerprint {
			return digest.ParsePublic(k.Value)
		}
	}
	return nil, nil
}

// prove checks the trail, then once more with one changed byte.
func (y *story) prove(ctx context.Context, src *bucketSource) error {
	files, err := src.list(ctx, "CloudTrail")
	if err != nil {
		return err
	}
	for _, f := range files {
		y.t.say("s3://%s/%s", demoBucket, f)
	}
	report, err := verify.Run(ctx, src, demoBucket)
	if err != nil {
		return err
	}
	if !report.Valid() || report.Files == 0 {
		return fmt.Errorf("the trail is not valid: %+v", report.Findings)
	}
	y.t.say("%d of %d digests valid, %d of %d log files valid, %d records", report.Digests, report.Digests, report.Files, report.Files, report.Records)
	src.change = files[len(files)-1]
	if report, err = verify.Run(ctx, src, demoBucket); err != nil {
		return err
	}
	if report.Valid() {
		return errors.New("a changed byte was not noticed")
	}
	y.t.say("with one bit changed in %s: %s", src.change[strings.LastIndexByte(src.change, '/')+1:], report.Findings[0].Fault)
	y.t.say("the official command agrees: aws cloudtrail validate-logs --trail-arn %s --start-time …", y.trailARN)
	return nil
}
