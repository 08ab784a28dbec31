package run_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	"github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// benchRows is the number of generated CloudTrail records.
const benchRows = 200_000

var t0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// generated are records of about 1.3 kB in blocks, with promoted columns or without.
type generated struct{ blocks []*block.Block }

var promotedPaths = []string{"eventSource", "eventName", "errorCode", "sourceIPAddress", "additionalEventData.sub"}

func generate(n int, promoted bool) *generated {
	g := &generated{}
	sources := []string{"cognito-idp.amazonaws.com", "cognito-idp.amazonaws.com", "cognito-identity.amazonaws.com", "s3.amazonaws.com"}
	names := []string{"InitiateAuth", "RespondToAuthChallenge", "ForgotPassword", "GetUser", "SignUp", "ConfirmSignUp", "ListUsers"}
	codes := []string{"", "", "", "", "NotAuthorizedException", "", "UserNotFoundException", ""}
	pad := strings.Repeat("x", 300)
	for at := 0; at < n; at += block.MaxRows {
		rows := min(block.MaxRows, n-at)
		ms, ts, ptr := make([]string, rows), make([]int64, rows), make([]string, rows)
		bytes := int64(0)
		for i := range rows {
			k := at + i
			h := k * 2654435761 % 1000003
			code := ""
			if c := codes[h%len(codes)]; c != "" {
				code = fmt.Sprintf(`"errorCode":%q,"errorMessage":"Incorrect username or password.",`, c)
			}
			ms[i] = fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"Unknown","principalId":"Anonymous"},"eventTime":"2026-03-01T00:00:00Z","eventSource":%q,"eventName":%q,"awsRegion":"us-east-1","sourceIPAddress":"10.%d.%d.7","userAgent":"aws-sdk-go-v2/1.30 os/linux lang/go %s",%s"requestParameters":{"authFlow":"USER_PASSWORD_AUTH","clientId":"3n4b5urk1ft4fl3mg5e62d9ado","userPoolId":"us-east-1_aaaaaaaaa","authParameters":"HIDDEN_FOR_SECURITY_REASONS"},"responseElements":null,"additionalEventData":{"sub":"11687e63-5a5e-4b04-%04d-%012d"},"requestID":"e5f8c8a7-%012d","eventID":"be62b5a0-%012d","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"},"pad":%q}`,
				sources[h%4], names[h%7], h%8, h%200, pad, code, h%9999, h%5000, k, k, pad)
			ts[i] = t0.UnixMilli() + int64(k)
			ptr[i] = fmt.Sprint(k)
			bytes += int64(len(ms[i]))
		}
		b := &block.Block{N: rows, Bytes: bytes, Base: int64(at + 1), Columns: map[string]*block.Column{
			block.Message: block.StringColumn(ms, nil), block.Timestamp: block.TimeColumn(ts), block.Ptr: block.StringColumn(ptr, nil)}}
		if promoted {
			for _, p := range promotedPaths {
				path := value.NewPath(strings.Split(p, "."))
				c := block.StringColumn(make([]string, rows), make([]bool, rows))
				for i, m := range ms {
					c.Str[i], c.Present[i] = path.Leaf(m).Text()
				}
				b.Columns[p] = c
			}
		}
		g.blocks = append(g.blocks, b)
	}
	return g
}

func (g *generated) Scan(_ context.Context, _ block.ScanRequest, yield func(*block.Block) error) error {
	for _, b := range g.blocks {
		if err := yield(b); err != nil {
			return err
		}
	}
	return nil
}

var guide = []string{
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com"`,
	`fields @timestamp, @message | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and @message like /Exception/`,
	`fields @timestamp, additionalEventData.sub as user | sort @timestamp desc | limit 25 | filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException"`,
	`filter eventSource = "cognito-idp.amazonaws.com" | stats count(*) by sourceIPAddress, eventName`,
	`filter eventSource = "cognito-idp.amazonaws.com" and errorCode= "NotAuthorizedException" | stats count(*) as count by sourceIPAddress, eventName | sort count desc | limit 25`,
	`filter eventSource = "cognito-idp.amazonaws.com" and eventName = 'ForgotPassword' | stats count(*) as count by sourceIPAddress | sort count desc | limit 25`,
}

var benchData = map[bool]func() *generated{
	true:  sync.OnceValue(func() *generated { return generate(benchRows, true) }),
	false: sync.OnceValue(func() *generated { return generate(benchRows, false) }),
}

// BenchmarkGuide runs the six queries of the Cognito guide on one worker; rows/s is per core.
func BenchmarkGuide(b *testing.B) {
	for _, promoted := range []bool{true, false} {
		for i, q := range guide {
			b.Run(fmt.Sprintf("promoted=%v/query=%d", promoted, i+1), func(b *testing.B) {
				p, err := plan.Compile(q)
				if err != nil {
					b.Fatal(err)
				}
				src := benchData[promoted]()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := run.Run(b.Context(), p, run.Options{Source: src, Start: t0, End: t0.Add(time.Hour), Workers: 1}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
			})
		}
	}
}
