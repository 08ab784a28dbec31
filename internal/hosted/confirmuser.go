package hosted

import (
	"net/http"
	"net/url"

	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/schema"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// maxParameter bounds a parameter of a link, in bytes: three times the most characters of a user name. (inferred)
const maxParameter = 384

// confirmUser is where the links of e-mails that confirm a sign-up lead. Opening one confirms the user: nothing is asked.
func (p *Pages) confirmUser(c *op.Call, s *site, q url.Values) (page, error) {
	var in [3]string
	for i, name := range []string{userpool.LinkClient, userpool.LinkUser, userpool.LinkCode} {
		v := q[name]
		if len(v) != 1 || v[0] == "" || len(v[0]) > maxParameter {
			return page{}, &schema.Error{Code: "InvalidParameterException", Message: "The link is not whole.", Status: http.StatusBadRequest}
		}
		in[i] = v[0]
	}
	if err := p.SignUps.ConfirmByLink(c, s.pool, in[0], in[1], in[2]); err != nil {
		return page{}, err
	}
	return confirmed, nil
}
