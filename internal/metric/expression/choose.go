package expression

func ifKind(args []Kind, _ []*node) (Kind, bool) {
	for _, k := range args {
		if k != Scalar && k != Series {
			return 0, false
		}
	}
	if args[0] == Scalar && args[1] == Scalar && (len(args) == 2 || args[2] == Scalar) {
		return Scalar, len(args) == 3
	}
	return Series, true
}

// choose is IF. Where the condition has no point the result has none. A missing value of the first branch is 0; one of the second is 0
// beside a first branch that is a series, and no point beside a number. [the three examples of CloudWatch: Using metric math]
func choose(env *Env, args []Value) (Value, error) {
	cond := args[0]
	if cond.Kind == Scalar {
		return branch(env, args, cond.Number != 0)
	}
	l := &cond.Lines[0]
	if err := env.spend(len(l.Points)); err != nil {
		return Value{}, err
	}
	var out []Point
	for _, p := range l.Points {
		v, ok := 0.0, true
		switch {
		case p.V != 0 && args[1].Kind == Scalar:
			v = args[1].Number
		case p.V != 0:
			v, _ = args[1].Lines[0].at(p.At)
		case len(args) < 3:
			ok = false
		case args[2].Kind == Scalar:
			v = args[2].Number
		default:
			v, ok = args[2].Lines[0].at(p.At)
			ok = ok || args[1].Kind == Series
		}
		if ok && finite(v) {
			out = append(out, Point{p.At, v})
		}
	}
	return series(Line{Period: l.Period, Points: out}), nil
}

// branch is IF with a number as the condition: one branch as a whole. What is Series by its type stays one.
func branch(env *Env, args []Value, first bool) (Value, error) {
	chosen := Value{Kind: Series, Lines: []Line{{}}} // without a second branch
	switch {
	case first:
		chosen = args[1]
	case len(args) == 3:
		chosen = args[2]
	}
	other := len(args) == 2 || args[1].Kind == Series || args[2].Kind == Series
	if chosen.Kind == Scalar && other {
		return timeSeries(env, []Value{chosen})
	}
	return chosen, nil
}
