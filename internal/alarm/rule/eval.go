package rule

// Holds tells whether a rule is true. state gives the state of a child as the rule names it; "" for one that does not exist, which is in
// no state.
func (r *Rule) Holds(state func(child string) State) bool { return r.root.holds(state) }

func (n *node) holds(state func(string) State) bool {
	switch n.kind {
	case constant:
		return n.value
	case inState:
		return state(n.names[0]) == n.state
	case not:
		return !n.args[0].holds(state)
	case and:
		for _, a := range n.args {
			if !a.holds(state) {
				return false
			}
		}
		return true
	case or:
		for _, a := range n.args {
			if a.holds(state) {
				return true
			}
		}
		return false
	}
	hits := 0
	for _, name := range n.names {
		if (state(name) == n.state) != n.negated {
			hits++
		}
	}
	if n.percent {
		return float64(hits)*100 >= n.count*float64(len(n.names))
	}
	return float64(hits) >= n.count
}
