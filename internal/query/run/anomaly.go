package run

import (
	"context"
	"regexp"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

// anomaly marks patterns in the column @anomaly by comparing with the period of equal length before: one that tells of an HTTP
// error, a pattern that is new, one whose share of the events has changed by more than frequencyChange times, one with a token that
// has unexpected values, and one whose numbers have strayed; the first that holds. AWS's model is not public (inferred).
func (r *runner) anomaly(ctx context.Context, stage int, t *Table) (*Table, error) {
	pattern, ratio := t.column("@pattern"), t.column("@ratio")
	col := t.ensure("@anomaly")
	if pattern < 0 || ratio < 0 { // after diff, which compares itself
		return t, nil
	}
	before, book, err := r.earlier(ctx, stage, r.opt.End.Sub(r.opt.Start))
	if err != nil {
		return nil, err
	}
	shares := map[string]float64{}
	for _, row := range before.Rows {
		shares[row[0].Raw()], _ = row[1].Num()
	}
	for _, row := range t.Rows {
		now, _ := row[ratio].Num()
		was, seen := shares[row[pattern].Raw()]
		kind := ""
		switch {
		case httpError.MatchString(row[pattern].Raw()):
			kind = "HTTP error code"
		case len(before.Rows) == 0: // nothing to compare with
		case !seen:
			kind = "New pattern"
		case now > was*frequencyChange || was > now*frequencyChange:
			kind = "Pattern frequency"
		default:
			kind = tokenAnomaly(r.book[row[pattern].Raw()], book[row[pattern].Raw()])
		}
		if kind != "" {
			row[col] = value.OfString(kind)
		}
	}
	return t, nil
}

// tokenAnomaly tells what is unusual about the tokens of a pattern, "" if nothing.
func tokenAnomaly(now, before []tokenValues) string {
	kind := ""
	for i := range min(len(now), len(before)) {
		if now[i].unexpected(&before[i]) {
			return "Token variation"
		}
		if now[i].strayed(&before[i]) {
			kind = "Numerical token"
		}
	}
	return kind
}

// frequencyChange is how many times a share must grow or shrink to be told.
const frequencyChange = 3

// httpError finds words for the classes of HTTP errors; the codes themselves are dynamic tokens of a pattern.
var httpError = regexp.MustCompile(`(?i)\b(bad request|unauthorized|forbidden|not found|too many requests|internal server error|bad gateway|service unavailable|gateway timeout)\b`)
