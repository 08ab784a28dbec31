package trail

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
)

// checkName applies the naming rules of trails, in AWS's order.
// [CloudTrail: naming requirements]
func checkName(name string) error {
	bad := func(format string, args ...any) error {
		return cloudtrail.InvalidTrailNameException(fmt.Sprintf(format, args...))
	}
	alnum := func(b byte) bool {
		return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
	}
	switch n := len(name); {
	case n < 3:
		return bad("Trail name too short. Minimum allowed length: 3 characters. Specified name length: %d characters.", n)
	case n > 128:
		return bad("Trail name too long. Maximum allowed length: 128 characters. Specified name length: %d characters.", n)
	case !alnum(name[0]):
		return bad("Trail name must starts with a letter or number.")
	case !alnum(name[n-1]):
		return bad("Trail name must ends with a letter or number.")
	}
	for i := range len(name) {
		if !alnum(name[i]) && !strings.ContainsRune("._-", rune(name[i])) {
			return bad("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).")
		}
		if i > 0 && !alnum(name[i]) && !alnum(name[i-1]) {
			return bad("Trail name cannot have adjacent periods, hyphens or underscores.") // (inferred)
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return bad("Trail name cannot be in IP address format.") // (inferred)
	}
	return nil
}

// checkPrefix applies the rules of S3 key prefixes.
func checkPrefix(prefix string) error {
	if len(prefix) > 200 {
		return cloudtrail.InvalidS3PrefixException("S3 prefix is longer than maximum length 200.") // (inferred)
	}
	return nil
}
