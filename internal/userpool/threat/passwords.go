package threat

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

//go:embed common.txt
var common string

// Passwords knows passwords that are no secret any more: the most common ones, and those of a list the operator has.
type Passwords struct {
	common map[[sha256.Size]byte]bool
	list   *hashList // nil without
}

// CommonPasswords knows the most common ones only.
func CommonPasswords() *Passwords {
	p := &Passwords{common: make(map[[sha256.Size]byte]bool)}
	for line := range strings.Lines(common) {
		if line = strings.TrimSpace(line); line != "" {
			p.common[sha256.Sum256([]byte(line))] = true
		}
	}
	return p
}

// OpenPasswords also knows those of a list as "Have I Been Pwned" gives them out: a file with a line HASH:COUNT of each, in the
// order of the hashes, SHA-1 or SHA-256 in hexadecimal; or a folder with a file PREFIX.txt of each first five digits, whose lines
// have the rest. It is searched where it is and never read as a whole.
func OpenPasswords(path string) (*Passwords, error) {
	list, err := openHashList(path)
	if err != nil {
		return nil, fmt.Errorf("list of passwords %s: %w", path, err)
	}
	p := CommonPasswords()
	p.list = list
	return p, nil
}

// Close closes the list.
func (p *Passwords) Close() error {
	if p.list == nil || p.list.file == nil {
		return nil
	}
	return p.list.file.Close()
}

// Listed tells whether a password is known. It looks everywhere, so that the time it takes tells little.
func (p *Passwords) Listed(text string) (bool, error) {
	found := p.common[sha256.Sum256([]byte(text))]
	if p.list == nil {
		return found, nil
	}
	has, err := p.list.has(text)
	if err != nil {
		return false, fmt.Errorf("search list of passwords: %w", err)
	}
	return found || has, nil
}

// prefixDigits is how many digits name a file of a folder.
const prefixDigits = 5

// hashList is a sorted list of hashes on disk.
type hashList struct {
	file   *os.File // nil if it is a folder
	size   int64
	folder string
	digits int // of a hash
}

var errList = errors.New("not a list of hashes")

func openHashList(path string) (*hashList, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		l := &hashList{folder: path}
		raw, err := os.ReadFile(l.part("00000"))
		if err != nil {
			return nil, err
		}
		n := bytes.IndexByte(raw, ':')
		if l.digits = n + prefixDigits; n < 0 || l.digits != 2*sha1.Size && l.digits != 2*sha256.Size {
			return nil, fmt.Errorf("00000.txt: %w", errList)
		}
		return l, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	l := &hashList{file: f, size: info.Size()}
	if err := l.probe(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

func (l *hashList) part(prefix string) string { return filepath.Join(l.folder, prefix+".txt") }

// probe finds out the kind of hash, and looks whether first and last line are in order.
func (l *hashList) probe() error {
	head := make([]byte, min(maxLine, l.size))
	if _, err := l.file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	n := bytes.IndexByte(first, ':')
	if n < 0 {
		n = len(bytes.TrimSpace(first))
	}
	if n != 2*sha1.Size && n != 2*sha256.Size || !isHex(first[:n]) {
		return errList
	}
	l.digits = n
	tail := make([]byte, min(2*maxLine, l.size))
	if _, err := l.file.ReadAt(tail, l.size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	tail = bytes.TrimSpace(tail)
	last := tail[bytes.LastIndexByte(tail, '\n')+1:]
	if len(last) < n || !isHex(last[:n]) || bytes.Compare(bytes.ToUpper(last[:n]), bytes.ToUpper(first[:n])) < 0 {
		return fmt.Errorf("last line: %w", errList)
	}
	return nil
}

func isHex(b []byte) bool {
	_, err := hex.Decode(make([]byte, len(b)/2), b)
	return err == nil
}

func (l *hashList) has(text string) (bool, error) {
	var sum []byte
	if l.digits == 2*sha1.Size {
		s := sha1.Sum([]byte(text)) // the lists' hash, not ours: nothing is protected by it
		sum = s[:]
	} else {
		s := sha256.Sum256([]byte(text))
		sum = s[:]
	}
	want := strings.ToUpper(hex.EncodeToString(sum))
	if l.file != nil {
		return search(l.file, l.size, want)
	}
	f, err := os.Open(l.part(want[:prefixDigits]))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	return search(f, info.Size(), want[prefixDigits:])
}

const (
	// maxLine is longer than any line of a list.
	maxLine = 128
	// block is how much is looked through from line to line in the end.
	block = 4096
)

// search looks for the line that begins with want, in upper case, among sorted lines.
func search(r io.ReaderAt, size int64, want string) (bool, error) {
	buf := make([]byte, block+maxLine)
	lo, hi := int64(0), size // the line begins in [lo, hi), lo is the beginning of a line
	for hi-lo > block {
		mid := lo + (hi-lo)/2
		n, err := r.ReadAt(buf[:2*maxLine], mid)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		end := bytes.IndexByte(buf[:n], '\n')
		if end < 0 {
			return false, errList // a line longer than any
		}
		start := mid + int64(end) + 1
		if start >= hi {
			hi = mid + 1 // no line begins between; those before remain
			continue
		}
		if less(want, line(buf[end+1:n])) {
			hi = start
		} else {
			lo = start
		}
	}
	n, err := r.ReadAt(buf[:min(int64(len(buf)), size-lo)], lo)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	found := false
	for rest := buf[:n]; len(rest) > 0; {
		var one []byte
		one, rest, _ = bytes.Cut(rest, []byte("\n"))
		if string(line(one)) == want {
			found = true
		}
	}
	return found, nil
}

// line is the hash of a line, in upper case.
func line(b []byte) []byte {
	n := bytes.IndexAny(b, ":\r\n")
	if n < 0 {
		n = len(b)
	}
	return bytes.ToUpper(b[:n])
}

func less(want string, b []byte) bool { return want < string(b) }
