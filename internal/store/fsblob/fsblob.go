package fsblob

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
)

// Store keeps objects below a folder. It is safe for concurrent use.
type Store struct {
	dir string
}

var _ store.Blob = (*Store)(nil)

// Open prepares dir and clears what a crash left half written. One process may
// use a folder at a time; the caller sees to that.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir}
	if err := os.RemoveAll(s.tmp()); err != nil {
		return nil, fmt.Errorf("clear temporary objects: %w", err)
	}
	for _, d := range []string{s.tmp(), filepath.Join(dir, "buckets")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("make object folder: %w", err)
		}
	}
	if err := syncDir(dir); err != nil {
		return nil, fmt.Errorf("sync object folder: %w", err)
	}
	return s, nil
}

func (s *Store) tmp() string { return filepath.Join(s.dir, "tmp") }

func (s *Store) path(bucket, key string) (string, error) {
	b, err := bucketDir(bucket)
	if err != nil {
		return "", err
	}
	k, err := keyPath(key)
	if err != nil {
		return "", err
	}
	return filepath.Join(s.dir, b, k), nil
}

// Put stores the bytes of r.
func (s *Store) Put(ctx context.Context, bucket, key string, r io.Reader, meta store.BlobMeta) (store.BlobInfo, error) {
	path, err := s.path(bucket, key)
	if err != nil {
		return store.BlobInfo{}, err
	}
	tmp := filepath.Join(s.tmp(), uuid.NewString())
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return store.BlobInfo{}, fmt.Errorf("make temporary object: %w", err)
	}
	kept := false
	defer func() {
		if !kept {
			_ = f.Close()
			_ = os.Remove(tmp) // Open clears what stays
		}
	}()
	info, err := write(ctx, f, key, r, meta)
	if err != nil {
		return store.BlobInfo{}, err
	}
	if err := f.Sync(); err != nil {
		return store.BlobInfo{}, fmt.Errorf("sync object: %w", err)
	}
	if err := f.Close(); err != nil {
		return store.BlobInfo{}, fmt.Errorf("close object: %w", err)
	}
	if err := s.place(tmp, path); err != nil {
		return store.BlobInfo{}, fmt.Errorf("place object: %w", err)
	}
	kept = true
	return info, nil
}

func write(ctx context.Context, f *os.File, key string, r io.Reader, meta store.BlobMeta) (store.BlobInfo, error) {
	sum := md5.New()
	n, err := io.Copy(io.MultiWriter(f, sum), reader{ctx, r})
	if err != nil {
		return store.BlobInfo{}, fmt.Errorf("write object: %w", err)
	}
	fa := &facts{
		Key: key, Size: n, Modified: time.Now().UnixNano(), ContentType: meta.ContentType, Header: meta.Header, ETag: meta.ETag,
	}
	if fa.ETag == "" {
		fa.ETag = hex.EncodeToString(sum.Sum(nil))
	}
	if err := writeFacts(f, fa); err != nil {
		return store.BlobInfo{}, fmt.Errorf("write object facts: %w", err)
	}
	return fa.info(), nil
}

// reader stops when its context does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// place renames a finished file to its path and makes the name durable. A
// concurrent Delete may remove a folder between its making and the renaming.
func (s *Store) place(tmp, path string) error {
	dir := filepath.Dir(path)
	for range 100 {
		made, err := s.mkdir(dir)
		if err != nil {
			return err
		}
		err = os.Rename(tmp, path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := syncDir(dir); err != nil {
			return err
		}
		// The names of new folders, up to the first that was there before.
		for _, d := range made {
			if err := syncDir(filepath.Dir(d)); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("folder vanished again and again: %w", fs.ErrNotExist)
}

// mkdir makes dir and its parents below the store and returns the new ones.
func (s *Store) mkdir(dir string) ([]string, error) {
	var made []string
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil:
		return []string{dir}, nil
	case errors.Is(err, fs.ErrExist):
		return nil, nil
	case !errors.Is(err, fs.ErrNotExist) || dir == s.dir:
		return nil, err
	}
	above, err := s.mkdir(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	made = append(made, above...)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		if errors.Is(err, fs.ErrNotExist) {
			return made, nil // removed again; the renaming finds out
		}
		return nil, err
	}
	return append(made, dir), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed since: nothing to keep
	}
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Get opens an object.
func (s *Store) Get(_ context.Context, bucket, key string, offset, length int64) (io.ReadCloser, store.BlobInfo, error) {
	f, fa, err := s.open(bucket, key)
	if err != nil {
		return nil, store.BlobInfo{}, err
	}
	offset = min(max(offset, 0), fa.Size)
	if length < 0 || length > fa.Size-offset {
		length = fa.Size - offset
	}
	return &section{io.NewSectionReader(f, offset, length), f}, fa.info(), nil
}

// Stat returns an object's facts.
func (s *Store) Stat(_ context.Context, bucket, key string) (store.BlobInfo, error) {
	f, fa, err := s.open(bucket, key)
	if err != nil {
		return store.BlobInfo{}, err
	}
	_ = f.Close() // only read
	return fa.info(), nil
}

func (s *Store) open(bucket, key string) (*os.File, *facts, error) {
	path, err := s.path(bucket, key)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("object: %w", store.ErrNotFound)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open object: %w", err)
	}
	fa, err := readFacts(f)
	if err != nil {
		_ = f.Close() // only read
		return nil, nil, err
	}
	return f, fa, nil
}

// Delete removes an object and the folders it leaves empty.
func (s *Store) Delete(_ context.Context, bucket, key string) error {
	path, err := s.path(bucket, key)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("delete object: %w", err)
	}
	dir := filepath.Dir(path)
	if err := syncDir(dir); err != nil {
		return fmt.Errorf("sync object folder: %w", err)
	}
	for top := filepath.Join(s.dir, "buckets"); dir != top; dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			break // not empty
		}
	}
	return nil
}

// List yields the objects of a bucket in key order.
func (s *Store) List(ctx context.Context, bucket, prefix, after string) iter.Seq2[store.BlobInfo, error] {
	return func(yield func(store.BlobInfo, error) bool) {
		b, err := bucketDir(bucket)
		if err == nil {
			w := walk{ctx: ctx, prefix: prefix, after: after, yield: yield}
			err = w.dir(filepath.Join(s.dir, b), "")
		}
		if err != nil && !errors.Is(err, errStop) {
			yield(store.BlobInfo{}, err)
		}
	}
}

var errStop = errors.New("enough")

type walk struct {
	ctx           context.Context
	prefix, after string
	yield         func(store.BlobInfo, error) bool
}

// dir yields what is below a folder whose keys begin with head. ReadDir sorts by
// name, and names sort as the keys do.
func (w *walk) dir(path, head string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list objects: %w", err)
	}
	for _, e := range entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		text, folder, ok := piece(e.Name())
		if !ok {
			continue
		}
		key := head + text
		sub := filepath.Join(path, e.Name())
		if folder {
			if w.within(key) {
				if err := w.dir(sub, key); err != nil {
					return err
				}
			}
			continue
		}
		if !strings.HasPrefix(key, w.prefix) || key <= w.after {
			continue
		}
		if err := w.file(sub); err != nil {
			return err
		}
	}
	return nil
}

// within tells whether keys that begin with head can be asked for.
func (w *walk) within(head string) bool {
	if !strings.HasPrefix(head, w.prefix) && !strings.HasPrefix(w.prefix, head) {
		return false
	}
	return head > w.after || strings.HasPrefix(w.after, head)
}

func (w *walk) file(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return fmt.Errorf("open object: %w", err)
	}
	fa, err := readFacts(f)
	_ = f.Close() // only read
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if !w.yield(fa.info(), nil) {
		return errStop
	}
	return nil
}

// DropBucket removes everything of a bucket: at once out of sight, then from disk.
func (s *Store) DropBucket(_ context.Context, bucket string) error {
	b, err := bucketDir(bucket)
	if err != nil {
		return err
	}
	away := filepath.Join(s.tmp(), uuid.NewString())
	err = os.Rename(filepath.Join(s.dir, b), away)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("drop bucket: %w", err)
	}
	if err := syncDir(filepath.Join(s.dir, "buckets")); err != nil {
		return fmt.Errorf("sync bucket folder: %w", err)
	}
	if err := os.RemoveAll(away); err != nil {
		return fmt.Errorf("remove dropped bucket: %w", err)
	}
	return nil
}
