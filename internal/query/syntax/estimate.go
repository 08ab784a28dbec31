package syntax

// Estimate tells how many bytes the query would scan, without running it.
type Estimate struct{ Pos }

func parseEstimate(p *parser, start Pos) Command { return &Estimate{p.since(start)} }
func (*Estimate) String() string                 { return "estimate" }
func (*Estimate) command()                       {}
