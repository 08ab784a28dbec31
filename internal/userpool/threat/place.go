package threat

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxText bounds what an event keeps of a text that a client sent.
const maxText = 128

// Source finds out whence a call comes. It is asked for protected pools only.
type Source func() userpool.Place

// Public is the place of an unsigned call. The address is the one the server sees, unless the client is one whose servers may say
// another. [Cognito: EnablePropagateAdditionalUserContextData]
func Public(c *op.Call, client *userpool.Client, d *cognitoidp.UserContextDataType) Source {
	return func() userpool.Place { return public(c, client, d) }
}

func public(c *op.Call, client *userpool.Client, d *cognitoidp.UserContextDataType) userpool.Place {
	p := place{userpool.Place{Address: c.SourceIP}}
	agent := c.UserAgent
	if d != nil {
		if e := client.Settings.EnablePropagateAdditionalUserContextData; e != nil && *e && client.HasSecret() && d.IpAddress != nil {
			if _, err := netip.ParseAddr(*d.IpAddress); err == nil { // what is no address hides none
				p.Address = *d.IpAddress
			}
		}
		agent = p.told(client, d.EncodedData, agent)
	}
	p.finish(agent)
	return p.Place
}

// Admin is the place of a signed call, which comes from a server: what the server says of the user's, or nothing.
func Admin(client *userpool.Client, d *cognitoidp.ContextDataType) Source {
	return func() userpool.Place { return admin(client, d) }
}

func admin(client *userpool.Client, d *cognitoidp.ContextDataType) userpool.Place {
	if d == nil {
		return userpool.Place{}
	}
	agent := ""
	for _, h := range d.HttpHeaders {
		if h.HeaderName != nil && h.HeaderValue != nil && strings.EqualFold(*h.HeaderName, "user-agent") {
			agent = *h.HeaderValue
		}
	}
	p := place{userpool.Place{Address: d.IpAddress, Context: true}}
	agent = p.told(client, d.EncodedData, agent)
	p.finish(agent)
	return p.Place
}

// place is a Place while it is found out.
type place struct{ userpool.Place }

// told takes over what the application says of the device, and returns its user agent, or the other if it says none.
func (p *place) told(client *userpool.Client, encoded *string, agent string) string {
	if encoded == nil {
		return agent
	}
	d, ok := decode(*encoded, string(client.ID), string(client.Pool))
	if !ok {
		return agent
	}
	p.Context, p.Timezone, p.Device, p.Mark = true, clip(d.timezone), clip(d.name), d.mark
	if d.agent != "" {
		agent = d.agent
	}
	return agent
}

// finish fills in what follows from the address and the user agent.
func (p *place) finish(agent string) {
	a, err := netip.ParseAddr(p.Address)
	if err != nil {
		p.Address = ""
	} else {
		a = a.Unmap().WithZone("")
		p.Address, p.Network = a.String(), network(a)
	}
	name, family := device(agent)
	if p.Device == "" {
		p.Device = name
	}
	if p.Mark == "" {
		p.Mark = family
	}
}

// network is the part of an address that stays the same while a subscriber's own changes.
func network(a netip.Addr) string {
	bits := 24
	if a.Is6() {
		bits = 48
	}
	n, _ := a.Prefix(bits) // so many bits are within every address
	return n.String()
}

// clip bounds a text, and leaves out what is no text.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s[:min(len(s), 4*maxText)])
	for n := range s {
		if n >= maxText {
			return s[:n]
		}
	}
	return s
}
