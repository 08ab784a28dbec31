package object

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/s3"
	"github.com/cogtrail/cogtrail/internal/authz/policy"
	"github.com/cogtrail/cogtrail/internal/principal"
	"github.com/cogtrail/cogtrail/internal/store"
)

// TestWriter_role puts objects as the role that acts for a service: its own policies decide, and what the bucket denies.
func TestWriter_role(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		ctx, w := context.Background(), b.s.Writer()
		doc, err := policy.Parse(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::alpha/results/*"}]}`, policy.Identity)
		if err != nil {
			t.Fatal(err)
		}
		trust := errors.New("not trusted")
		x := Write{
			Service: "logs.amazonaws.com", Owner: "111122223333", Bucket: "alpha", Key: "results/r.json", Data: []byte("{}"),
			As: func(store.Tx) (principal.Principal, []*policy.Document, error) {
				return principal.RoleSession("111122223333", "/", "writer", "AROAEXAMPLE", "ScheduledQuery", "", principal.Session{}), []*policy.Document{doc}, nil
			},
		}
		if err := w.Put(ctx, x); !errors.Is(err, ErrNoBucket) {
			t.Errorf("without bucket: %v", err)
		}
		b.bucket("alpha")
		for name, tc := range map[string]struct {
			change func(*Write)
			want   error
		}{
			"another key":   {func(x *Write) { x.Key = "elsewhere/r.json" }, ErrDenied},
			"another owner": {func(x *Write) { x.Owner = "999988887777" }, ErrDenied},
			"no trust": {func(x *Write) {
				x.As = func(store.Tx) (principal.Principal, []*policy.Document, error) {
					return principal.Principal{}, nil, trust
				}
			}, trust},
			"a stranger's role": {func(x *Write) {
				x.As = func(store.Tx) (principal.Principal, []*policy.Document, error) {
					return principal.RoleSession("999988887777", "/", "writer", "AROAOTHER", "ScheduledQuery", "", principal.Session{}), []*policy.Document{doc}, nil
				}
			}, ErrDenied},
		} {
			y := x
			tc.change(&y)
			if err := w.Put(ctx, y); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v", name, err)
			}
			if err := b.db.View(ctx, func(tx store.Tx) error { return w.Ask(tx, y) }); !errors.Is(err, tc.want) {
				t.Errorf("%s, asked: %v", name, err)
			}
		}
		if err := w.Put(ctx, x); err != nil {
			t.Fatal(err)
		}
		b.drain()
		for _, want := range []string{
			`"type":"AssumedRole"`, `"arn":"arn:aws:sts::111122223333:assumed-role/writer/ScheduledQuery"`, `"eventName":"PutObject"`,
			`"sourceIPAddress":"logs.amazonaws.com"`, `"key":"results/r.json"`,
		} {
			if len(b.records) != 1 || !strings.Contains(b.records[0], want) {
				t.Errorf("records without %s: %q", want, b.records)
			}
		}
		must[struct{}](b, "PutBucketPolicy", &s3.PutBucketPolicyInput{Bucket: "alpha", Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::alpha/*"}]}`})
		if err := w.Put(ctx, x); !errors.Is(err, ErrDenied) {
			t.Errorf("denied by the bucket: %v", err)
		}
	})
}
