package uicustomization

import (
	"bytes"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// versionForm is the time in CSSVersion and in the logo's address.
const versionForm = "20060102150405"

// SetUICustomization replaces the look of a client or of all: a call without style sheet and logo takes it away. (inferred)
func (s *Service) SetUICustomization(c *op.Call, in *cognitoidp.SetUICustomizationInput) (*cognitoidp.SetUICustomizationOutput, error) {
	p, client, err := s.target(c, in.UserPoolId, in.ClientId)
	if err != nil {
		return nil, err
	}
	css := ""
	if in.CSS != nil {
		css = *in.CSS
	}
	if why := checkCSS(css); why != "" {
		return nil, badCSS(why)
	}
	if len(in.ImageFile) > 0 && !image(in.ImageFile) {
		return nil, badImage()
	}
	set := cognitoidp.UICustomizationType{UserPoolId: &in.UserPoolId, ClientId: &client}
	if css == "" && len(in.ImageFile) == 0 {
		if err := Forget(c.Tx, p, userpool.ClientID(client)); err != nil {
			return nil, err
		}
		return &cognitoidp.SetUICustomizationOutput{UICustomization: &set}, nil
	}
	old, err := look(c.Tx, p, client)
	if err != nil {
		return nil, err
	}
	set.CreationDate, set.LastModifiedDate = new(c.Now), new(c.Now)
	if old != nil {
		set.CreationDate = old.Settings.CreationDate
	}
	version := c.Now.UTC().Format(versionForm)
	if css != "" {
		set.CSS, set.CSSVersion = &css, &version
	}
	if len(in.ImageFile) > 0 {
		set.ImageUrl = new(s.Realm.Issuer(string(p.ID)) + "/" + client + "/" + version + "/assets/images/image.jpg")
	}
	row := &Look{Account: p.Account, Region: p.Region, Pool: p.ID, Client: client, Settings: set, Image: in.ImageFile}
	if err := Looks.Put(c.Tx, row); err != nil {
		return nil, fmt.Errorf("write look: %w", err)
	}
	return &cognitoidp.SetUICustomizationOutput{UICustomization: &set}, nil
}

// image tells whether b begins like a picture that pages show. SVG, which can hold scripts, is none.
func image(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) || bytes.HasPrefix(b, []byte("\xff\xd8\xff"))
}
