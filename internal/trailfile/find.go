package trailfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
)

// File is one file to read.
type File struct {
	// Name is shown and kept in checkpoints; Version changes with the content.
	Name, Version string
	Size          int64 // 0 if not known
	Open          func(ctx context.Context) (io.ReadCloser, error)
}

// FileError is what is wrong with one file.
type FileError struct {
	Name string
	Err  error
}

func (e *FileError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns the reason.
func (e *FileError) Unwrap() error { return e.Err }

// Files are files in a stable order.
type Files iter.Seq2[File, error]

// Local finds files by paths, folders (all files below) and patterns with *, ?, [ ] and ** for any number of folders, in
// the order of the arguments and then by name. An argument that names no file is an error.
func Local(args []string) Files {
	return func(yield func(File, error) bool) {
		for _, arg := range args {
			names, err := local(arg)
			if err != nil {
				yield(File{}, err)
				return
			}
			for _, name := range names {
				info, err := os.Stat(name)
				if err != nil {
					yield(File{}, err)
					return
				}
				f := File{Name: name, Size: info.Size(), Version: fmt.Sprintf("%d-%d", info.Size(), info.ModTime().UnixNano())}
				f.Open = func(context.Context) (io.ReadCloser, error) { return os.Open(name) }
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

func local(arg string) ([]string, error) {
	info, err := os.Stat(arg)
	switch {
	case err == nil && !info.IsDir():
		return []string{arg}, nil
	case err == nil:
		names, err := below(arg, func(string) bool { return true })
		if err == nil && len(names) == 0 {
			return nil, fmt.Errorf("there is no file in %s", arg)
		}
		return names, err
	case !strings.ContainsAny(arg, "*?["):
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, fmt.Errorf("%s: %w", arg, failed.Err)
		}
		return nil, err
	}
	// The folder before the first wildcard is where to look.
	parts := strings.Split(filepath.ToSlash(arg), "/")
	fixed := slices.IndexFunc(parts, func(p string) bool { return strings.ContainsAny(p, "*?[") })
	root := strings.Join(parts[:fixed], "/")
	switch {
	case fixed == 0:
		root = "."
	case root == "":
		root = "/"
	}
	for _, p := range parts[fixed:] {
		if _, err := path.Match(p, ""); err != nil {
			return nil, fmt.Errorf("pattern %s: %w", arg, err)
		}
	}
	names, err := below(filepath.FromSlash(root), func(rel string) bool { return match(parts[fixed:], strings.Split(rel, "/")) })
	if err == nil && len(names) == 0 {
		return nil, fmt.Errorf("no file matches %s", arg)
	}
	return names, err
}

// below lists the files below a folder whose path in it is taken, by name.
func below(root string, take func(rel string) bool) ([]string, error) {
	var out []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		if d.IsDir() || !take(filepath.ToSlash(rel)) {
			return nil
		}
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
			return err
		}
		out = append(out, name)
		return nil
	})
	return out, err
}

// match matches path segments; ** stands for any number of them.
func match(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		for i := range len(name) + 1 {
			if match(pattern[1:], name[i:]) {
				return true
			}
		}
		return false
	}
	if len(name) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	return err == nil && ok && match(pattern[1:], name[1:])
}

// errOnce tells of a query that reads the past, or other events, beside what it asks about.
var errOnce = errors.New("it can be read only once, and this query reads several times; give it as a file")

// Stream is one file that is read once, such as standard input. It cannot be opened again.
func Stream(name string, r io.Reader) Files {
	var opened atomic.Bool
	return func(yield func(File, error) bool) {
		yield(File{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
			if opened.Swap(true) {
				return nil, errOnce
			}
			return io.NopCloser(r), nil
		}}, nil)
	}
}
