package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// mark makes a call whose record can be told from all others and returns its request id.
func (t *target) mark(p pool) (id string, err error) {
	_, id, err = t.call("cognito-idp", "DescribeUserPoolClient", map[string]any{"UserPoolId": p.id, "ClientId": p.client}, true)
	if err == nil && id == "" {
		err = errors.New("answer without request id")
	}
	return id, err
}

// histories measures from an answer to its record in LookupEvents, at rest and
// under load, and how long the records of a load take to be sealed.
func (w *work) histories(d time.Duration) error {
	if err := w.history("at rest", 20); err != nil {
		return err
	}
	failed := make(chan error, 1)
	var r *figures
	go func() {
		var err error
		r, err = w.drive(64, d, w.describe)
		failed <- err
	}()
	if err := w.history("while 64 clients call DescribeUserPool", 20); err != nil {
		return err
	}
	if err := <-failed; err != nil {
		return err
	}
	began := time.Now()
	for {
		pending, err := w.pending()
		if err != nil {
			return err
		}
		if pending == 0 {
			break
		}
		if time.Since(began) > time.Minute {
			return fmt.Errorf("%s records not sealed after a minute", fmt.Sprint(pending))
		}
		time.Sleep(10 * time.Millisecond)
	}
	fmt.Printf("records of that load: %.0f/s (with the probes), all sealed %.2f s after its end\n\n", r.rate, time.Since(began).Seconds())
	return nil
}

// history measures so many times from an answer to the record's appearance.
func (w *work) history(when string, n int) error {
	took := make([]time.Duration, 0, n)
	for range n {
		id, err := w.mark(w.plain)
		if err != nil {
			return err
		}
		began := time.Now()
		for found := false; !found; {
			out, _, err := w.call("cloudtrail", "LookupEvents", map[string]any{
				"LookupAttributes": []map[string]string{{"AttributeKey": "EventName", "AttributeValue": "DescribeUserPoolClient"}}, "MaxResults": 1,
			}, true)
			if err != nil {
				return err
			}
			for _, e := range out["Events"].([]any) {
				record, _ := e.(map[string]any)["CloudTrailEvent"].(string)
				found = found || strings.Contains(record, id)
			}
			if time.Since(began) > 30*time.Second {
				return errors.New("record not in history after 30 s")
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	fmt.Printf("answer to history %s: median %.1f ms, most %.1f ms (%d probes, the look-up itself included)\n", when, ms(took[n/2]), ms(took[n-1]), n)
	return nil
}

// pending is the number of records committed but not sealed.
func (t *target) pending() (n float64, err error) {
	raw, _, err := t.send("", http.MethodGet, "/_cogtrail/metrics", nil, nil, false)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "cogtrail_outbox_pending "); ok {
			_, err := fmt.Sscan(rest, &n)
			return n, err
		}
	}
	return 0, errors.New("metrics do not tell what is pending")
}

// buckets measures from an answer to the file in a trail's bucket that holds the
// record, with files every second.
func buckets(o options, dir string) (err error) {
	t, err := launch(o, dir, "COGTRAIL_TRAIL_INTERVAL=1s")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	p, err := t.makePool("trail", "srp")
	if err != nil {
		return err
	}
	if err := t.makeTrail("load-trail"); err != nil {
		return err
	}
	const n = 10
	took, seen := make([]time.Duration, 0, n), map[string]bool{}
	for range n {
		id, err := t.mark(p)
		if err != nil {
			return err
		}
		began := time.Now()
		for found := false; !found; {
			if found, err = t.delivered("load-trail", id, seen); err != nil {
				return err
			}
			if time.Since(began) > 30*time.Second {
				return errors.New("record not in the bucket after 30 s")
			}
			time.Sleep(5 * time.Millisecond)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	fmt.Printf("answer to file in the bucket, trail.interval 1 s: median %.2f s, most %.2f s (%d probes)\n", took[n/2].Seconds(), took[n-1].Seconds(), n)
	return nil
}

// makeTrail makes a bucket of a name and a trail to it, and starts it.
func (t *target) makeTrail(name string) error {
	if _, _, err := t.send("s3", http.MethodPut, "/"+name, nil, nil, true); err != nil {
		return fmt.Errorf("make bucket: %w", err)
	}
	policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::%[1]s"},
{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::%[1]s/AWSLogs/%[2]s/*"}]}`, name, server.Account)
	req := map[string]string{"Content-Type": "application/json"}
	if _, _, err := t.send("s3", http.MethodPut, "/"+name+"?policy=", []byte(policy), req, true); err != nil && !strings.HasPrefix(err.Error(), "204") {
		return fmt.Errorf("put bucket policy: %w", err)
	}
	if _, _, err := t.call("cloudtrail", "CreateTrail", map[string]any{"Name": name, "S3BucketName": name}, true); err != nil {
		return err
	}
	_, _, err := t.call("cloudtrail", "StartLogging", map[string]any{"Name": name}, true)
	return err
}

// delivered reads the files of a bucket that were not seen before and tells
// whether one holds a request id.
func (t *target) delivered(bucket, id string, seen map[string]bool) (bool, error) {
	raw, _, err := t.send("s3", http.MethodGet, "/"+bucket+"?list-type=2&prefix="+url.QueryEscape("AWSLogs/"+server.Account+"/CloudTrail/"), nil, nil, true)
	if err != nil {
		return false, err
	}
	var list struct{ Contents []struct{ Key string } }
	if err := xml.Unmarshal(raw, &list); err != nil {
		return false, err
	}
	found := false
	for _, o := range list.Contents {
		if seen[o.Key] || strings.HasSuffix(o.Key, "/") {
			continue
		}
		seen[o.Key] = true
		file, _, err := t.send("s3", http.MethodGet, "/"+bucket+"/"+o.Key, nil, nil, true)
		if err != nil {
			return false, err
		}
		text, err := unzip(file)
		if err != nil {
			return false, fmt.Errorf("file %s: %w", o.Key, err)
		}
		found = found || bytes.Contains(text, []byte(id))
	}
	return found, nil
}

// unzip takes gzip apart; a client that already did leaves plain text.
func unzip(file []byte) ([]byte, error) {
	if !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
		return file, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
