package sqlite

import (
	"fmt"
	"strings"
)

// maxSpaceName bounds the name of a space, in bytes.
const maxSpaceName = 200

// tablePrefix marks the tables that hold rows of spaces.
const tablePrefix = "row/"

// tableName returns the table of a space. SQLite compares table names without
// regard to ASCII case, so upper case letters are marked with '^'.
func tableName(space string) (string, error) {
	if err := checkSpace(space); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(tablePrefix)
	for i := 0; i < len(space); i++ {
		c := space[i]
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteByte('^')
			b.WriteByte(c + 'a' - 'A')
		case c == '^':
			b.WriteString("^^")
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

func checkSpace(space string) error {
	if space == "" || len(space) > maxSpaceName || strings.IndexByte(space, 0) >= 0 {
		return fmt.Errorf("name of space %q: empty, too long or with a zero byte", space)
	}
	return nil
}

// isIndex tells by a space's name that it is the index of a table ("area.rows"
// is a table, "area.rows.name" its index), which has short rows. It decides how
// the space is laid out and nothing else: a wrong guess costs time only.
func isIndex(space string) bool { return strings.Count(space, ".") > 1 }

// spaceName is the inverse of tableName; false for any other table.
func spaceName(table string) (string, bool) {
	s, ok := strings.CutPrefix(table, tablePrefix)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '^' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch {
		case i < len(s) && s[i] == '^':
			b.WriteByte('^')
		case i < len(s) && s[i] >= 'a' && s[i] <= 'z':
			b.WriteByte(s[i] - 'a' + 'A')
		default:
			return "", false
		}
	}
	return b.String(), true
}

// quote makes an SQL identifier of a table name.
func quote(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
