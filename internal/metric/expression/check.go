package expression

// Type tells the kind of an expression before it is computed. kinds gives those of other Ids; false if there is no such Id. The error is an
// *Error. A final result must be a Series or an Array; callers check that.
func (e *Expression) Type(kinds func(id string) (Kind, bool)) (Kind, error) {
	return e.root.check(kinds)
}

func (n *node) check(kinds func(string) (Kind, bool)) (Kind, error) {
	switch n.kind {
	case literal:
		return Scalar, nil
	case text:
		return Text, nil
	case id:
		if isWord(n.text) {
			return Text, nil
		}
		k, ok := kinds(n.text)
		if !ok {
			return 0, fault(n.offset, "unknown metric id %q", n.text)
		}
		return k, nil
	}
	args := make([]Kind, len(n.args))
	for i, a := range n.args {
		k, err := a.check(kinds)
		if err != nil {
			return 0, err
		}
		args[i] = k
	}
	switch n.kind {
	case negation:
		if args[0] == Text {
			return 0, fault(n.offset, "unsupported operand type for -: '[%s]'", args[0])
		}
		return args[0], nil
	case binary:
		a, b := args[0], args[1]
		if a == Text || b == Text || a == Array && b == Array {
			return 0, fault(n.offset, "unsupported operand types for %s: '[%s, %s]'", n.text, a, b)
		}
		return max(a, b), nil
	case list:
		for _, k := range args {
			if k != Series && k != Array {
				return 0, fault(n.offset, "an array must hold time series only")
			}
		}
		if len(args) == 0 {
			return 0, fault(n.offset, "an array must not be empty")
		}
		return Array, nil
	}
	f, ok := functions[n.text]
	if !ok {
		if unsupported[n.text] {
			return 0, fault(n.offset, "the function %s is not supported by this server", n.text)
		}
		return 0, fault(n.offset, "unknown function %q", n.text)
	}
	if len(args) < f.least || len(args) > f.most {
		return 0, fault(n.offset, "the function %s does not take %d arguments", n.text, len(args))
	}
	k, ok := f.kind(args, n.args)
	if !ok {
		return 0, fault(n.offset, "unsupported argument types for %s", n.text)
	}
	return k, nil
}
