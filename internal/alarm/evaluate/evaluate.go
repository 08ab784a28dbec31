package evaluate

import "time"

// Result is the outcome of one evaluation.
type Result struct {
	State      State
	Changed    bool    // the state is another than before: its actions are due and history gets an entry
	Reason     string  // empty if the rules say to keep the state
	ReasonData string  // JSON; empty together with Reason
	Evaluated  []Point // newest first: the points that decided and the missing periods that were filled
}

// decision is what the points say, before texts are made of it.
type decision struct {
	keep    bool
	state   State
	real    []Point // the points that decided, oldest first
	filled  int     // how many missing periods were treated as something
	periods []Point // the whole range, oldest first
}

// Evaluate decides the state of alarm at now from the points of its Window. old is the state before.
func Evaluate(alarm Alarm, old State, now time.Time, points []Point) Result {
	if alarm.Period <= 0 || alarm.EvaluationPeriods <= 0 {
		return Result{State: old}
	}
	d := alarm.decide(alarm.lineUp(now, points))
	if d.keep {
		return Result{State: old}
	}
	r := Result{State: d.state, Changed: d.state != old, Evaluated: d.evaluated(&alarm)}
	r.Reason = alarm.reason(&d)
	r.ReasonData = alarm.reasonData(&d, r.Evaluated, now)
	return r
}

// Next is the state that Evaluate decides, without reasons.
func (a *Alarm) Next(old State, now time.Time, points []Point) State {
	if a.Period <= 0 || a.EvaluationPeriods <= 0 {
		return old
	}
	if d := a.decide(a.lineUp(now, points)); !d.keep {
		return d.state
	}
	return old
}

// decide applies the rules of "Configuring how CloudWatch alarms treat missing data" to the periods of the range, oldest first.
func (a *Alarm) decide(periods []Point) decision {
	n, m := a.EvaluationPeriods, a.needed()
	d := decision{periods: periods}
	oldest := 0 // age of the oldest real point, 1 for the newest period
	for i, p := range periods {
		if !p.Missing {
			if oldest == 0 {
				oldest = len(periods) - i
			}
			d.real = append(d.real, p)
		}
	}
	if len(d.real) >= n {
		d.real = d.real[len(d.real)-n:]
	}
	d.filled = n - len(d.real)
	if a.tooFewSamples(d.real) {
		d.keep = true
		return d
	}
	breaching := 0
	for _, p := range d.real {
		if a.breaches(p) {
			breaching++
		}
	}
	switch {
	case d.filled == 0:
		d.decided(breaching >= m)
	case a.Missing == Breaching:
		d.decided(breaching+d.filled >= m)
	case a.Missing == NotBreaching:
		d.decided(breaching >= m)
	case len(d.real) == 0:
		d.state, d.keep = InsufficientData, a.Missing == Ignore
	case breaching >= m:
		d.state = InAlarm
	case breaching == len(d.real):
		// Nothing but breaches, yet too few: an alarm only once they are as old as the points that would be needed.
		d.state, d.keep = InAlarm, oldest < m || a.Missing == Ignore
	default:
		d.state = OK
	}
	return d
}

func (d *decision) decided(alarm bool) {
	d.state = OK
	if alarm {
		d.state = InAlarm
	}
}

// tooFewSamples tells whether a percentile rests on so few samples that the state must not change (inferred: any deciding point).
func (a *Alarm) tooFewSamples(points []Point) bool {
	least := a.leastSamples()
	for _, p := range points {
		if p.SampleCount < least-1e-6 {
			return true
		}
	}
	return false
}

// evaluated lists the deciding points and as many of the newest missing periods as were filled, newest first.
func (d *decision) evaluated(a *Alarm) []Point {
	points := make([]Point, 0, a.EvaluationPeriods)
	filled, real := d.filled, len(d.real)
	for i := len(d.periods) - 1; i >= 0 && filled+real > 0; i-- {
		p := d.periods[i]
		switch {
		case !p.Missing && real > 0:
			real--
			points = append(points, p)
		case p.Missing && filled > 0:
			filled--
			points = append(points, p)
		}
	}
	return points
}
