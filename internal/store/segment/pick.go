package segment

import (
	"cmp"
	"context"
	"slices"
)

// condition is one test of a row, answered by a column where possible.
type condition struct {
	column string // a promoted column, or one of this package's own
	// equal, if not nil, is the one text that fulfils test (for bloom filters).
	equal *string
	test  func(text string, present bool) bool
	// row answers from the row itself: for the tail, and where the column does not speak for the message.
	row func(*Row) bool
}

// query asks for rows in the order of their positions.
type query struct {
	key      Key
	from, to int64 // to is exclusive
	newest   bool  // newest first
	after    *Position
	limit    int
	maxBytes int64 // of messages; 0 is no bound
	cond     *condition
}

// candidate is a row found but not yet read.
type candidate struct {
	pos  Position
	size int64
	tail *Row
	p    *piece
	row  int32 // of the row group
}

// pick returns the first rows of q and whether more follow.
func (s *Store) pick(ctx context.Context, q query) ([]Row, bool, error) {
	v, err := s.view(ctx, []Key{q.key}, q.from, q.to)
	if err != nil {
		return nil, false, err
	}
	defer v.close()
	v.order(q.newest)
	c := &picker{q: q}
	for _, r := range v.tail {
		if c.wants(Position{r.Time, r.Ord}) && (q.cond == nil || q.cond.row(r)) {
			c.found = append(c.found, candidate{pos: Position{r.Time, r.Ord}, size: int64(len(r.Message)), tail: r})
		}
	}
	c.trim()
	for i := range v.parts {
		p := &v.parts[i]
		if c.beyond(p) {
			break
		}
		if err := c.part(ctx, p); err != nil {
			return nil, false, err
		}
	}
	found, more := c.found, false
	if len(found) > q.limit {
		found, more = found[:q.limit], true
	}
	if q.maxBytes > 0 {
		var sum int64
		for i := range found {
			if sum += found[i].size; sum > q.maxBytes && i > 0 {
				found, more = found[:i], true
				break
			}
		}
	}
	rows, err := fetchRows(q.key, found)
	return rows, more, err
}

// picker keeps the best candidates, one more than the limit.
type picker struct {
	q     query
	found []candidate
}

func (c *picker) compare(a, b Position) int {
	if c.q.newest {
		return b.Compare(a)
	}
	return a.Compare(b)
}

func (c *picker) wants(p Position) bool {
	return c.q.after == nil || c.compare(p, *c.q.after) > 0
}

func (c *picker) trim() {
	slices.SortFunc(c.found, func(a, b candidate) int { return c.compare(a.pos, b.pos) })
	if n := c.q.limit + 1; len(c.found) > n {
		c.found = c.found[:n]
	}
}

func (c *picker) full() bool { return len(c.found) > c.q.limit }

// beyond tells that no row of the part, nor of those after it, can matter.
func (c *picker) beyond(p *part) bool {
	if !c.full() {
		return false
	}
	worst := c.found[len(c.found)-1].pos.Time
	if c.q.newest {
		return p.span.MaxTime < worst
	}
	return p.span.MinTime > worst
}

// part collects candidates of a part.
func (c *picker) part(ctx context.Context, p *part) error {
	from, to := max(c.q.from, p.vis.minTime), c.q.to
	if a := c.q.after; a != nil { // narrows to the time of the position, inclusive
		if c.q.newest {
			to = min(to, a.Time+1)
		} else {
			from = max(from, a.Time)
		}
	}
	pieces, err := p.pieces(from, to, c.q.newest)
	if err != nil {
		return err
	}
	got := 0
	for i := range pieces {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := c.piece(&pieces[i], from, to)
		if err != nil {
			return err
		}
		// The part is sorted: what follows in it is worse than what was found in it.
		if got += n; got > c.q.limit {
			break
		}
	}
	return nil
}

func (c *picker) piece(p *piece, from, to int64) (int, error) {
	cond := c.q.cond
	if cond != nil && cond.equal != nil && p.speaks(cond.column) {
		may, err := p.mayHold(cond.column, []string{*cond.equal})
		if err != nil || !may {
			return 0, err
		}
	}
	if cond != nil && p.speaks(cond.column) && !slices.Contains(bloomColumns, cond.column) {
		may, err := p.dictionaryMay(cond.column, cond.test)
		if err != nil || !may {
			return 0, err
		}
	}
	if err := p.narrow(from, to); err != nil {
		return 0, err
	}
	if err := p.visible(); err != nil {
		return 0, err
	}
	if cond != nil && p.rows() > 0 {
		if err := c.filter(p); err != nil {
			return 0, err
		}
	}
	if p.rows() == 0 {
		return 0, nil
	}
	times, err := p.column(colTime)
	if err != nil {
		return 0, err
	}
	ords, err := p.column(colOrd)
	if err != nil {
		return 0, err
	}
	sizes, err := p.column(colSize)
	if err != nil {
		return 0, err
	}
	var worst *Position // of a full list; rows found here are sorted in at the end
	if c.full() {
		worst = new(c.found[c.q.limit].pos)
	}
	n := 0
	for i := range p.rows() {
		if c.q.newest {
			i = p.rows() - 1 - i
		}
		pos := Position{times.ints[i], ords.ints[i]}
		if !c.wants(pos) {
			continue
		}
		if worst != nil && c.compare(pos, *worst) > 0 {
			n = c.q.limit + 1 // nothing better follows in this part
			break
		}
		c.found = append(c.found, candidate{pos: pos, size: sizes.ints[i], p: p, row: int32(p.row(i))})
		if n++; n > c.q.limit {
			break
		}
	}
	c.trim()
	return n, nil
}

// speaks tells whether a column decides a condition in this piece.
func (p *piece) speaks(name string) bool {
	if slices.Contains(promoted, name) {
		return p.usable(name)
	}
	_, ok := column(p.file, name)
	return ok
}

func (c *picker) filter(p *piece) error {
	cond := c.q.cond
	if p.speaks(cond.column) {
		_, err := p.keepText(cond.column, cond.test)
		return err
	}
	messages, err := p.messages(0, p.rows())
	if err != nil {
		return err
	}
	p.keep(func(i int) bool { return cond.row(&Row{Message: []byte(messages[i])}) })
	return nil
}

// fetchRows reads the rows of candidates, in their order.
func fetchRows(k Key, found []candidate) ([]Row, error) {
	rows := make([]Row, len(found))
	byPiece := make(map[*piece][]int)
	for i := range found {
		c := &found[i]
		if c.tail != nil {
			rows[i] = *c.tail
			continue
		}
		byPiece[c.p] = append(byPiece[c.p], i)
	}
	for p, places := range byPiece {
		slices.SortFunc(places, func(a, b int) int { return cmp.Compare(found[a].row, found[b].row) })
		one := piece{part: p.part, file: p.file, group: p.group, index: p.index, start: p.start, lo: p.lo, hi: p.hi}
		one.sel = make([]int32, len(places))
		for i, at := range places {
			one.sel[i] = found[at].row
		}
		got, err := one.materialise(k, 0, len(places))
		if err != nil {
			return nil, err
		}
		for i, at := range places {
			rows[at] = got[i]
		}
	}
	return rows, nil
}

// materialise reads the wanted rows a to b whole. It keeps all columns but the message.
func (p *piece) materialise(k Key, a, b int) ([]Row, error) {
	cols := make(map[string]*vector)
	for _, name := range []string{colStream, colTime, colIngested, colSeq, colOrd, colID, "eventID"} {
		v, err := p.column(name)
		if err != nil {
			return nil, err
		}
		cols[name] = v
	}
	messages, err := p.messages(a, b)
	if err != nil {
		return nil, err
	}
	rows := make([]Row, b-a)
	for i := range rows {
		r, at := &rows[i], a+i
		r.Account, r.Region, r.Group = k.Account, k.Region, k.Group
		r.Stream, _ = cols[colStream].text(at)
		r.Time, r.Ingested = cols[colTime].ints[at], cols[colIngested].ints[at]
		r.Seq, r.Ord = cols[colSeq].ints[at], cols[colOrd].ints[at]
		r.Message = []byte(messages[i])
		if id, ok := cols[colID].text(at); ok {
			r.ID = id
		} else if v := cols["eventID"]; v != nil {
			r.ID, _ = v.text(at)
		}
	}
	return rows, nil
}
