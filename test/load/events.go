package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/test/server"
)

// dataEvents measures how many data events a server makes durable: 64 clients read an object of which a trail takes
// data events, first into files alone and then into a log group with metric filters too.
func dataEvents(o options) (err error) {
	dir, err := os.MkdirTemp("", "cogtrail-events-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t, err := launch(o, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	w := &work{target: t}
	if err := w.prepareEvents(); err != nil {
		return err
	}
	read := func(int64) error {
		_, _, err := t.send("s3", http.MethodGet, "/load-data/object", nil, nil, true)
		return err
	}
	fmt.Printf("64 clients read one object of 1 kB for %s each; every read is a data event, durable before it is answered.\n\n", o.each)
	fmt.Println("| data events into | records/s | p50 ms | p99 ms | CPU ms/call | sealed after the end, s |")
	fmt.Println("|---|---|---|---|---|---|")
	row := func(name string) (calls float64, err error) {
		r, err := w.drive(64, o.each, read)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		for pending := 1.0; pending > 0; {
			if pending, err = t.pending(); err != nil {
				return 0, err
			}
			if time.Since(began) > 5*time.Minute {
				return 0, fmt.Errorf("%.0f records not sealed after five minutes", pending)
			}
			time.Sleep(10 * time.Millisecond)
		}
		fmt.Printf("| %s | %.0f | %.2f | %.2f | %.2f | %.2f |\n", name, r.rate, ms(r.p50), ms(r.p99), ms(r.cpu), time.Since(began).Seconds())
		return float64(r.calls), nil
	}
	if _, err := row("files of a trail"); err != nil {
		return err
	}
	if err := w.prepareFilters(); err != nil {
		return err
	}
	began := time.Now()
	calls, err := row("the same, and a log group with three metric filters")
	if err != nil {
		return err
	}
	// The metric is the proof: it has counted each record once.
	var counted float64
	for deadline := time.Now().Add(time.Minute); counted != calls; time.Sleep(100 * time.Millisecond) {
		if counted, err = t.sum(began); err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the metric filter counted %.0f of %.0f records", counted, calls)
		}
	}
	fmt.Printf("\nThe metric counts %.0f records of %.0f reads; memory %d MB, most %d MB.\n", counted, calls, t.status("VmRSS"), t.status("VmHWM"))
	return nil
}

// prepareEvents makes an object and a trail that takes the data events of its bucket.
func (w *work) prepareEvents() error {
	if err := w.makeTrail("load-trail"); err != nil {
		return err
	}
	if _, _, err := w.send("s3", http.MethodPut, "/load-data", nil, nil, true); err != nil {
		return fmt.Errorf("make bucket: %w", err)
	}
	if _, _, err := w.send("s3", http.MethodPut, "/load-data/object", make([]byte, 1024), nil, true); err != nil {
		return fmt.Errorf("put object: %w", err)
	}
	_, _, err := w.call("cloudtrail", "PutEventSelectors", map[string]any{"TrailName": "load-trail", "EventSelectors": []any{map[string]any{
		"ReadWriteType": "All", "IncludeManagementEvents": false,
		"DataResources": []any{map[string]any{"Type": "AWS::S3::Object", "Values": []string{"arn:aws:s3:::load-data/"}}},
	}}}, true)
	return err
}

// prepareFilters gives the trail a log group, and the group metric filters.
func (w *work) prepareFilters() error {
	if _, _, err := w.call("logs", "CreateLogGroup", map[string]any{"logGroupName": "load/records"}, true); err != nil {
		return err
	}
	for name, pattern := range map[string]string{
		"reads": `{ $.eventName = "GetObject" }`, "failures": `{ $.errorCode = "*" }`, "others": `{ ($.eventSource = "s3.amazonaws.com") && ($.userIdentity.type != "Root") }`,
	} {
		_, _, err := w.call("logs", "PutMetricFilter", map[string]any{
			"logGroupName": "load/records", "filterName": name, "filterPattern": pattern,
			"metricTransformations": []any{map[string]string{"metricName": name, "metricNamespace": "Load", "metricValue": "1"}},
		}, true)
		if err != nil {
			return err
		}
	}
	const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	const deliver = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}`
	err := errors.Join(
		w.form("iam", url.Values{"Version": {"2010-05-08"}, "Action": {"CreateRole"}, "RoleName": {"load"}, "AssumeRolePolicyDocument": {trust}}, nil),
		w.form("iam", url.Values{"Version": {"2010-05-08"}, "Action": {"PutRolePolicy"}, "RoleName": {"load"}, "PolicyName": {"logs"}, "PolicyDocument": {deliver}}, nil),
	)
	if err != nil {
		return err
	}
	_, _, err = w.call("cloudtrail", "UpdateTrail", map[string]any{
		"Name": "load-trail", "CloudWatchLogsRoleArn": "arn:aws:iam::" + server.Account + ":role/load",
		"CloudWatchLogsLogGroupArn": "arn:aws:logs:" + server.Region + ":" + server.Account + ":log-group:load/records:*",
	}, true)
	return err
}

// form sends a call of AWS's query protocol; answer, if not nil, gets the XML.
func (t *target) form(service string, values url.Values, answer *[]byte) error {
	raw, _, err := t.send(service, http.MethodPost, "/", []byte(values.Encode()), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, true)
	if err != nil {
		return fmt.Errorf("%s: %w", values.Get("Action"), err)
	}
	if answer != nil {
		*answer = raw
	}
	return nil
}

var sums = regexp.MustCompile(`<Sum>([^<]+)</Sum>`)

// sum is what the metric of reads has counted since a time.
func (t *target) sum(since time.Time) (n float64, err error) {
	var raw []byte
	err = t.form("monitoring", url.Values{
		"Version": {"2010-08-01"}, "Action": {"GetMetricStatistics"}, "Namespace": {"Load"}, "MetricName": {"reads"}, "Period": {"60"}, "Statistics.member.1": {"Sum"},
		"StartTime": {since.Add(-time.Minute).UTC().Format(time.RFC3339)}, "EndTime": {time.Now().Add(time.Minute).UTC().Format(time.RFC3339)},
	}, &raw)
	if err != nil {
		return 0, err
	}
	for _, m := range sums.FindAllSubmatch(raw, -1) {
		x, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return 0, err
		}
		n += x
	}
	return n, nil
}
