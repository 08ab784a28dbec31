package block

// Kind says which slices of a Column hold its values.
type Kind uint8

const (
	// Strings: Str[i] is the text of row i.
	Strings Kind = iota
	// Times: Int[i] is row i's time in milliseconds since 1970 UTC.
	Times
	// Dict: Str[Code[i]] is the text of row i. Str has no meaning per row; it may be shared by many blocks and never
	// changes, also after Release.
	Dict
	// Const: Str[0] is the text of every row.
	Const
)

// NoCode marks an absent value in a Dict column.
const NoCode = ^uint32(0)

// Column holds the values of one field for all rows of a block.
//
// Text is exactly what discovery would find in the message: JSON strings unescaped, numbers as written, booleans as "1"
// and "0" with Bool set, JSON null absent, and objects and arrays absent.
type Column struct {
	Kind Kind
	Str  []string
	Int  []int64
	Code []uint32
	// Present tells for Strings and Times which rows have a value; nil means all. An empty text is present.
	Present []bool
	// Bool says that the texts come from JSON booleans.
	Bool bool
}

// StringColumn makes a Strings column; present may be nil if every row has a value.
func StringColumn(values []string, present []bool) *Column {
	return &Column{Kind: Strings, Str: values, Present: present}
}

// TimeColumn makes a Times column of epoch milliseconds in which every row has a value.
func TimeColumn(ms []int64) *Column { return &Column{Kind: Times, Int: ms} }

// ConstColumn makes a column with the same text in every row.
func ConstColumn(text string) *Column { return &Column{Kind: Const, Str: []string{text}} }

// DictColumn makes a Dict column; code NoCode means absent.
func DictColumn(dict []string, codes []uint32) *Column {
	return &Column{Kind: Dict, Str: dict, Code: codes}
}

// Has reports whether row i has a value.
func (c *Column) Has(i int) bool {
	switch c.Kind {
	case Dict:
		return c.Code[i] != NoCode
	case Const:
		return true
	default:
		return c.Present == nil || c.Present[i]
	}
}

// Text returns the text of row i and whether it has one; a Times column has no text.
func (c *Column) Text(i int) (string, bool) {
	switch c.Kind {
	case Strings:
		if c.Present != nil && !c.Present[i] {
			return "", false
		}
		return c.Str[i], true
	case Dict:
		code := c.Code[i]
		if code == NoCode {
			return "", false
		}
		return c.Str[code], true
	case Const:
		return c.Str[0], true
	default:
		return "", false
	}
}
