package userimport

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	// bucket is no name that S3 would give.
	bucket = ".userimports"

	linkLife = 15 * time.Minute // [Cognito: CreateUserImportJob]
	maxFile  = 100 << 20        // bytes [Cognito: quotas]

	// Uploads at the same time: of one account, so that nobody keeps others out, and of all.
	maxUploads    = 4
	maxAllUploads = 32

	linkPurpose = "user import upload"
)

// Why a file is not taken.
var (
	ErrSignature = errors.New("upload URL is not one of this server")
	ErrExpired   = errors.New("upload URL has expired")
	ErrClosed    = errors.New("user import job takes no file")
	ErrTooLarge  = errors.New("file is larger than 100 MB")
	ErrTooMany   = errors.New("too many files are being uploaded")
)

// link is the URL that a job's file goes to. Whoever has it may upload the file until it expires: it carries a MAC of what it says.
func (s *Service) link(j *userpool.ImportJob) string {
	until := strconv.FormatInt(j.Created.Add(linkLife).Unix(), 10)
	sum := s.Realm.Vault.MAC(linkPurpose, []byte(j.Pool), []byte(j.ID), []byte(until))
	q := url.Values{"pool": {string(j.Pool)}, "job": {j.ID}, "expires": {until}, "signature": {hex.EncodeToString(sum[:])}}
	return s.URL + "?" + q.Encode()
}

// proved returns the pool and job that an upload URL is for. It reads no row, so that strangers cost nothing.
func (s *Service) proved(q url.Values) (pool userpool.PoolID, id string, err error) {
	one := func(name string) []byte { return []byte(q.Get(name)) }
	var sum [32]byte
	raw, err := hex.DecodeString(q.Get("signature"))
	if err != nil || len(raw) != len(sum) {
		return "", "", ErrSignature
	}
	copy(sum[:], raw)
	if !s.Realm.Vault.CheckMAC(linkPurpose, sum, one("pool"), one("job"), one("expires")) {
		return "", "", ErrSignature
	}
	until, err := strconv.ParseInt(q.Get("expires"), 10, 64)
	if err != nil {
		return "", "", ErrSignature
	}
	if s.Now().Unix() >= until {
		return "", "", ErrExpired
	}
	return userpool.PoolID(q.Get("pool")), q.Get("job"), nil
}

// Upload takes the file of a job, durably, and returns its ETag. A later file takes the place of an earlier one until the job is
// started. size is what the client says the file has, or -1.
func (s *Service) Upload(ctx context.Context, q url.Values, body io.Reader, size int64) (etag string, err error) {
	pool, id, err := s.proved(q)
	if err != nil {
		return "", err
	}
	if size > maxFile {
		return "", ErrTooLarge
	}
	account := ""
	if err := s.State.View(ctx, func(tx store.Tx) error {
		j, err := s.waiting(tx, pool, id)
		if err == nil {
			account = j.Account
		}
		return err
	}); err != nil {
		return "", err
	}
	if !s.enter(account) {
		return "", ErrTooMany
	}
	defer s.leave(account)
	name := string(pool) + "/" + id + "/" + uuid.NewString()
	info, err := s.Blobs.Put(ctx, bucket, name, &bounded{body, maxFile}, store.BlobMeta{ContentType: "text/csv"})
	if err != nil {
		return "", fmt.Errorf("store file: %w", err)
	}
	old := ""
	err = s.State.Update(ctx, func(tx store.Tx) error {
		j, err := s.waiting(tx, pool, id)
		if err != nil {
			return err
		}
		old, j.Upload = j.Upload, name
		return userpool.ImportJobs.Put(tx, j)
	})
	if err != nil {
		if !errors.Is(err, store.ErrUnknown) { // else the row may name the one file or the other
			s.forget(ctx, name)
		}
		return "", err
	}
	s.forget(ctx, old)
	return info.ETag, nil
}

// enter takes an account's place for an upload, if there is one.
func (s *Service) enter(account string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, n := range s.uploads {
		all += n
	}
	if s.uploads[account] >= maxUploads || all >= maxAllUploads {
		return false
	}
	s.uploads[account]++
	return true
}

func (s *Service) leave(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.uploads[account]--; s.uploads[account] == 0 {
		delete(s.uploads, account)
	}
}

// waiting returns a job that takes a file, or ErrClosed.
func (s *Service) waiting(tx store.Tx, pool userpool.PoolID, id string) (*userpool.ImportJob, error) {
	p, err := s.Realm.AnyPool(tx, pool)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("read user pool: %w", err)
	}
	j, err := userpool.ImportJobs.Get(tx, p.Key(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("read import: %w", err)
	}
	if expire(j, s.Now()); j.Status != userpool.ImportCreated {
		return nil, ErrClosed
	}
	return j, nil
}

// forget deletes a file that no row names any more. What fails here is the sweep's.
func (s *Service) forget(ctx context.Context, name string) {
	if name != "" {
		_ = s.Blobs.Delete(context.WithoutCancel(ctx), bucket, name)
	}
}

// bounded fails with ErrTooLarge instead of reading more than left bytes.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
