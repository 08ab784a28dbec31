package segment

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cogtrail/cogtrail/internal/query/block"
	"github.com/cogtrail/cogtrail/internal/query/value"
)

// TestTokens: a filter never denies a field that a query reads from a message, and denies most others.
func TestTokens(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	names := []string{"alpha", "userIdentity", "type", "eventID", "a1", "x\ty", "über", "requestParameters"}
	texts := []string{"SPRING-7Q4X", "a\"b\\cdef", "line\nbreak", "<tag>&", "日本go", "", "AROAEXAMPLE", "abc.def"}
	for range 3000 {
		name, inner, text := names[rnd.IntN(len(names))], names[rnd.IntN(len(names))], texts[rnd.IntN(len(texts))]
		raw, err := json.Marshal(map[string]any{name: map[string]any{inner: text}, "eventName": "GetUser"})
		if err != nil {
			t.Fatal(err)
		}
		message := []string{"", "prefix ", `\u`, `\`, `\u00`, `\n`}[rnd.IntN(6)] + string(raw)
		var f fields
		f.promote([]byte(message))
		var set tokens
		set.add([]byte(message), &f)
		read, ok := value.NewPath([]string{name, inner}).Leaf(message).Text()
		if !ok {
			continue
		}
		pr := block.Predicate{Column: name + "." + inner, Op: block.Eq, Values: []string{read}}
		if !set.filter().mayHold(pr) {
			t.Errorf("%s: %s = %q is denied", message, pr.Column, read)
		}
	}
	var set tokens
	var f fields
	for i := range 2000 {
		message := fmt.Appendf(nil, `{"eventID":"%d","detail":{"order":"order%d"}}`, i*7919, i)
		f.promote(message)
		set.add(message, &f)
	}
	filter, wrong := set.filter(), 0
	for i := range 2000 {
		if filter.mayHold(block.Predicate{Column: "detail.order", Values: []string{fmt.Sprintf("other%d", i)}}) {
			wrong++
		}
	}
	if wrong > 40 || len(filter) > 2100*tokenBits/8 {
		t.Errorf("%d of 2000 absent texts are not denied, by %d bytes", wrong, len(filter))
	}
	if !filter.mayHold(block.Predicate{Column: "detail.order", Op: block.In, Values: []string{"none", "order5"}}) ||
		filter.mayHold(block.Predicate{Column: "detail.price", Op: block.Exists}) {
		t.Error("in, ispresent")
	}
	escaped := []byte(`{"detail":{"order":"\u0041bc"}}`)
	f.promote(escaped)
	if set.add(escaped, &f); set.filter() != nil || !set.filter().mayHold(block.Predicate{Column: "nothing", Values: []string{"of it"}}) {
		t.Error("a filter of escaped letters")
	}
}
