package fn

import (
	"net/netip"

	"github.com/cogtrail/cogtrail/internal/query/value"
)

var ip = []*Func{
	address("isValidIp", func(netip.Addr) bool { return true }),
	address("isValidIpV4", netip.Addr.Is4),
	address("isValidIpV6", netip.Addr.Is6),
	subnet("isIpInSubnet", func(netip.Addr) bool { return true }),
	subnet("isIpv4InSubnet", netip.Addr.Is4),
	subnet("isIpv6InSubnet", netip.Addr.Is6),
	address("isPrivateIP", isPrivate),
	address("isPublicIP", func(a netip.Addr) bool { return !isPrivate(a) && !isReserved(a) }),
	address("isReservedIP", isReserved),
	{Name: "ipv4ToNumber", Args: []Arg{Text}, Min: 1, Result: value.Number, Eval: func(_ *Ctx, a []value.Value) value.Value {
		p, err := netip.ParseAddr(str(a[0]))
		if err != nil || !p.Is4() {
			return value.Value{}
		}
		b := p.As4()
		return value.OfInt(int64(b[0])<<24 | int64(b[1])<<16 | int64(b[2])<<8 | int64(b[3]))
	}},
}

func address(name string, test func(netip.Addr) bool) *Func {
	return &Func{Name: name, Args: []Arg{Text}, Min: 1, Result: value.Bool, Nulls: true, Eval: func(_ *Ctx, a []value.Value) value.Value {
		s, ok := a[0].Text()
		if !ok {
			return value.OfBool(false)
		}
		p, err := netip.ParseAddr(s)
		return value.OfBool(err == nil && test(p))
	}}
}

func subnet(name string, family func(netip.Addr) bool) *Func {
	return &Func{Name: name, Args: []Arg{Text, Text}, Min: 2, Result: value.Bool, Nulls: true, Prepare: func(c []Const) (Body, error) {
		var fixed netip.Prefix
		if c[1].Known {
			p, err := netip.ParsePrefix(str(c[1].Value))
			if err != nil {
				return func(*Ctx, []value.Value) value.Value { return value.OfBool(false) }, nil
			}
			fixed = p.Masked()
		}
		return func(_ *Ctx, a []value.Value) value.Value {
			s, ok := a[0].Text()
			if !ok {
				return value.OfBool(false)
			}
			p, err := netip.ParseAddr(s)
			if err != nil || !family(p) {
				return value.OfBool(false)
			}
			net := fixed
			if !net.IsValid() {
				if net, err = netip.ParsePrefix(str(a[1])); err != nil {
					return value.OfBool(false)
				}
			}
			return value.OfBool(net.Contains(p))
		}, nil
	}}
}

// isPrivate is RFC 1918; IPv6 unique local addresses count too (inferred).
func isPrivate(a netip.Addr) bool { return a.Unmap().IsPrivate() }

var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/4"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("ff00::/8"),
}

// isReserved follows the special-purpose registries of RFC 6890 (inferred).
func isReserved(a netip.Addr) bool {
	a = a.Unmap()
	for _, p := range reserved {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
