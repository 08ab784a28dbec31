package deliver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// digests delivers the digests that are due; final ends every chain now.
func (d *Delivery) digests(ctx context.Context, r *trail.Row, now time.Time, final bool) error {
	if !r.Validate {
		return d.dropChains(ctx, r)
	}
	regions, err := d.chainRegions(ctx, r)
	if err != nil {
		return err
	}
	var failed error // one Region's trouble holds back no other
	for _, region := range regions {
		failed = errors.Join(failed, d.digest(ctx, r, region, now, final))
	}
	return failed
}

// chainRegions lists where the trail has, or now begins, a chain: its home
// Region and every Region with files waiting.
func (d *Delivery) chainRegions(ctx context.Context, r *trail.Row) ([]string, error) {
	regions := []string{r.Region}
	begin := r.Started
	if r.ValidateSince.After(begin) {
		begin = r.ValidateSince
	}
	stale := false
	err := d.State.View(ctx, func(tx store.Tx) error {
		regions, stale = regions[:1], true
		for c, err := range chains.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			regions = append(regions, c.Region)
			if c.Region == r.Region && !c.Start.Before(begin) {
				stale = false
			}
		}
		last := ""
		for f, err := range delivereds.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			if f.Region != last {
				regions, last = append(regions, f.Region), f.Region
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list digest chains: %w", err)
	}
	slices.Sort(regions)
	regions = slices.Compact(regions)
	if !stale && len(regions) == 1 {
		return regions, nil
	}
	err = d.State.Update(ctx, func(tx store.Tx) error {
		for _, region := range regions {
			c, err := chains.Get(tx, store.K(r.ID, region))
			if err == nil && !c.Start.Before(begin) {
				continue
			}
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			// A chain begins with the second in which logging, or validation, began.
			if err := chains.Put(tx, &chain{Trail: r.ID, Region: region, Start: begin}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin digest chain: %w", err)
	}
	return regions, nil
}

// dropChains forgets the chains of a trail whose validation was switched off.
func (d *Delivery) dropChains(ctx context.Context, r *trail.Row) error {
	some := false
	err := d.State.View(ctx, func(tx store.Tx) error {
		for _, err := range chains.Scan(tx, store.K(r.ID), nil) {
			some = true
			return err
		}
		return nil
	})
	if err != nil || !some {
		return err
	}
	return d.State.Update(ctx, func(tx store.Tx) error {
		for c, err := range chains.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			if err := chains.Delete(tx, chains.Key(c)); err != nil {
				return err
			}
		}
		for f, err := range delivereds.Scan(tx, store.K(r.ID), nil) {
			if err != nil {
				return err
			}
			if err := delivereds.Delete(tx, delivereds.Key(f)); err != nil {
				return err
			}
		}
		return nil
	})
}

// digest delivers one digest if it is due.
func (d *Delivery) digest(ctx context.Context, r *trail.Row, region string, now time.Time, final bool) error {
	in, err := d.planDigest(ctx, r, region, now, final)
	if err != nil || in == nil {
		return err
	}
	packed, err := compress(in.Body)
	if err != nil {
		return err
	}
	putErr := d.Bucket.PutLog(ctx, Object{
		Bucket: in.Bucket, Key: in.Key, Account: r.Account, TrailARN: r.ARN(), Body: packed,
		Metadata: map[string]string{"signature": in.Signature, "signature-algorithm": digest.SignatureAlgorithm},
	})
	err = d.State.Update(ctx, func(tx store.Tx) error {
		if putErr != nil {
			if in.Bucket != r.Bucket {
				// As with files: the next try goes to the new bucket.
				if err := digestIntents.Delete(tx, digestIntents.Key(in)); err != nil {
					return err
				}
			}
			return d.status(tx, r.ID, region, func(st *trail.Status) { st.DigestError = code(putErr) })
		}
		return d.settleDigest(tx, r, in, now)
	})
	if err != nil {
		return fmt.Errorf("settle digest: %w", err)
	}
	if putErr != nil {
		return fmt.Errorf("put digest into %s: %w", in.Bucket, putErr)
	}
	return nil
}

// planDigest returns the digest to put: one begun before, or a new one if due.
func (d *Delivery) planDigest(ctx context.Context, r *trail.Row, region string, now time.Time, final bool) (*digestIntent, error) {
	var in *digestIntent
	begun := false
	var c *chain
	var files []digest.File
	until := int64(0)
	end := now.UTC().Truncate(time.Second)
	err := d.State.View(ctx, func(tx store.Tx) error {
		var err error
		in, files, until, begun = nil, nil, 0, false
		if in, err = digestIntents.Get(tx, store.K(r.ID, region)); err == nil {
			begun = true
			return nil
		} else if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if c, err = chains.Get(tx, store.K(r.ID, region)); err != nil {
			return err
		}
		for f, err := range delivereds.Scan(tx, store.K(r.ID, region), nil) {
			if err != nil {
				return err
			}
			files, until = append(files, f.File), f.N
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("plan digest: %w", err)
	case begun:
		return in, nil
	}
	in = nil
	// The name carries whole seconds, so two digests of a chain need two of them.
	if start := c.Start.UTC().Truncate(time.Second); !end.After(start) || (!final && now.Before(c.Start.Add(d.DigestInterval))) {
		return nil, nil
	}
	err = d.State.Update(ctx, func(tx store.Tx) error {
		key, err := d.Signer.Current(tx, r.Account, region, now)
		if err != nil {
			return err
		}
		doc := digest.Document{
			AccountID: r.Account, StartTime: digest.Time(c.Start), EndTime: digest.Time(end), Bucket: r.Bucket,
			Object: digestKey(r, region, end), Fingerprint: key.Fingerprint, SignatureAlgorithm: digest.SignatureAlgorithm,
		}
		doc.AddFiles(files)
		doc.Chain(c.Previous)
		body, err := doc.Encode()
		if err != nil {
			return err
		}
		signature, err := doc.Sign(body, key.Private)
		if err != nil {
			return err
		}
		in = &digestIntent{Trail: r.ID, Region: region, Bucket: r.Bucket, Key: doc.Object, Body: body, Signature: signature, End: end, Until: until}
		return digestIntents.Put(tx, in)
	})
	if err != nil {
		return nil, fmt.Errorf("plan digest: %w", err)
	}
	return in, nil
}

func (d *Delivery) settleDigest(tx store.Tx, r *trail.Row, in *digestIntent, now time.Time) error {
	for f, err := range delivereds.Scan(tx, store.K(r.ID, in.Region), nil) {
		if err != nil {
			return err
		}
		if f.N > in.Until {
			break
		}
		if err := tx.Delete(delivereds.Name, delivereds.Key(f)); err != nil {
			return err
		}
	}
	if err := tx.Delete(digestIntents.Name, digestIntents.Key(in)); err != nil {
		return err
	}
	previous := &digest.Previous{Bucket: in.Bucket, Object: in.Key, Hash: digest.Hash(in.Body), Signature: in.Signature}
	if err := chains.Put(tx, &chain{Trail: r.ID, Region: in.Region, Start: in.End, Previous: previous}); err != nil {
		return err
	}
	return d.status(tx, r.ID, in.Region, func(st *trail.Status) { st.Digest, st.DigestError = now, "" })
}

// digestKey names a digest file. [CloudTrail: digest file names]
func digestKey(r *trail.Row, region string, end time.Time) string {
	return prefix(r) + "CloudTrail-Digest/" + region + end.Format("/2006/01/02/") + r.Account + "_CloudTrail-Digest_" + region +
		"_" + r.Name + "_" + r.Region + end.Format("_20060102T150405Z") + ".json.gz"
}
