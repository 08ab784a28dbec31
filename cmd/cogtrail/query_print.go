package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"

	queryrun "github.com/cogtrail/cogtrail/internal/query/run"
)

// terminalWidth is the width of the terminal behind w in characters, 0 if there is none.
func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 80
	}
	return width
}

// printable keeps what a log event holds from acting on a terminal.
func printable(s string) string {
	clean := true
	for _, r := range s {
		clean = clean && r != utf8.RuneError && (unicode.IsPrint(r) || r == ' ')
	}
	if clean {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) && r != utf8.RuneError {
			b.WriteRune(r)
			continue
		}
		q := strconv.QuoteRune(r)
		b.WriteString(q[1 : len(q)-1])
	}
	return b.String()
}

// printRows writes rows; cells of columns a row lacks stay empty, or are left out of JSON.
func printRows(w io.Writer, form string, columns []string, rows [][]queryrun.Field, width int) error {
	out := bufio.NewWriter(w)
	var err error
	switch form {
	case "json":
		err = printJSON(out, columns, rows)
	case "csv":
		err = printCSV(out, columns, rows)
	default:
		printTable(out, columns, rows, width)
	}
	if err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}

// printJSON writes one object a line, with its members in the order of the columns.
func printJSON(w *bufio.Writer, columns []string, rows [][]queryrun.Field) error {
	for _, row := range rows {
		sep := "{"
		for _, name := range columns {
			v, ok := cell(row, name)
			if !ok {
				continue
			}
			for _, s := range []string{name, v} {
				raw, err := json.Marshal(s)
				if err != nil {
					return err
				}
				w.WriteString(sep)
				w.Write(raw)
				sep = ":"
			}
			sep = ","
		}
		if sep == "{" {
			w.WriteString("{")
		}
		w.WriteString("}\n")
	}
	return nil
}

func printCSV(w io.Writer, columns []string, rows [][]queryrun.Field) error {
	c := csv.NewWriter(w)
	if err := c.Write(columns); err != nil {
		return err
	}
	record := make([]string, len(columns))
	for _, row := range rows {
		for i, name := range columns {
			record[i], _ = cell(row, name)
		}
		if err := c.Write(record); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func cell(row []queryrun.Field, name string) (string, bool) {
	for _, f := range row {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// printTable aligns columns. On a terminal long cells are cut so that a row fits if it can.
func printTable(w *bufio.Writer, columns []string, rows [][]queryrun.Field, width int) {
	const least = 12
	widths := make([]int, len(columns))
	texts := make([][]string, 0, len(rows)+1)
	head := make([]string, len(columns))
	for i, n := range columns {
		head[i] = printable(n)
	}
	texts = append(texts, head)
	for _, row := range rows {
		line := make([]string, len(columns))
		for i, n := range columns {
			v, _ := cell(row, n)
			line[i] = printable(v)
		}
		texts = append(texts, line)
	}
	for _, line := range texts {
		for i, s := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(s))
		}
	}
	if width > 0 { // the widest column gives way first
		for total(widths) > width {
			at := 0
			for i := range widths {
				if widths[i] > widths[at] {
					at = i
				}
			}
			if widths[at] <= least {
				break
			}
			widths[at] = max(least, widths[at]-(total(widths)-width))
		}
	}
	for n, line := range texts {
		printLine(w, line, widths)
		if n == 0 {
			rule := make([]string, len(widths))
			for i, x := range widths {
				rule[i] = strings.Repeat("-", x)
			}
			printLine(w, rule, widths)
		}
	}
}

func total(widths []int) int {
	n := 2 * max(len(widths)-1, 0)
	for _, w := range widths {
		n += w
	}
	return n
}

func printLine(w *bufio.Writer, line []string, widths []int) {
	for i, s := range line {
		if i > 0 {
			w.WriteString("  ")
		}
		n := utf8.RuneCountInString(s)
		if n > widths[i] {
			s = string([]rune(s)[:widths[i]-1]) + "…"
			n = widths[i]
		}
		w.WriteString(s)
		if i < len(line)-1 {
			w.WriteString(strings.Repeat(" ", widths[i]-n))
		}
	}
	w.WriteByte('\n')
}
