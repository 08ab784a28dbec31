package metric

import (
	"slices"
	"time"

	"github.com/cogtrail/cogtrail/internal/metric/series"
	"github.com/cogtrail/cogtrail/internal/store"
)

const (
	// longestRecent is the longest time of a metric that is remembered; longer windows are read.
	longestRecent = 2 * time.Hour
	// enoughRecent is how many cells of distributions are remembered before no metric is added, about 64 MB. mostRecent bounds them: what is
	// folded into those that are remembered needs room, or all would be forgotten each round.
	enoughRecent = 1 << 20
	mostRecent   = enoughRecent / 4 * 5
	// bucketCells and metricCells are what a bucket takes besides its distribution, and a metric besides its buckets.
	bucketCells, metricCells = 12, 20
)

// Recent remembers the minutes that rounds of alarms read, and follows what is folded into them: a metric is read from its buckets once.
// It knows folded values only; what waits to be folded is added by [Values]. Not for concurrent use.
type Recent struct {
	seq     int64 // the newest change that is known
	metrics map[recentKey]*recentMetric
	cells   int
}

type recentKey struct{ account, region, hash string }

// recentMetric is all that is known of a metric from a minute on, also of minutes to come.
type recentMetric struct {
	from    int64         // s
	length  time.Duration // the longest window asked for
	streams []Stream      // of minutes
	cells   int
}

func cellsOf(s *series.Summary) int { return bucketCells + s.Cells() }

// advance follows what was folded until the snapshot tx. Snapshots never go back.
func (r *Recent) advance(tx store.Tx) error {
	newest, whole, err := follow(tx, r.seq, func(c *change) bool {
		m := r.metrics[recentKey{c.Account, c.Region, string(c.Hash)}]
		if m == nil || c.At < m.from {
			return true
		}
		streams, err := join(m.streams, c.Unit, c.At, c.Summary)
		if err != nil {
			return false
		}
		more := bucketCells + len(c.Summary)/2 // too many where values meet; they are counted anew when minutes are forgotten
		m.streams, m.cells, r.cells = streams, m.cells+more, r.cells+more
		return true
	})
	if err != nil || !whole || r.metrics == nil || r.cells > mostRecent {
		// What is not known for sure is read anew.
		r.metrics, r.cells = map[recentKey]*recentMetric{}, 0
	}
	r.seq = newest
	return err
}

// of returns the minutes of a metric that lie in a window, by unit; ok is false if they must be read.
func (r *Recent) of(tx store.Tx, q *Query, hash []byte) (streams []Stream, ok bool, err error) {
	length := q.End.Sub(q.Start)
	if length > longestRecent || q.Period < time.Minute || q.Start.Unix()%60 != 0 {
		return nil, false, nil
	}
	key := recentKey{q.Account, q.Region, string(hash)}
	m := r.metrics[key]
	start := q.Start.Unix()
	if m == nil || start < m.from {
		if m != nil {
			r.cells -= m.cells
			delete(r.metrics, key)
		}
		if r.cells > enoughRecent {
			return nil, false, nil
		}
		m = &recentMetric{from: start, length: length}
		minutes := *q
		minutes.Period, minutes.Anchor, minutes.Unit, minutes.End = time.Minute, time.Time{}, "", farFuture
		if m.streams, err = read(tx, minutes, nothing{}); err != nil {
			return nil, false, err
		}
		m.count()
		r.cells += m.cells
		r.metrics[key] = m
	}
	m.length = max(m.length, length)
	if from := q.End.Add(-m.length).Unix(); from > m.from {
		before := m.cells
		m.forget(from)
		r.cells += m.cells - before
	}
	for _, s := range m.streams {
		if q.Unit != "" && s.Unit != q.Unit {
			continue
		}
		lo, hi := 0, len(s.Buckets)
		for lo < hi && s.Buckets[lo].Start.Before(q.Start) {
			lo++
		}
		for hi > lo && !s.Buckets[hi-1].Start.Before(q.End) {
			hi--
		}
		if lo < hi {
			streams = append(streams, Stream{Unit: s.Unit, Buckets: s.Buckets[lo:hi:hi]})
		}
	}
	return streams, true, nil
}

// farFuture is after every value.
var farFuture = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// forget drops the minutes before from.
func (m *recentMetric) forget(from int64) {
	m.from = from
	dropped := false
	for i := range m.streams {
		s := &m.streams[i]
		n := 0
		for n < len(s.Buckets) && s.Buckets[n].Start.Unix() < from {
			n++
		}
		if n > 0 {
			s.Buckets, dropped = slices.Clone(s.Buckets[n:]), true
		}
	}
	if dropped {
		m.count()
	}
}

func (m *recentMetric) count() {
	m.cells = metricCells
	for _, s := range m.streams {
		for i := range s.Buckets {
			m.cells += cellsOf(&s.Buckets[i].Summary)
		}
	}
}
