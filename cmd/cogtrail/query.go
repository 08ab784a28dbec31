package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/cogtrail/cogtrail/internal/logs/lookuptable"
	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/plan"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
	"github.com/cogtrail/cogtrail/internal/trailfile"
)

const queryHelp = `Usage: cogtrail query [flags] QUERY [PATH …]

Asks CloudTrail files, or log groups of a server, in the Logs Insights language (docs/compat/query-language.md). Without fields or
display the columns are @timestamp and @message; rows come newest first unless they are sorted.

PATH is a file (gzip or plain), a folder, a pattern with * and **, or s3://bucket/prefix. Without PATH, or with -, standard input is
read: documents {"Records":[…]} or one JSON object a line. With --log-group a server is asked instead; endpoint, Region and
credentials come from the environment and the configuration files, as for the AWS CLI (AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE …).

  cogtrail query 'stats count(*) by eventName' './logs/**/*.json.gz'
  cogtrail query 'filter errorCode = "AccessDenied" | fields eventTime, eventName, userIdentity.arn' s3://my-trail/AWSLogs/
  zcat *.json.gz | cogtrail query --output csv 'stats count(*) as n by sourceIPAddress | sort n desc | limit 25'
  cogtrail query --log-group trail --start -1h --chart 'stats count(*) by bin(5m)'

Exit codes: 0 done, also without rows; 1 the query failed, a file could not be read, or there is none; 2 wrong use or a malformed query.

Flags:
`

// queryFlags are the words of the command line.
type queryFlags struct {
	output, start, end string
	groups, tables     stringList
	limit, memory      int
	chart, quiet       bool
}

// stringList is a flag that may be given several times.
type stringList []string

func (l *stringList) String() string     { return strings.Join(*l, ",") }
func (l *stringList) Set(v string) error { *l = append(*l, v); return nil }

// queryCommand runs one query.
func queryCommand(ctx context.Context, p *program, args []string) error {
	var f queryFlags
	fs := p.flags("query", "")
	fs.StringVar(&f.output, "output", "table", "table, json (one object a line) or csv")
	fs.Var(&f.groups, "log-group", "log group of a server, by name or ARN; may be given again")
	fs.Var(&f.tables, "table", "NAME=FILE.csv: a lookup table for queries over files; may be given again")
	fs.StringVar(&f.start, "start", "", "first instant: a time such as 2026-03-01T00:00:00Z, or a span before now such as -1h (default: all of the files; -24h of a log group)")
	fs.StringVar(&f.end, "end", "", "last instant, in the same forms (default: no end; now for a log group)")
	fs.IntVar(&f.limit, "limit", plan.DefaultLimit, "rows at most, unless the query has a limit")
	fs.IntVar(&f.memory, "memory", 256, "megabytes that groups and rows of a query over files may take; a query that needs more fails")
	fs.BoolVar(&f.chart, "chart", false, "draw bars for stats, by time if the query groups by bin()")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress")
	fs.Usage = func() {
		fmt.Fprint(p.stderr, queryHelp)
		fs.PrintDefaults()
	}
	words, err := parseMixed(fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return fmt.Errorf("%w: which query? See cogtrail query --help", errUsage)
	}
	if !slices.Contains([]string{"table", "json", "csv"}, f.output) {
		return fmt.Errorf("%w: --output is table, json or csv", errUsage)
	}
	if f.limit < 1 || f.limit > plan.MaxLimit {
		return fmt.Errorf("%w: --limit is 1 to %d", errUsage, plan.MaxLimit)
	}
	if f.memory < 1 || f.memory > 1<<20 {
		return fmt.Errorf("%w: --memory is 1 to %d", errUsage, 1<<20)
	}
	text, paths := words[0], words[1:]
	compiled, err := plan.Compile(text)
	if err != nil {
		if _, isFile := os.Stat(text); isFile == nil {
			return fmt.Errorf("%w: the query comes before the files, and %s is a file", errUsage, printable(text))
		}
		return malformedQuery(text, err)
	}
	var columns []string
	var rows [][]queryrun.Field
	var late error // what is told after the rows
	if len(f.groups) > 0 {
		if len(paths) > 0 || len(f.tables) > 0 {
			return fmt.Errorf("%w: paths and --table do not go with --log-group", errUsage)
		}
		columns, rows, err = askServer(ctx, p, &f, text, compiled)
	} else {
		columns, rows, late, err = askFiles(ctx, p, &f, compiled, paths)
	}
	if err != nil {
		return err
	}
	if f.chart {
		err = drawChart(p.stdout, columns, rows, terminalWidth(p.stdout))
	} else {
		err = printRows(p.stdout, f.output, columns, rows, terminalWidth(p.stdout))
	}
	return errors.Join(err, late)
}

// malformedQuery shows where a query is wrong.
func malformedQuery(text string, err error) error {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return err
	}
	runes := []rune(text)
	at := min(e.Start, len(runes))
	line := string(runes[:at])
	line = line[strings.LastIndexByte(line, '\n')+1:]
	rest, _, _ := strings.Cut(string(runes[at:]), "\n")
	return fmt.Errorf("%w: %s\n  %s\n  %s^", errUsage, e.Message, printable(line+rest), strings.Repeat(" ", len([]rune(printable(line)))))
}

// askFiles runs a query over files; late tells of files that could not be read to their end.
func askFiles(ctx context.Context, p *program, f *queryFlags, compiled *plan.Plan, paths []string) (columns []string, rows [][]queryrun.Field, late, err error) {
	if compiled.Source != nil {
		return nil, nil, nil, fmt.Errorf("%w: SOURCE names log groups; give --log-group to ask a server", errUsage)
	}
	now := time.Now()
	start, end, err := timeRange(f.start, f.end, time.UnixMilli(0), time.UnixMilli(1<<53), now)
	if err != nil {
		return nil, nil, nil, err
	}
	files, err := findFiles(ctx, p, paths)
	if err != nil {
		return nil, nil, nil, err
	}
	tables, err := readTables(f.tables)
	if err != nil {
		return nil, nil, nil, err
	}
	progress := &trailfile.Progress{}
	src := &trailfile.Source{Files: files, Now: now, Progress: progress}
	stop := f.showProgress(p, func() string {
		return fmt.Sprintf("%d of %d files, %d records", progress.Done.Load(), progress.Total.Load(), progress.Records.Load())
	})
	res, err := queryrun.Run(ctx, compiled, queryrun.Options{
		Source: src, Start: start, End: end, Now: now, Limit: f.limit, Limits: queryrun.Limits{Bytes: int64(f.memory) << 20},
		Groups: func(context.Context, *syntax.Source) (block.Source, error) {
			return nil, errors.New("SOURCE names log groups; files have none")
		},
		Tables: func(_ context.Context, name string) (*queryrun.Table, error) {
			if t := tables[name]; t != nil {
				return t, nil
			}
			return nil, errors.New("no such table; give --table " + name + "=FILE.csv")
		},
	})
	stop()
	if err != nil {
		return nil, nil, nil, err
	}
	return res.Columns, res.Rows, faultsOf(p, src.Faults()), nil
}

// faultsOf names the files that could not be read.
func faultsOf(p *program, faults []*trailfile.FileError) error {
	if len(faults) == 0 {
		return nil
	}
	for _, e := range faults {
		fmt.Fprintln(p.stderr, "cogtrail: not read to its end:", printable(e.Error()))
	}
	return fmt.Errorf("%d files could not be read to their end", len(faults))
}

// findFiles are the files of the command line.
func findFiles(ctx context.Context, p *program, paths []string) (trailfile.Files, error) {
	if len(paths) == 0 || len(paths) == 1 && paths[0] == "-" {
		if f, ok := p.stdin.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			fmt.Fprintln(p.stderr, "cogtrail query: reading records from standard input, to its end; name files to read those")
		}
		return trailfile.Stream("standard input", p.stdin), nil
	}
	var local []string
	var all []trailfile.Files
	for _, arg := range paths {
		if arg == "-" {
			return nil, fmt.Errorf("%w: - stands alone", errUsage)
		}
		if !trailfile.IsS3(arg) {
			local = append(local, arg)
			continue
		}
		files, err := trailfile.S3(ctx, arg)
		if err != nil {
			return nil, err
		}
		all = append(all, files)
	}
	if len(local) > 0 {
		all = append(all, trailfile.Local(local))
	}
	return func(yield func(trailfile.File, error) bool) {
		for _, files := range all {
			for f, err := range files {
				if !yield(f, err) {
					return
				}
			}
		}
	}, nil
}

func readTables(list []string) (map[string]*queryrun.Table, error) {
	out := map[string]*queryrun.Table{}
	for _, arg := range list {
		name, file, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%w: --table wants NAME=FILE.csv", errUsage)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("lookup table: %w", err)
		}
		if out[name], err = lookuptable.Read(string(raw)); err != nil {
			return nil, fmt.Errorf("lookup table %s: %w", file, err)
		}
	}
	return out, nil
}

// timeRange reads the range of the flags, whose end belongs to it.
func timeRange(from, to string, first, last, now time.Time) (start, end time.Time, err error) {
	start, end = first, last
	if from != "" {
		if start, err = instant(from, now); err != nil {
			return start, end, fmt.Errorf("%w: --start: %w", errUsage, err)
		}
	}
	if to != "" {
		if end, err = instant(to, now); err != nil {
			return start, end, fmt.Errorf("%w: --end: %w", errUsage, err)
		}
		end = end.Add(time.Millisecond)
	}
	if !start.Before(end) {
		return start, end, fmt.Errorf("%w: --start is not before --end", errUsage)
	}
	return start, end, nil
}

// instant reads now, a span before now, or a time.
func instant(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok && strings.HasPrefix(text, "-") {
		var n int
		if _, err := fmt.Sscanf(days, "-%d", &n); err == nil && n >= 0 && n < 100_000 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d <= 0 {
		return now.Add(d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a time such as 2026-03-01T00:00:00Z nor a span such as -1h or -7d", text)
}
