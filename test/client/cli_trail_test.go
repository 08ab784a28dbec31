package client

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

const trailBucket = "audit-files"

// makeTrail makes a bucket with CloudTrail's policy and a logging trail with digests.
func (c *cli) makeTrail(name string) (arn string) {
	c.t.Helper()
	c.ok("s3", "mb", "s3://"+trailBucket)
	c.refused("An error occurred (InsufficientS3BucketPolicyException) when calling the CreateTrail operation: Incorrect S3 bucket policy is detected for bucket: "+trailBucket,
		"cloudtrail", "create-trail", "--name", name, "--s3-bucket-name", trailBucket)
	c.ok("s3api", "put-bucket-policy", "--bucket", trailBucket, "--policy", trailPolicy(trailBucket, c.s.Account))
	arn = c.get("TrailARN", "cloudtrail", "create-trail", "--name", name, "--s3-bucket-name", trailBucket, "--enable-log-file-validation")
	c.ok("cloudtrail", "start-logging", "--name", name)
	return arn
}

// trailPolicy is the bucket policy of the CloudTrail user guide.
func trailPolicy(bucket, account string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
{"Sid":"AWSCloudTrailAclCheck","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::%[1]s"},
{"Sid":"AWSCloudTrailWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::%[1]s/AWSLogs/%[2]s/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}}]}`, bucket, account)
}

// keys lists a kind of the trail's objects: CloudTrail or CloudTrail-Digest.
func (c *cli) keys(kind string) []string {
	c.t.Helper()
	text := c.get("Contents[].Key", "s3api", "list-objects-v2", "--bucket", trailBucket, "--prefix", "AWSLogs/"+c.s.Account+"/"+kind+"/")
	if text == "None" {
		return nil
	}
	return strings.Fields(text)
}

// validate runs the official validation since start.
func (c *cli) validate(arn string, start time.Time) harness.Result {
	c.t.Helper()
	return harness.Run(c.t, c.home, c.env, waitLimit, "aws", "cloudtrail", "validate-logs", "--trail-arn", arn,
		"--start-time", start.UTC().Format(time.RFC3339), "--verbose")
}

// TestCLITrail is the auditor's day: a trail, its files, their proof, and the
// proof of every kind of damage.
func TestCLITrail(t *testing.T) {
	t.Parallel()
	s := harness.Start(t, binary, fast...)
	c := newCLI(t, s)
	start := time.Now().Add(-time.Minute)
	arn := c.makeTrail("cli")
	if want := "arn:aws:cloudtrail:us-east-1:123456789012:trail/cli"; arn != want {
		t.Fatalf("trail ARN %s, want %s", arn, want)
	}
	c.refused("An error occurred (TrailNotFoundException) when calling the GetTrailStatus operation: Unknown trail: "+arn+"x for the user: 123456789012",
		"cloudtrail", "get-trail-status", "--name", arn+"x")
	c.ok("iam", "create-user", "--user-name", "somebody")
	c.refused("NoSuchEntity", "iam", "get-user", "--user-name", "nobody")
	harness.Eventually(t, "the trail delivers log files and digests that name them", func() bool {
		return len(c.keys("CloudTrail")) > 0 && len(c.keys("CloudTrail-Digest")) > 1
	})
	if got := c.get("IsLogging", "cloudtrail", "get-trail-status", "--name", "cli"); got != "True" {
		t.Errorf("IsLogging %s", got)
	}
	c.ok("cloudtrail", "stop-logging", "--name", "cli")
	var last harness.Result
	var files, digests []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("last validation: exit code %d\n%s%s\nfiles: %q", last.Code, last.Stdout, last.Stderr, files)
		}
	})
	// A stop's own digest comes some time after its files: only a validation
	// during which nothing was delivered is compared with the listing.
	harness.Eventually(t, "the last digest covers the last file", func() bool {
		files, digests = c.keys("CloudTrail"), c.keys("CloudTrail-Digest")
		last = c.validate(arn, start)
		return last.Code == 0 && strings.Count(last.Stdout, "Log file\t") >= len(files) &&
			slices.Equal(files, c.keys("CloudTrail")) && slices.Equal(digests, c.keys("CloudTrail-Digest"))
	})
	for _, want := range []string{
		fmt.Sprintf("\n%[1]d/%[1]d digest files valid\n", len(digests)), fmt.Sprintf("\n%[1]d/%[1]d log files valid", len(files)),
		"Log file\ts3://" + trailBucket + "/" + files[0] + "\tvalid",
	} {
		if !strings.Contains(last.Stdout, want) {
			t.Errorf("validate-logs does not say %q", want)
		}
	}
	local := filepath.Join(c.home, "log.json.gz")
	remote := "s3://" + trailBucket + "/" + files[0]
	c.ok("s3", "cp", "--only-show-errors", remote, local)
	whole, err := os.ReadFile(local)
	if err != nil {
		t.Fatal(err)
	}
	invalid := func(what, want string) {
		t.Helper()
		r := c.validate(arn, start)
		if r.Code != 1 || !strings.Contains(r.Stdout+r.Stderr, want) {
			t.Errorf("%s: exit code %d, want 1 and %q\n%s%s", what, r.Code, want, r.Stdout, r.Stderr)
		}
	}
	// A flipped bit inside the compressed data shows either as other content or as no gzip at all.
	changed := append([]byte(nil), whole...)
	changed[len(changed)/2] ^= 1
	c.ok("s3", "cp", "--only-show-errors", c.file("changed", changed), remote)
	invalid("one changed bit", "Log file\t"+remote+"\tINVALID: ")
	c.ok("s3", "cp", "--only-show-errors", c.file("regzipped", gzipped(t, []byte(`{"Records":[]}`))), remote)
	invalid("other content", "Log file\t"+remote+"\tINVALID: hash value doesn't match")
	c.ok("s3", "rm", "--only-show-errors", remote)
	invalid("deleted log file", "Log file\t"+remote+"\tINVALID: not found")
	c.ok("s3", "cp", "--only-show-errors", local, remote)
	if r := c.validate(arn, start); r.Code != 0 {
		t.Errorf("after the file was put back: exit code %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	middle := "s3://" + trailBucket + "/" + digests[len(digests)/2]
	// Copied over itself without its metadata: the signature is gone.
	c.ok("s3", "cp", "--only-show-errors", middle, filepath.Join(c.home, "digest"))
	c.ok("s3", "cp", "--only-show-errors", filepath.Join(c.home, "digest"), middle)
	invalid("digest without signature", "Digest file\t"+middle+"\tINVALID: signature verification failed")
	if len(digests) > 2 {
		c.ok("s3", "rm", "--only-show-errors", middle)
		invalid("deleted digest", "Digest file\t"+middle+"\tINVALID: not found")
	}
	c.ok("cloudtrail", "delete-trail", "--name", "cli")
	c.sees("CreateTrail", "StartLogging", "StopLogging", "DeleteTrail")
}
