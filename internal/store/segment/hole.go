package segment

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A message is stored without the texts that promoted columns hold and that differ
// from record to record: they would take more than all the rest. In their place
// stand two bytes, a pin and the column's letter; a pin of the message itself is
// followed by a full stop. Putting the texts back gives the message byte for byte:
//
//	replace(replace(_message, pin+letter, column), pin+".", pin)
//
// with the first step for each hole. A row whose column is null has no such hole.

// For readers of the files.
const (
	// MessageColumn is the column of messages with holes; of what it holds PinItself stands for Pin.
	MessageColumn = colMessage
	Pin           = "\x01"
	PinItself     = Pin + "."
)

// Hole is a text of a message that is kept in a column alone.
type Hole struct {
	// Sign stands in its place.
	Sign string
	// Column is the promoted column that holds the text.
	Column string
}

// holes lists the columns; only new ones may be added.
var holes = []Hole{
	{Pin + "e", "eventID"}, {Pin + "r", "requestID"}, {Pin + "s", "additionalEventData.sub"}, {Pin + "i", "sourceIPAddress"},
}

// Holes returns what is to be put into the texts of MessageColumn, before PinItself is replaced.
func Holes() []Hole { return slices.Clone(holes) }

// wholeMessage is the column of files of before, without holes.
const wholeMessage = "@message"

// holeAt maps holes to places in paths.
var holeAt = func() []int {
	out := make([]int, len(holes))
	for i, h := range holes {
		out[i] = slices.Index(paths, h.Column)
	}
	return out
}()

// punch returns the message with holes; f are its fields. What it makes it appends to room.
func punch(message []byte, f *fields, room *[]byte) []byte {
	type place struct{ start, end, hole int }
	var few [8]place
	places := few[:0]
	for i, at := range holeAt {
		v := &f.at[at]
		if v.at == 0 || len(v.text) <= len(holes[i].Sign) || bytes.IndexByte(v.text, Pin[0]) >= 0 {
			continue
		}
		places = append(places, place{v.at, v.at + len(v.text), i})
	}
	pinned := bytes.IndexByte(message, Pin[0]) >= 0
	if len(places) == 0 && !pinned {
		return message
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.start, b.start) })
	out, begin := *room, len(*room)
	add := func(b []byte) {
		if pinned {
			b = bytes.ReplaceAll(b, []byte(Pin), []byte(PinItself))
		}
		out = append(out, b...)
	}
	from := 0
	for _, p := range places {
		add(message[from:p.start])
		out = append(out, holes[p.hole].Sign...)
		from = p.end
	}
	add(message[from:])
	*room = out
	return out[begin:len(out):len(out)]
}

// messages reads the messages of the wanted rows a to b.
func (p *piece) messages(a, b int) ([]string, error) {
	name := colMessage
	if _, ok := column(p.file, name); !ok {
		name = wholeMessage
	}
	// The one large column is unpacked for these rows alone.
	v, err := p.fetch(name, a, b)
	if err != nil || v == nil || name == wholeMessage {
		return v.texts(), err
	}
	texts, err := p.fill(v.strs, a)
	if err != nil {
		return nil, fmt.Errorf("segment %s: messages: %w", p.part.h.m.Name, err)
	}
	return texts, nil
}

func (v *vector) texts() []string {
	if v == nil {
		return nil
	}
	return v.strs
}

var errHole = errors.New("hole that no column fills")

// fill fills the holes of stored texts of the wanted rows from a on.
func (p *piece) fill(stored []string, a int) ([]string, error) {
	var cols [128]*vector // by letter
	size := 0
	for _, text := range stored {
		size += len(text)
		for {
			i := strings.IndexByte(text, Pin[0])
			if i < 0 {
				break
			}
			letter, rest, err := signAt(text, i)
			if err != nil {
				return nil, err
			}
			if size, text = size+holeSize, rest; letter == PinItself[1] || cols[letter] != nil {
				continue
			}
			at := slices.IndexFunc(holes, func(h Hole) bool { return h.Sign[1] == letter })
			if at < 0 {
				return nil, errHole
			}
			if cols[letter], err = p.column(holes[at].Column); err != nil {
				return nil, err
			}
			if cols[letter] == nil {
				return nil, errHole
			}
		}
	}
	var all strings.Builder
	all.Grow(size)
	ends := make([]int, len(stored))
	for row, text := range stored {
		for {
			i := strings.IndexByte(text, Pin[0])
			if i < 0 {
				break
			}
			all.WriteString(text[:i])
			if letter := text[i+1]; letter == PinItself[1] {
				all.WriteString(Pin)
			} else {
				t, held := cols[letter].text(a + row)
				if !held {
					return nil, errHole
				}
				all.WriteString(t)
			}
			text = text[i+2:]
		}
		all.WriteString(text)
		ends[row] = all.Len()
	}
	whole, start := all.String(), 0
	out := make([]string, len(ends))
	for i, end := range ends {
		out[i], start = whole[start:end], end
	}
	return out, nil
}

// holeSize is what a hole becomes, about.
const holeSize = 36

// signAt is the letter of the sign at place i and what follows it.
func signAt(text string, i int) (letter byte, rest string, err error) {
	if i+1 == len(text) || text[i+1] >= 128 {
		return 0, "", errHole
	}
	return text[i+1], text[i+2:], nil
}
