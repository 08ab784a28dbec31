package object

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/store"
)

func TestWriter(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		ctx := context.Background()
		w := b.s.Writer()
		x := Write{
			Service: "cloudtrail.amazonaws.com", Bucket: "alpha", Key: "AWSLogs/111122223333/CloudTrail/f.json.gz", Data: []byte("records"),
			Headers: map[string]string{
				"content-type": "application/json", "content-encoding": "gzip", "x-amz-acl": "bucket-owner-full-control", "x-amz-meta-signature": "aa",
			},
			Conditions: map[string]string{"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t"},
		}
		if err := w.Put(ctx, x); !errors.Is(err, ErrNoBucket) {
			t.Errorf("without bucket: %v", err)
		}
		b.bucket("alpha")
		if err := w.Put(ctx, x); !errors.Is(err, ErrDenied) {
			t.Errorf("without policy: %v", err)
		}
		must[struct{}](b, "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: trailPolicy})
		if err := w.Put(ctx, x); err != nil {
			t.Fatal(err)
		}
		b.drain()
		for _, want := range []string{
			`"userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}`, `"eventName":"PutObject"`, `"eventCategory":"Data"`,
			`"recipientAccountId":"111122223333"`, `"sourceIPAddress":"cloudtrail.amazonaws.com"`, `"bytesTransferredIn":7`,
			`"type":"AWS::S3::Object","ARN":"arn:aws:s3:::alpha/AWSLogs/111122223333/CloudTrail/f.json.gz"`,
		} {
			if len(b.records) != 1 || !strings.Contains(b.records[0], want) {
				t.Errorf("records without %s: %q", want, b.records)
			}
		}
		head := must[s3.HeadObjectOutput](b, "HeadObject", &s3.HeadObjectInput{Bucket: "alpha", Key: x.Key})
		if *head.ContentType != "application/json" || *head.ContentEncoding != "gzip" || head.Metadata["signature"] != "aa" {
			t.Errorf("headers %+v", head)
		}
		if got, err := w.Get(ctx, "alpha", x.Key, 100); err != nil || string(got) != "records" {
			t.Errorf("Get = %q, %v", got, err)
		}
		if _, err := w.Get(ctx, "alpha", x.Key, 3); err == nil {
			t.Error("Get beyond its limit")
		}
		if _, err := w.Get(ctx, "alpha", "none", 3); !errors.Is(err, ErrNoObject) {
			t.Errorf("Get = %v", err)
		}
		for name, change := range map[string]func(*Write){
			"another service": func(x *Write) { x.Service = "config.amazonaws.com" },
			"another trail":   func(x *Write) { x.Conditions = map[string]string{"aws:SourceArn": "arn:other"} },
			"no ACL":          func(x *Write) { x.Headers = nil },
			"another folder":  func(x *Write) { x.Key = "elsewhere" },
		} {
			y := x
			change(&y)
			if err := w.Put(ctx, y); !errors.Is(err, ErrDenied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := b.db.View(ctx, func(tx store.Tx) error {
			if err := w.Check(tx, x.Service, "alpha", x.Key, map[string]string{"aws:SourceArn": x.Conditions["aws:SourceArn"], "s3:x-amz-acl": "bucket-owner-full-control"}); err != nil {
				t.Errorf("Check = %v", err)
			}
			if err := w.Check(tx, x.Service, "alpha", x.Key, nil); !errors.Is(err, ErrDenied) {
				t.Errorf("Check without conditions = %v", err)
			}
			if err := w.CheckACL(tx, x.Service, "alpha", nil); err != nil {
				t.Errorf("CheckACL = %v", err)
			}
			return w.Check(tx, x.Service, "gamma", x.Key, nil)
		})
		if !errors.Is(err, ErrNoBucket) {
			t.Errorf("Check = %v", err)
		}
		if got := len(b.stored("alpha")); got != 1 {
			t.Errorf("%d blobs", got)
		}
	})
}
