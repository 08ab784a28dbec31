package syntax

// Anomaly marks unusual patterns; it follows pattern.
type Anomaly struct{ Pos }

func parseAnomaly(p *parser, start Pos) Command { return &Anomaly{p.since(start)} }
func (*Anomaly) String() string                 { return "anomaly" }
func (*Anomaly) command()                       {}
