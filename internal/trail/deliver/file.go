package deliver

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// files delivers everything pending of a trail.
func (d *Delivery) files(ctx context.Context, r *trail.Row, now time.Time) error {
	regions, err := d.pendingRegions(ctx, r.ID)
	if err != nil {
		return err
	}
	var failed error // one Region's trouble holds back no other
	for _, region := range regions {
		for more := true; more; {
			if more, err = d.file(ctx, r, region, now); err != nil {
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

func (d *Delivery) pendingRegions(ctx context.Context, id string) ([]string, error) {
	var regions []string
	err := d.State.View(ctx, func(tx store.Tx) error {
		regions = nil
		last := ""
		for p, err := range pendings.Scan(tx, store.K(id), nil) {
			if err != nil {
				return err
			}
			if p.Region != last {
				regions, last = append(regions, p.Region), p.Region
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list pending records: %w", err)
	}
	return regions, nil
}

// file delivers one log file; more tells that another may follow.
func (d *Delivery) file(ctx context.Context, r *trail.Row, region string, now time.Time) (more bool, err error) {
	in, err := d.planFile(ctx, r, region, now)
	if err != nil || in == nil {
		return false, err
	}
	body, info, err := d.build(ctx, in)
	if err != nil {
		return false, err
	}
	packed, err := compress(body)
	if err != nil {
		return false, err
	}
	putErr := d.Bucket.PutLog(ctx, Object{Bucket: in.Bucket, Key: in.Key, Account: r.Account, TrailARN: r.ARN(), Body: packed})
	err = d.State.Update(ctx, func(tx store.Tx) error {
		if putErr != nil {
			if in.Bucket != r.Bucket {
				// The bucket of before takes it no more: the next try goes to the new one.
				if err := fileIntents.Delete(tx, fileIntents.Key(in)); err != nil {
					return err
				}
			}
			return d.status(tx, r.ID, region, func(st *trail.Status) { st.DeliveryAttempt, st.DeliveryError = now, code(putErr) })
		}
		return d.settleFile(tx, r, in, info, now, digest.Hash(body))
	})
	if err != nil {
		return false, fmt.Errorf("settle log file: %w", err)
	}
	if putErr != nil {
		return false, fmt.Errorf("put log file into %s: %w", in.Bucket, putErr)
	}
	return true, nil
}

// planFile returns the intent for the next file, making it if there is none;
// nil when nothing is pending.
func (d *Delivery) planFile(ctx context.Context, r *trail.Row, region string, now time.Time) (*fileIntent, error) {
	var in *fileIntent
	err := d.State.Update(ctx, func(tx store.Tx) error {
		var err error
		in, err = fileIntents.Get(tx, store.K(r.ID, region))
		if err == nil {
			return nil // though the trail may have another bucket by now: the file may be there already
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		in = nil
		size := 0
		until := int64(0)
		for p, err := range pendings.Scan(tx, store.K(r.ID, region), nil) {
			if err != nil {
				return err
			}
			if size += p.Raw; until != 0 && size > maxFile {
				break
			}
			until = p.N
		}
		if until == 0 {
			return nil
		}
		in = &fileIntent{Trail: r.ID, Region: region, Bucket: r.Bucket, Key: d.fileKey(r, region, now), Until: until}
		return fileIntents.Put(tx, in)
	})
	if err != nil {
		return nil, fmt.Errorf("plan log file: %w", err)
	}
	return in, nil
}

type fileInfo struct{ oldest, newest string }

// build assembles the file's bytes from the pending rows of the intent.
func (d *Delivery) build(ctx context.Context, in *fileIntent) ([]byte, fileInfo, error) {
	var body []byte
	var info fileInfo
	err := d.State.View(ctx, func(tx store.Tx) error {
		body, info = append(body[:0], `{"Records":[`...), fileInfo{}
		first := true
		for p, err := range pendings.Scan(tx, store.K(in.Trail, in.Region), nil) {
			if err != nil {
				return err
			}
			if p.N > in.Until {
				break
			}
			if !first {
				body = append(body, ',')
			}
			first = false
			if body, err = d.unzip.DecodeAll(p.Data, body); err != nil {
				return fmt.Errorf("unpack pending records: %w", err)
			}
			if info.oldest == "" || p.Oldest < info.oldest {
				info.oldest = p.Oldest
			}
			info.newest = max(info.newest, p.Newest)
		}
		body = append(body, `]}`...)
		return nil
	})
	if err != nil {
		return nil, info, fmt.Errorf("build log file: %w", err)
	}
	return body, info, nil
}

func (d *Delivery) settleFile(tx store.Tx, r *trail.Row, in *fileIntent, info fileInfo, now time.Time, hash string) error {
	for p, err := range pendings.Scan(tx, store.K(in.Trail, in.Region), nil) {
		if err != nil {
			return err
		}
		if p.N > in.Until {
			break
		}
		if err := tx.Delete(pendings.Name, pendings.Key(p)); err != nil {
			return err
		}
	}
	if err := tx.Delete(fileIntents.Name, fileIntents.Key(in)); err != nil {
		return err
	}
	if r.Validate {
		f := digest.File{Bucket: in.Bucket, Object: in.Key, HashValue: hash, HashAlgorithm: digest.HashAlgorithm, NewestEventTime: info.newest, OldestEventTime: info.oldest}
		n, err := deliveredNumber(tx, r.ID, in)
		if err != nil {
			return err
		}
		if err := delivereds.Put(tx, &delivered{Trail: r.ID, Region: in.Region, N: n, File: f}); err != nil {
			return err
		}
	}
	refused := ""
	if r.Topic != "" && d.Topics != nil {
		message, err := json.Marshal(map[string]any{"s3Bucket": in.Bucket, "s3ObjectKey": []string{in.Key}})
		if err != nil {
			return err
		}
		if refused, err = d.Topics.Publish(tx, now, r.Account, r.ARN(), r.Topic, string(message)); err != nil {
			return fmt.Errorf("notify topic: %w", err)
		}
	}
	return d.status(tx, r.ID, in.Region, func(st *trail.Status) {
		st.Delivery, st.DeliveryAttempt, st.DeliveryError = now, now, ""
		if r.Topic == "" {
			st.Notification, st.NotificationAttempt, st.NotificationError = time.Time{}, time.Time{}, ""
			return
		}
		st.NotificationAttempt, st.NotificationError = now, refused
		if refused == "" {
			st.Notification = now
		}
	})
}

// fileKey names a log file. [CloudTrail: log file names]
func (d *Delivery) fileKey(r *trail.Row, region string, now time.Time) string {
	round := time.Minute
	if d.Interval >= 5*time.Minute {
		round = 5 * time.Minute
	}
	at := now.UTC().Truncate(round)
	return prefix(r) + "CloudTrail/" + region + at.Format("/2006/01/02/") + r.Account + "_CloudTrail_" + region + at.Format("_20060102T1504Z_") + unique() + ".json.gz"
}

// prefix begins every key of a trail.
func prefix(r *trail.Row) string {
	if r.Prefix == "" {
		return "AWSLogs/" + r.Account + "/"
	}
	return r.Prefix + "/AWSLogs/" + r.Account + "/"
}

// unique is 16 characters of letters and digits.
func unique() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process instead
	for i, x := range b {
		b[i] = letters[int(x)%len(letters)]
	}
	return string(b[:])
}

func compress(b []byte) ([]byte, error) {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return out.Bytes(), nil
}
