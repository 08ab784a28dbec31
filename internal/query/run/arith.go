package run

import (
	"math"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var arithmetic = map[string]func(a, b float64) value.Value{
	"+": func(a, b float64) value.Value { return value.OfNumber(a + b) },
	"-": func(a, b float64) value.Value { return value.OfNumber(a - b) },
	"*": func(a, b float64) value.Value { return value.OfNumber(a * b) },
	"/": func(a, b float64) value.Value { return value.OfNumber(a / b) },
	"%": func(a, b float64) value.Value { return value.OfNumber(math.Mod(a, b)) },
	"^": func(a, b float64) value.Value { return value.OfNumber(math.Pow(a, b)) },
}
