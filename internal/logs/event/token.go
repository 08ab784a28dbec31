package event

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/cogtrail/cogtrail/internal/logs"
)

const (
	getPurpose    = "logs.events"
	filterPurpose = "logs.filter"
)

// encodePlace writes a position in 16 bytes.
func encodePlace(p logs.Position) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.Time))
	return binary.BigEndian.AppendUint64(b, uint64(p.Ord))
}

func decodePlace(b []byte) (logs.Position, bool) {
	if len(b) != 16 {
		return logs.Position{}, false
	}
	return logs.Position{Time: int64(binary.BigEndian.Uint64(b)), Ord: int64(binary.BigEndian.Uint64(b[8:]))}, true
}

// cursor is where GetLogEvents goes on. Reading forward it begins after the
// place, reading backward before it.
type cursor struct {
	backward bool
	place    logs.Position
}

func (c cursor) letter() string {
	if c.backward {
		return "b"
	}
	return "f"
}

// sealCursor writes a cursor in AWS's look: f/…/s or b/…/s.
func sealCursor(t logs.Tokens, c cursor, binding ...string) string {
	return c.letter() + "/" + t.SealToken(getPurpose+c.letter(), encodePlace(c.place), binding...) + "/s"
}

func openCursor(t logs.Tokens, text string, binding ...string) (cursor, error) {
	rest, ok := strings.CutSuffix(text, "/s")
	letter, sealed, cut := strings.Cut(rest, "/")
	if !ok || !cut || letter != "f" && letter != "b" {
		return cursor{}, logs.BadToken()
	}
	raw, err := t.OpenToken(getPurpose+letter, sealed, binding...)
	if err != nil {
		return cursor{}, logs.BadToken()
	}
	place, ok := decodePlace(raw)
	if !ok {
		return cursor{}, logs.BadToken()
	}
	return cursor{backward: letter == "b", place: place}, nil
}

// turned is the cursor that reads back from an empty page at c.
func (c cursor) turned() cursor {
	p := c.place
	switch {
	case c.backward && p.Ord > math.MinInt64:
		p.Ord--
	case !c.backward && p.Ord < math.MaxInt64:
		p.Ord++
	}
	return cursor{backward: !c.backward, place: p}
}
