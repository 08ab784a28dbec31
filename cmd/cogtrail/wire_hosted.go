package main

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/cogtrail/cogtrail/internal/gateway"
	"github.com/cogtrail/cogtrail/internal/hosted"
	"github.com/cogtrail/cogtrail/internal/userpool/service"
)

// suffixForm is a DNS name in lower case.
var suffixForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// site is the base of the pages at a domain's host: as people reach the server, by another name.
func (c *Config) site(host string) string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		panic("BUG: publicUrl was checked") // finish did
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// domains are the pages of user pools' domains.
func (b *builder) domains(g *gateway.Gateway, pools *service.Service, public string) *hosted.Pages {
	return &hosted.Pages{
		State: b.engines.state, Pipeline: g, SignUps: pools.Signup, API: b.models["cognito-idp"], Suffix: b.config.HTTP.DomainSuffix, Log: b.log,
		Own: func(host string) bool {
			_, err := netip.ParseAddr(strings.Trim(host, "[]"))
			return err == nil || host == public || host == "localhost" || strings.HasSuffix(host, ".localhost") ||
				strings.Contains(host, ".s3.") // a bucket's
		},
	}
}
