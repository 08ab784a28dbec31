package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
)

// chartWidth is the width of a chart that goes to no terminal.
const chartWidth = 80

// drawChart draws a bar for each row: its label is made of the columns that are no numbers, its length of the first column
// that is one. Rows with a time are drawn in the order of time.
func drawChart(w io.Writer, columns []string, rows [][]queryrun.Field, width int) error {
	if width == 0 {
		width = chartWidth
	}
	values := slices.IndexFunc(columns, func(n string) bool { return column(rows, n, isNumber) })
	if values < 0 {
		return errors.New("there is nothing to draw: no column of the result holds numbers only")
	}
	if at := slices.IndexFunc(columns, func(n string) bool { return column(rows, n, isTime) }); at >= 0 {
		slices.SortStableFunc(rows, func(a, b []queryrun.Field) int {
			x, _ := cell(a, columns[at])
			y, _ := cell(b, columns[at])
			return strings.Compare(x, y)
		})
	}
	labels, texts := make([]string, len(rows)), make([]string, len(rows))
	numbers := make([]float64, len(rows))
	most, labelWidth, textWidth := 0.0, 0, 0
	for i, row := range rows {
		var parts []string
		for j, n := range columns {
			if v, ok := cell(row, n); ok && j != values && !column(rows, n, isNumber) {
				parts = append(parts, printable(v))
			}
		}
		labels[i] = strings.Join(parts, "  ")
		texts[i], _ = cell(row, columns[values])
		numbers[i], _ = strconv.ParseFloat(texts[i], 64)
		most = max(most, math.Abs(numbers[i]))
		labelWidth, textWidth = max(labelWidth, utf8.RuneCountInString(labels[i])), max(textWidth, len(texts[i]))
	}
	labelWidth = min(labelWidth, max(width/2, 23)) // a time always fits
	bars := max(width-labelWidth-textWidth-4, 10)
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "%s\n", printable(columns[values]))
	for i := range rows {
		label := labels[i]
		n := utf8.RuneCountInString(label)
		if n > labelWidth {
			label, n = string([]rune(label)[:labelWidth-1])+"…", labelWidth
		}
		fmt.Fprintf(out, "%s%s  %s %s\n", label, strings.Repeat(" ", labelWidth-n), bar(math.Abs(numbers[i]), most, bars), texts[i])
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write chart: %w", err)
	}
	return nil
}

// bar draws n of most in eighths of a character.
func bar(n, most float64, width int) string {
	if most == 0 {
		return ""
	}
	eighths := int(math.Round(n / most * float64(width) * 8))
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}

// column tells whether every row that has the column passes test, and one has it.
func column(rows [][]queryrun.Field, name string, test func(string) bool) bool {
	seen := false
	for _, row := range rows {
		if v, ok := cell(row, name); ok {
			if !test(v) {
				return false
			}
			seen = true
		}
	}
	return seen
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func isTime(s string) bool {
	_, err := time.Parse("2006-01-02 15:04:05.000", s)
	return err == nil
}
