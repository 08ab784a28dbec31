package mask

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/logs"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Rules are what a group's messages are masked by: its own policy and that of its
// account. A nil *Rules masks nothing.
type Rules struct {
	policies []*Policy
	texts    [2]string // of account and group
}

// Equal tells whether two groups of rules come from the same policies.
func (r *Rules) Equal(o *Rules) bool {
	if r == nil || o == nil {
		return r == o
	}
	return r.texts == o.texts
}

// Apply returns the message with an asterisk for each character of what the
// policies find, and the message itself if that is nothing.
func (r *Rules) Apply(message []byte) []byte {
	out, _ := r.apply(message)
	return out
}

// apply also tells whether something was found.
func (r *Rules) apply(message []byte) ([]byte, bool) {
	if r == nil {
		return message, false
	}
	var space [16]span
	found := space[:0]
	for _, p := range r.policies {
		for _, find := range p.finders {
			found = find(found, message)
		}
	}
	if len(found) == 0 {
		return message, false
	}
	marked := make([]bool, len(message)) // what is found may overlap
	for _, s := range found {
		for i := s.from; i < s.to; i++ {
			marked[i] = true
		}
	}
	out := make([]byte, 0, len(message))
	for i := 0; i < len(message); {
		_, size := utf8.DecodeRune(message[i:])
		if slices.Contains(marked[i:i+size], true) {
			out = append(out, '*')
		} else {
			out = append(out, message[i:i+size]...)
		}
		i += size
	}
	return out, true
}

// maxCompiled bounds the policies a Masker keeps; when full it begins anew.
const maxCompiled = 1000

// Masker finds the rules of groups. The zero value works; it is safe for concurrent use.
type Masker struct {
	mu       sync.Mutex
	compiled map[string]*Policy // by text
}

// For returns the rules of a group, nil if nothing of it is masked.
func (m *Masker) For(tx store.Tx, account, region, group string) (*Rules, error) {
	r := &Rules{}
	p, err := logs.Protections.Get(tx, store.K(account, region, group))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("data protection policy: %w", err)
	}
	if err == nil {
		r.texts[1] = p.Document
	}
	for a, err := range logs.AccountPolicies.Scan(tx, store.K(account, region, logs.DataProtectionPolicy), nil) {
		if err != nil {
			return nil, fmt.Errorf("data protection policy of account: %w", err)
		}
		r.texts[0] = a.Document
	}
	for _, text := range r.texts {
		if text == "" {
			continue
		}
		p, err := m.policy(text)
		if err != nil {
			return nil, fmt.Errorf("data protection policy of log group %s: %w", group, err)
		}
		r.policies = append(r.policies, p)
	}
	if len(r.policies) == 0 {
		return nil, nil
	}
	return r, nil
}

func (m *Masker) policy(text string) (*Policy, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.compiled[text]; p != nil {
		return p, nil
	}
	p, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if m.compiled == nil || len(m.compiled) >= maxCompiled {
		m.compiled = make(map[string]*Policy)
	}
	m.compiled[text] = p
	return p, nil
}
