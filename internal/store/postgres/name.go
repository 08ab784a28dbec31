package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

const (
	tablePrefix  = "row/"
	maxTable     = 63 // bytes of an identifier; PostgreSQL cuts longer ones
	maxSpaceName = 200
)

// tableName returns the quoted table of a space. Names too long for an
// identifier are cut and end with a hash.
func tableName(space string) (string, error) {
	if space == "" || len(space) > maxSpaceName || strings.IndexByte(space, 0) >= 0 {
		return "", fmt.Errorf("name of space %q: empty, too long or with a zero byte", space)
	}
	name := tablePrefix + space
	// '~' marks hashed names, so a name that has it is hashed as well.
	if len(name) > maxTable || strings.Contains(space, "~") {
		sum := sha256.Sum256([]byte(space))
		hash := "~" + hex.EncodeToString(sum[:10])
		name = strings.ToValidUTF8(name[:min(len(name), maxTable-len(hash))], "") + hash
	}
	return pgx.Identifier{name}.Sanitize(), nil
}
