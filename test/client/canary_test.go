package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/parquet-go/parquet-go"

	"github.com/cogtrail/cogtrail/test/client/harness"
)

// canary is a private value that a client used. A name (user name, e-mail) and a
// code may stand in the server's state, which is sealed or theirs by right; a
// secret (password, token, client secret) may stand nowhere at all.
type canary struct{ Kind, Value string }

func readCanaries(t *testing.T, path string) []canary {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []canary
	for line := range strings.Lines(string(raw)) {
		var c canary
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// watch is a trail that delivers everything to a bucket and a log group, made
// before the client acts.
type watch struct {
	s             *harness.Server
	cfg           aws.Config
	bucket, group string
}

func newWatch(t *testing.T, s *harness.Server) *watch {
	t.Helper()
	ctx := t.Context()
	w := &watch{s: s, cfg: sdkConfig(s), bucket: "watch-files", group: "watch/records"}
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store := w.store()
	must(store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &w.bucket}))
	must(store.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &w.bucket, Policy: aws.String(trailPolicy(w.bucket, s.Account))}))
	must(cloudwatchlogs.NewFromConfig(w.cfg).CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &w.group}))
	roles := iam.NewFromConfig(w.cfg)
	role, err := roles.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName:                 aws.String("watch"),
		AssumeRolePolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	})
	must(role, err)
	must(roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: role.Role.RoleName, PolicyName: aws.String("deliver"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`),
	}))
	trails := cloudtrail.NewFromConfig(w.cfg)
	must(trails.CreateTrail(ctx, &cloudtrail.CreateTrailInput{
		Name: aws.String("watch"), S3BucketName: &w.bucket, CloudWatchLogsRoleArn: role.Role.Arn,
		CloudWatchLogsLogGroupArn: aws.String("arn:aws:logs:" + s.Region + ":" + s.Account + ":log-group:" + w.group + ":*"),
	}))
	must(trails.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("watch")}))
	return w
}

func (w *watch) store() *s3.Client {
	return s3.NewFromConfig(w.cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

// check looks for the canaries in the event history, the trail's files, the log
// group, the server's log and, once it has stopped, in its whole data folder.
func (w *watch) check(t *testing.T, canaries []canary) {
	t.Helper()
	if len(canaries) == 0 {
		t.Fatal("no canaries: this check would prove nothing")
	}
	// A last call marks the end: what came before it is delivered once it is.
	const end = "the-end-of-the-watch"
	_, _ = iam.NewFromConfig(w.cfg).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String(end)}) // refused, and recorded
	for place, read := range map[string]func(context.Context) ([]byte, error){
		"event history": w.history, "trail files": w.files, "log group": w.groupText,
	} {
		var text []byte
		harness.Eventually(t, "the last record arrives in: "+place, func() bool {
			var err error
			if text, err = read(t.Context()); err != nil {
				t.Fatalf("read %s: %v", place, err)
			}
			return bytes.Contains(text, []byte(end))
		})
		for _, c := range canaries {
			if c.Kind != "secret" && len(c.Value) < 8 {
				continue // a six-digit code may occur in an id by chance
			}
			if bytes.Contains(text, []byte(c.Value)) {
				t.Errorf("a %s of %d characters shows in: %s", c.Kind, len(c.Value), place)
			}
		}
	}
	w.s.Stop(t)
	for _, c := range canaries {
		if len(c.Value) >= 8 && strings.Contains(w.s.Said(), c.Value) {
			t.Errorf("a %s of %d characters shows in the server's log", c.Kind, len(c.Value))
		}
	}
	checkFolder(t, w.s.Data, canaries)
}

func (w *watch) history(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	pages := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(w.cfg), &cloudtrail.LookupEventsInput{})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, e := range p.Events {
			out.WriteString(aws.ToString(e.CloudTrailEvent) + aws.ToString(e.Username))
			for _, r := range e.Resources {
				out.WriteString(aws.ToString(r.ResourceName))
			}
		}
	}
	return out.Bytes(), nil
}

func (w *watch) files(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	store := w.store()
	pages := s3.NewListObjectsV2Paginator(store, &s3.ListObjectsV2Input{Bucket: &w.bucket})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range p.Contents {
			got, err := store.GetObject(ctx, &s3.GetObjectInput{Bucket: &w.bucket, Key: o.Key})
			if err != nil {
				return nil, err
			}
			z, err := gzip.NewReader(got.Body)
			if err == nil {
				_, err = io.Copy(&out, z)
			}
			if err = errors.Join(err, got.Body.Close()); err != nil {
				return nil, err
			}
		}
	}
	return out.Bytes(), nil
}

func (w *watch) groupText(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(cloudwatchlogs.NewFromConfig(w.cfg), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &w.group})
	for pages.HasMorePages() {
		p, err := pages.NextPage(ctx)
		var none *logstypes.ResourceNotFoundException
		if err != nil && !errors.As(err, &none) {
			return nil, err
		}
		if err != nil {
			break
		}
		for _, e := range p.Events {
			out.WriteString(aws.ToString(e.Message))
		}
	}
	return out.Bytes(), nil
}

// checkFolder reads every file below dir: as it is, unpacked if it is gzip, and
// value by value if it is Parquet, whose pages are compressed.
func checkFolder(t *testing.T, dir string, canaries []canary) {
	t.Helper()
	files, segments := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		name, _ := filepath.Rel(dir, path)
		report(t, name, raw, canaries, "secret")
		switch {
		case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
			text, err := gunzip(raw)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			report(t, name, text, canaries, "secret", "name")
		case bytes.HasPrefix(raw, []byte("PAR1")):
			segments++
			report(t, name, parquetText(t, raw), canaries, "secret", "name")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 || segments == 0 {
		t.Errorf("%d files and %d segments below the data folder: this check would prove nothing", files, segments)
	}
}

func report(t *testing.T, file string, text []byte, canaries []canary, kinds ...string) {
	t.Helper()
	for _, c := range canaries {
		for _, kind := range kinds {
			if c.Kind == kind && bytes.Contains(text, []byte(c.Value)) {
				t.Errorf("a %s of %d characters shows in the file %s", c.Kind, len(c.Value), file)
			}
		}
	}
}

// parquetText is all byte values of a Parquet file, one after another.
func parquetText(t *testing.T, raw []byte) []byte {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	rows := make([]parquet.Row, 64)
	for _, g := range f.RowGroups() {
		r := g.Rows()
		for {
			n, err := r.ReadRows(rows)
			for _, row := range rows[:n] {
				for _, v := range row {
					if v.Kind() == parquet.ByteArray {
						out.Write(v.ByteArray())
						out.WriteByte('\n')
					}
				}
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
				break
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}
