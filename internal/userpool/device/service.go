package device

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

// Service is the area device.
type Service struct {
	Realm *userpool.Realm
}

var _ cognitoidp.DeviceAPI = (*Service)(nil)

// bearer is the user of an access token, in a pool that tracks devices.
func (s *Service) bearer(c *op.Call, access string) (*userpool.Bearer, error) {
	b, err := s.Realm.Access(c, access)
	if err != nil {
		return nil, err
	}
	if !b.Pool.TracksDevices() {
		return nil, notTracked()
	}
	return b, nil
}

// own is a device of the user of an access token.
func (s *Service) own(c *op.Call, access *string, key string) (*userpool.Bearer, *userpool.Device, error) {
	text := ""
	if access != nil {
		text = *access
	}
	b, err := s.bearer(c, text)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.known(c, b.Pool, b.User, key)
	return b, d, err
}

// find is the user of an administrative call, in a pool that tracks devices.
func (s *Service) find(c *op.Call, poolID, name string) (*userpool.Pool, *userpool.User, error) {
	p, u, err := s.Realm.PoolUser(c, poolID, name)
	if err != nil {
		return nil, nil, err
	}
	if !p.TracksDevices() {
		return nil, nil, notTracked()
	}
	return p, u, nil
}

// findDevice is a device of the user of an administrative call.
func (s *Service) findDevice(c *op.Call, poolID, name, key string) (*userpool.User, *userpool.Device, error) {
	p, u, err := s.find(c, poolID, name)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.known(c, p, u, key)
	return u, d, err
}

func (s *Service) known(c *op.Call, p *userpool.Pool, u *userpool.User, key string) (*userpool.Device, error) {
	d, err := s.Realm.Device(c.Tx, p, u.Sub, key)
	if err == nil && d == nil {
		err = userpool.NoDevice()
	}
	return d, err
}

// remember sets whether a device is remembered; nothing said changes nothing.
func (s *Service) remember(c *op.Call, d *userpool.Device, status *string) error {
	if status == nil {
		return nil
	}
	d.Remembered, d.Modified = *status == "remembered", c.Now
	return s.Realm.PutDevice(c.Tx, d)
}

const (
	defaultPage  = 60
	pagePurpose  = "ListDevices"
	pageLifetime = time.Hour
)

// list is a page of a user's devices. who binds the page token, beside the user and the size.
func (s *Service) list(c *op.Call, p *userpool.Pool, u *userpool.User, admin bool, limit *int64, token *string, who ...string) ([]cognitoidp.DeviceType, *string, error) {
	size := defaultPage
	if limit != nil && *limit > 0 {
		size = min(int(*limit), defaultPage)
	}
	binding := append(who, string(p.ID), u.Sub, strconv.Itoa(size))
	var after store.Key
	if token != nil {
		raw, err := s.Realm.Vault.OpenToken(pagePurpose, *token, binding...)
		if err != nil || len(raw) <= 8 || uint64(c.Now.UnixMilli()) >= binary.BigEndian.Uint64(raw) {
			return nil, nil, badPageToken()
		}
		after = raw[8:]
	}
	out := []cognitoidp.DeviceType{}
	for d, err := range userpool.Devices.Scan(c.Tx, p.Key(u.Sub), after) {
		if err != nil {
			return nil, nil, fmt.Errorf("list devices: %w", err)
		}
		if !admin && !d.Remembered { // a user sees what is remembered (inferred)
			continue
		}
		if len(out) == size {
			raw := binary.BigEndian.AppendUint64(nil, uint64(c.Now.Add(pageLifetime).UnixMilli()))
			last := p.Key(u.Sub, *out[size-1].DeviceKey)
			return out, new(s.Realm.Vault.SealToken(pagePurpose, append(raw, last...), binding...)), nil
		}
		out = append(out, d.Shown(u.Username, admin))
	}
	return out, nil, nil
}
