package outbound_test

import (
	"net/netip"
	"testing"

	"github.com/cogtrail/cogtrail/internal/outbound"
)

// FuzzPublic holds that no other spelling of an IPv4 address is more public than it.
func FuzzPublic(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte{169, 254, 169, 254})
	f.Add([]byte{8, 8, 8, 8})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) != 4 {
			return
		}
		four := netip.AddrFrom4([4]byte(b))
		mapped := netip.AddrFrom16(four.As16())
		translated := [16]byte{0, 0x64, 0xff, 0x9b, 12: b[0], b[1], b[2], b[3]}
		sixToFour := [16]byte{0x20, 0x02, b[0], b[1], b[2], b[3], 15: 1}
		for _, a := range []netip.Addr{mapped, netip.AddrFrom16(translated), netip.AddrFrom16(sixToFour)} {
			if outbound.Public(a) != outbound.Public(four) {
				t.Errorf("%v is judged unlike %v", a, four)
			}
		}
		if outbound.Public(four) && (four.IsPrivate() || four.IsLoopback() || b[0] == 0 || b[0] >= 224) {
			t.Errorf("%v is public", four)
		}
	})
}
