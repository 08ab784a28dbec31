package expression

func fillKind(args []Kind, nodes []*node) (Kind, bool) {
	if args[0] != Series && args[0] != Array {
		return 0, false
	}
	switch args[1] {
	case Scalar, Series:
		return args[0], true
	case Text:
		word := nodes[1].kind == id && (nodes[1].text == "REPEAT" || nodes[1].text == "LINEAR")
		return args[0], word
	}
	return 0, false
}

// fill gives every period of the range a value. REPEAT has none before the first point and LINEAR none outside of the first and the
// last (inferred).
func fill(env *Env, args []Value) (Value, error) {
	with := args[1]
	return lines(args[0], func(l *Line) (Line, error) {
		var out []Point
		i := 0
		err := env.grid(env.periodOf(l), func(at int64) {
			for i < len(l.Points) && l.Points[i].At < at {
				i++
			}
			if i < len(l.Points) && l.Points[i].At == at {
				out = append(out, l.Points[i])
				return
			}
			if v, ok := filling(with, l, i, at); ok && finite(v) {
				out = append(out, Point{at, v})
			}
		})
		return l.like(out), err
	})
}

// filling is the value at a time without a point; l.Points[next] is the first point after it.
func filling(with Value, l *Line, next int, at int64) (float64, bool) {
	switch {
	case with.Kind == Scalar:
		return with.Number, true
	case with.Kind == Series:
		return with.Lines[0].at(at)
	case next == 0:
		return 0, false
	case with.text == "REPEAT":
		return l.Points[next-1].V, true
	case next == len(l.Points):
		return 0, false
	}
	a, b := l.Points[next-1], l.Points[next]
	return a.V + (b.V-a.V)*float64(at-a.At)/float64(b.At-a.At), true
}
