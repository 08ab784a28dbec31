package deliver

import (
	"time"

	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail/digest"
)

// pending are records that wait for the trail's next file.
type pending struct {
	Trail, Region  string
	N              int64 // ns since 1970 when settled; grows
	Count          int
	Raw            int // bytes of the records
	Oldest, Newest string
	Data           []byte // the records joined by commas, zstd
}

// fileIntent is a log file that is being written.
type fileIntent struct {
	Trail, Region, Bucket, Key string
	Until                      int64 // last pending row in it
}

// delivered is a log file that waits for its digest.
type delivered struct {
	Trail, Region string
	N             int64
	File          digest.File
}

// chain is where a trail's digests stand in one Region.
type chain struct {
	Trail, Region string
	Start         time.Time // end of the last digest, or begin of the chain
	Previous      *digest.Previous
}

// digestIntent is a digest that is being written.
type digestIntent struct {
	Trail, Region, Bucket, Key string
	Body                       []byte // uncompressed
	Signature                  string
	End                        time.Time
	Until                      int64 // last delivered row in it
}

var (
	pendings      = store.Table[pending]{Name: "trail.pending", Key: func(p *pending) store.Key { return store.K(p.Trail, p.Region, p.N) }}
	fileIntents   = store.Table[fileIntent]{Name: "trail.intent.file", Key: func(f *fileIntent) store.Key { return store.K(f.Trail, f.Region) }}
	delivereds    = store.Table[delivered]{Name: "trail.delivered", Key: func(d *delivered) store.Key { return store.K(d.Trail, d.Region, d.N) }}
	chains        = store.Table[chain]{Name: "trail.chain", Key: func(c *chain) store.Key { return store.K(c.Trail, c.Region) }}
	digestIntents = store.Table[digestIntent]{Name: "trail.intent.digest", Key: func(d *digestIntent) store.Key { return store.K(d.Trail, d.Region) }}
)
