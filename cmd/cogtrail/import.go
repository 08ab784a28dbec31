package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cogtrail/cogtrail/internal/logs/backfill"
	"github.com/cogtrail/cogtrail/internal/trailfile"
)

const importHelp = `Usage: cogtrail import --log-group NAME [flags] [PATH …]

Brings CloudTrail records of any age into a log group of a running server, where queries find them beside its own.

PATH is a file (gzip or plain), a folder, a pattern with * and **, or s3://bucket/prefix; without PATH, or with -, standard input is
read. The server is --endpoint or AWS_ENDPOINT_URL. The root access key lets in: COGTRAIL_ROOT_ACCESS_KEY_ID and
COGTRAIL_ROOT_SECRET_ACCESS_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.

An import may be run again at any time: files named in the checkpoint are passed over, and records whose eventID the group has are
left out.

  aws logs create-log-group --log-group-name archive
  cogtrail import --log-group archive './AWSLogs/**/*.json.gz'
  cogtrail import --log-group archive s3://my-trail/AWSLogs/111122223333/CloudTrail/

Exit codes: 0 done, 1 a file could not be read or the server failed, 2 wrong use.

Flags:
`

// Sizes of a batch, well below what the server takes.
const (
	importRecords = 2000
	importBytes   = 4 << 20
	importTries   = 6
)

// importCommand sends files to a server.
func importCommand(ctx context.Context, p *program, args []string) error {
	fs := p.flags("import", "")
	group := fs.String("log-group", "", "log group to fill; it must exist")
	stream := fs.String("stream", "", "log stream (default <account>_CloudTrail_<region> of each record)")
	account := fs.String("account", "", "account of the log group (default the server's)")
	region := fs.String("region", p.getenv("AWS_REGION"), "Region of the log group (default AWS_REGION, else the server's)")
	endpoint := fs.String("endpoint", p.getenv("AWS_ENDPOINT_URL"), "URL of the server (default AWS_ENDPOINT_URL)")
	checkpoint := fs.String("checkpoint", "", "file that remembers what is done (default below the user's cache folder; none: no file)")
	quiet := fs.Bool("quiet", false, "no progress")
	fs.Usage = func() {
		fmt.Fprint(p.stderr, importHelp)
		fs.PrintDefaults()
	}
	paths, err := parseMixed(fs, args)
	if err != nil {
		return err
	}
	if *group == "" {
		return fmt.Errorf("%w: --log-group is needed", errUsage)
	}
	server, err := url.Parse(*endpoint)
	if err != nil || server.Scheme != "http" && server.Scheme != "https" || server.Host == "" {
		return fmt.Errorf("%w: --endpoint or AWS_ENDPOINT_URL must be the URL of a server", errUsage)
	}
	q := url.Values{"logGroup": {*group}}
	for name, v := range map[string]string{"stream": *stream, "account": *account, "region": *region} {
		if v != "" {
			q.Set(name, v)
		}
	}
	target := server.JoinPath("/_cogtrail/import")
	target.RawQuery = q.Encode()
	files, err := findFiles(ctx, p, paths)
	if err != nil {
		return err
	}
	done, err := openCheckpoint(*checkpoint, target.String(), len(paths) == 0 || paths[0] == "-")
	if err != nil {
		return err
	}
	i := &sender{target: target.String(), done: done, client: &http.Client{Timeout: 5 * time.Minute}}
	i.id, i.secret = p.getenv("COGTRAIL_ROOT_ACCESS_KEY_ID"), p.getenv("COGTRAIL_ROOT_SECRET_ACCESS_KEY")
	if i.id == "" {
		i.id, i.secret = p.getenv("AWS_ACCESS_KEY_ID"), p.getenv("AWS_SECRET_ACCESS_KEY")
	}
	stop := func() {}
	if !*quiet {
		stop = p.progress(i.state)
	}
	err = i.run(ctx, files)
	stop()
	if err := errors.Join(err, done.close()); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%d files, %d passed over; %d records taken, %d there already, %d older than the retention\n",
		i.files.Load(), i.skipped.Load(), i.accepted.Load(), i.duplicates.Load(), i.expired.Load())
	return faultsOf(p, i.faults)
}

// sender sends records in batches, one file after the other.
type sender struct {
	target, id, secret string
	client             *http.Client
	done               *checkpointFile
	faults             []*trailfile.FileError

	files, skipped, accepted, duplicates, expired atomic.Int64

	body    bytes.Buffer
	records int
}

func (i *sender) state() string {
	return fmt.Sprintf("%d files, %d records taken, %d there already", i.files.Load()+i.skipped.Load(), i.accepted.Load(), i.duplicates.Load())
}

func (i *sender) run(ctx context.Context, files trailfile.Files) error {
	for f, err := range files {
		if err != nil {
			return err
		}
		if i.done.has(f) {
			i.skipped.Add(1)
			continue
		}
		whole, err := i.file(ctx, f)
		if err != nil {
			return err
		}
		i.files.Add(1)
		// A file is done when all its records are answered for.
		if err := i.send(ctx); err != nil {
			return err
		}
		if whole {
			if err := i.done.add(f); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// file sends the records of a file; whole is false if it is damaged. Errors are those of the server.
func (i *sender) file(ctx context.Context, f trailfile.File) (whole bool, err error) {
	fault := func(err error) (bool, error) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		i.faults = append(i.faults, &trailfile.FileError{Name: f.Name, Err: err})
		return false, nil
	}
	in, err := f.Open(ctx)
	if err != nil {
		return fault(err)
	}
	defer in.Close()
	r, err := trailfile.NewReader(in)
	if err != nil {
		return fault(err)
	}
	whole = true
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return fault(err)
		}
		if !rec.Timed {
			whole, _ = fault(errors.New("a record without eventTime was left out"))
			continue
		}
		i.body.Write(rec.Message)
		i.body.WriteByte('\n')
		if i.records++; i.records == importRecords || i.body.Len() >= importBytes {
			if err := i.send(ctx); err != nil {
				return false, err
			}
		}
	}
}

// send sends what has gathered, again and again while the server cannot take it.
func (i *sender) send(ctx context.Context) error {
	if i.records == 0 {
		return nil
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := z.Write(i.body.Bytes()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	for try := 1; ; try++ {
		again, err := i.post(ctx, packed.Bytes())
		if err == nil {
			i.body.Reset()
			i.records = 0
			return nil
		}
		if !again || try == importTries || ctx.Err() != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second << try / 2):
		}
	}
}

// post sends one batch; again tells whether trying once more may help.
func (i *sender) post(ctx context.Context, body []byte) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.target, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/gzip")
	req.Header.Set("User-Agent", "cogtrail-import/"+version)
	req.SetBasicAuth(i.id, i.secret)
	res, err := i.client.Do(req)
	if err != nil {
		return true, fmt.Errorf("send records: %w", err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return true, fmt.Errorf("read answer: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		var e struct{ Error string }
		if json.Unmarshal(raw, &e) != nil || e.Error == "" {
			e.Error = strings.TrimSpace(string(raw))
		}
		return res.StatusCode >= 500, fmt.Errorf("the server answers %d: %s", res.StatusCode, printable(e.Error))
	}
	var out backfill.Outcome
	if err := json.Unmarshal(raw, &out); err != nil {
		return false, fmt.Errorf("read answer: %w", err)
	}
	i.accepted.Add(int64(out.Accepted))
	i.duplicates.Add(int64(out.Duplicates))
	i.expired.Add(int64(out.Expired))
	return false, nil
}
