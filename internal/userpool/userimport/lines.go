package userimport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

const (
	// maxRow is the longest row, in characters. [Cognito: quotas]
	maxRow = 16_000
	// lineBuffer holds the longest row and its end.
	lineBuffer = maxRow*utf8.UTFMax + 2
)

// lines cuts a file into its lines, however long they are, in bounded memory.
type lines struct{ r *bufio.Reader }

func newLines(r io.Reader) *lines { return &lines{bufio.NewReaderSize(r, lineBuffer)} }

// next returns a line without its end, and how many bytes it took from the file with it. A line that is too long comes as nil with
// long set. The line is valid until the next call. At the end of the file the error is io.EOF.
func (l *lines) next() (line []byte, took int64, long bool, err error) {
	line, err = l.r.ReadSlice('\n')
	took = int64(len(line))
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		line, err = l.r.ReadSlice('\n')
		took += int64(len(line))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, took, false, err
	}
	if took == 0 {
		return nil, 0, false, io.EOF
	}
	if long {
		return nil, took, true, nil
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), took, false, nil
}
