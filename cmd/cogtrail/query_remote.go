package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/cogtrail/cogtrail/internal/query/plan"
	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
	"github.com/cogtrail/cogtrail/internal/query/syntax"
)

// pollEvery is how often a server is asked how far a query is.
const pollEvery = 200 * time.Millisecond

// askServer runs a query by the public API of CloudWatch Logs.
func askServer(ctx context.Context, p *program, f *queryFlags, text string, compiled *plan.Plan) (columns []string, rows [][]queryrun.Field, err error) {
	now := time.Now()
	start, end, err := timeRange(f.start, f.end, now.Add(-24*time.Hour), now.Add(time.Millisecond), now)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	client := cloudwatchlogs.NewFromConfig(cfg)
	in := &cloudwatchlogs.StartQueryInput{
		LogGroupIdentifiers: f.groups, QueryString: &text, StartTime: aws.Int64(start.Unix()), EndTime: aws.Int64(end.Add(-time.Millisecond).Unix()),
	}
	if !compiled.Limited {
		in.Limit = aws.Int32(int32(f.limit)) // checked: at most 100,000
	}
	begun, err := client.StartQuery(ctx, in)
	var malformed *types.MalformedQueryException
	if errors.As(err, &malformed) && malformed.QueryCompileError != nil && malformed.QueryCompileError.Location != nil {
		at := malformed.QueryCompileError.Location
		return nil, nil, malformedQuery(text, &syntax.Error{
			Start: int(aws.ToInt32(at.StartCharOffset)), End: int(aws.ToInt32(at.EndCharOffset)), Message: aws.ToString(malformed.QueryCompileError.Message),
		})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("start query: %w", err)
	}
	res, err := waitForQuery(ctx, p, f, client, begun.QueryId)
	if err != nil {
		return nil, nil, err
	}
	for {
		for _, row := range res.Results {
			cells := make([]queryrun.Field, len(row))
			for i, c := range row {
				cells[i] = queryrun.Field{Name: aws.ToString(c.Field), Value: aws.ToString(c.Value)}
			}
			rows = append(rows, cells)
		}
		if res.NextToken == nil {
			return columnsOf(compiled, rows), rows, nil
		}
		if res, err = client.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: begun.QueryId, NextToken: res.NextToken}); err != nil {
			return nil, nil, fmt.Errorf("read results: %w", err)
		}
	}
}

// waitForQuery returns the first page once the query is complete. A query that nobody waits for any more is stopped.
func waitForQuery(ctx context.Context, p *program, f *queryFlags, client *cloudwatchlogs.Client, id *string) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	var last atomic.Pointer[types.QueryStatistics]
	last.Store(&types.QueryStatistics{})
	stop := f.showProgress(p, func() string {
		last := last.Load()
		return fmt.Sprintf("%.0f of %.0f records match, %.0f bytes scanned", last.RecordsMatched, last.RecordsScanned, last.BytesScanned)
	})
	defer stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		res, err := client.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: id})
		if err != nil {
			if ctx.Err() != nil {
				giveUp, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
				defer cancel()
				_, _ = client.StopQuery(giveUp, &cloudwatchlogs.StopQueryInput{QueryId: id}) // it may have ended
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("read results: %w", err)
		}
		switch res.Status {
		case types.QueryStatusComplete:
			return res, nil
		case types.QueryStatusScheduled, types.QueryStatusRunning:
		default:
			return nil, fmt.Errorf("the query has ended as %s; the server's log tells more", strings.ToLower(string(res.Status)))
		}
		if res.Statistics != nil {
			last.Store(res.Statistics)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// columnsOf are the columns of the plan, or those that the rows have, in order.
func columnsOf(compiled *plan.Plan, rows [][]queryrun.Field) []string {
	if compiled.Compare == nil && !compiled.Estimate {
		return compiled.Columns
	}
	var out []string
	seen := map[string]bool{}
	for _, row := range rows {
		for _, c := range row {
			if !seen[c.Name] && c.Name != "@ptr" {
				seen[c.Name] = true
				out = append(out, c.Name)
			}
		}
	}
	return out
}
