package alarm

import "github.com/cogtrail/cogtrail/internal/store"

// page is one page of a list that is under way.
type page struct {
	after store.Key // where the page before ended; nil for the first
	seal  func(last store.Key) string
	limit int
	taken int
	last  store.Key
	next  *string // the token of the next page
}

// open begins a page of a list. The token opens for the same list and binding only: who asks, and for what.
func (s *Service) open(list string, token *string, most *int64, usual int, binding ...string) (*page, error) {
	p := &page{limit: usual, seal: func(last store.Key) string { return s.deps.Tokens.SealToken(list, last, binding...) }}
	if most != nil {
		p.limit = int(*most)
	}
	if token == nil {
		return p, nil
	}
	raw, err := s.deps.Tokens.OpenToken(list, *token, binding...)
	if err != nil {
		return nil, badToken()
	}
	p.after = raw
	return p, nil
}

// take makes room for what lies at a position; false if the page is full, which then has a next one.
func (p *page) take(at store.Key) bool {
	if p.taken == p.limit {
		p.next = new(p.seal(p.last))
		return false
	}
	p.taken++
	p.last = at
	return true
}
