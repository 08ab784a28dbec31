package object

import (
	"fmt"
	"strconv"
	"strings"
)

// span is a run of an object's bytes.
type span struct {
	offset, length int64
	partial        bool
}

// parseRange reads a Range header for an object of size bytes. What is not one
// byte range in good form is ignored, as RFC 9110 says and S3 does; a range that
// begins after the end is refused.
func parseRange(header string, size int64) (span, error) {
	all := span{0, size, false}
	set, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(set, ",") {
		return all, nil
	}
	first, last, ok := strings.Cut(strings.TrimSpace(set), "-")
	if !ok {
		return all, nil
	}
	unsatisfiable := refuse(416, "InvalidRange", "The requested range is not satisfiable",
		"ActualObjectSize", fmt.Sprint(size), "RangeRequested", header)
	if first == "" {
		n, ok := digits(last)
		if !ok {
			return all, nil
		}
		if n == 0 || size == 0 {
			return span{}, unsatisfiable
		}
		n = min(n, size)
		return span{size - n, n, true}, nil
	}
	from, ok := digits(first)
	if !ok {
		return all, nil
	}
	to := size - 1
	if last != "" {
		end, ok := digits(last)
		if !ok || end < from {
			return all, nil
		}
		to = min(end, to)
	}
	if from >= size {
		return span{}, unsatisfiable
	}
	return span{from, to - from + 1, true}, nil
}

// digits reads a whole number; one that is too large counts as the largest.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = 1<<63 - 1
	}
	return n, true
}

// contentRange is the header of a partial answer.
func (s span) contentRange(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", s.offset, s.offset+s.length-1, size)
}
