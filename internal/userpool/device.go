package userpool

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/store"
)

// Device is one device of a user: a key the server gave at a sign-in, and the verifier of a password the device made for itself.
type Device struct {
	Account string
	Region  string
	Pool    PoolID
	Sub     string
	Key     string
	Group   string // DeviceGroupKey
	Name    string `json:",omitempty"`
	// Verifier is the sealed SRP verifier of the device's password.
	Verifier []byte
	// Remembered tells that the device may stand for a second factor.
	Remembered bool
	Created    time.Time
	Modified   time.Time
	// SignedIn and Address are of the last sign-in with the device.
	SignedIn time.Time
	Address  string
}

// Devices holds the devices of all users.
var Devices = store.Table[Device]{
	Name: "userpool.devices",
	Key:  func(d *Device) store.Key { return store.K(d.Account, d.Region, string(d.Pool), d.Sub, d.Key) },
}

// maxDevices bounds a user's devices. One more takes the place of the one that was not used for longest. (inferred)
const maxDevices = 100

const devicePurpose = "device verifier"

// TracksDevices tells that the pool gives devices keys and keeps them.
func (p *Pool) TracksDevices() bool { return p.Settings.DeviceConfiguration != nil }

// DeviceSkipsFactor tells that a remembered device stands for the second factor.
func (p *Pool) DeviceSkipsFactor() bool {
	c := p.Settings.DeviceConfiguration
	return c != nil && value(c.ChallengeRequiredOnNewDevice)
}

// RemembersOnPrompt tells that a device is remembered only when the user says so.
func (p *Pool) RemembersOnPrompt() bool {
	c := p.Settings.DeviceConfiguration
	return c != nil && value(c.DeviceOnlyRememberedOnUserPrompt)
}

// deviceGroup is the DeviceGroupKey of the pool, a name and no secret. Devices keep theirs.
func (p *Pool) deviceGroup() string {
	sum := sha256.Sum256([]byte("device group " + p.ID))
	text := strings.NewReplacer("-", "0", "_", "1").Replace(base64.RawURLEncoding.EncodeToString(sum[:]))
	return "-" + text[:8]
}

// Device returns a device of a user, or nil.
func (r *Realm) Device(tx store.Tx, p *Pool, sub, key string) (*Device, error) {
	d, err := Devices.Get(tx, p.key(sub, key))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read device: %w", err)
	}
	return d, nil
}

// NoDevice answers an unknown device key.
func NoDevice() error { return cognitoidp.ResourceNotFoundException("Device does not exist.") }

// PutDevice writes a device.
func (r *Realm) PutDevice(tx store.Tx, d *Device) error {
	if err := Devices.Put(tx, d); err != nil {
		return fmt.Errorf("write device: %w", err)
	}
	return nil
}

// AddDevice keeps a new device of a user with the verifier it made.
func (r *Realm) AddDevice(tx store.Tx, p *Pool, d *Device, v srp.Verifier) error {
	raw, err := v.MarshalBinary()
	if err != nil {
		return fmt.Errorf("encode verifier of a device: %w", err)
	}
	d.Account, d.Region, d.Pool, d.Group = p.Account, p.Region, p.ID, p.deviceGroup()
	d.Verifier = r.Vault.Seal(devicePurpose, raw, Devices.Key(d))
	var oldest *Device
	n := 0
	for x, err := range Devices.Scan(tx, p.key(d.Sub), nil) {
		if err != nil {
			return fmt.Errorf("count devices: %w", err)
		}
		if n++; oldest == nil || x.SignedIn.Before(oldest.SignedIn) {
			oldest = x
		}
	}
	if n >= maxDevices {
		if err := r.DropDevice(tx, oldest); err != nil {
			return err
		}
	}
	return r.PutDevice(tx, d)
}

// DeviceVerifier is the SRP verifier of a device.
func (r *Realm) DeviceVerifier(d *Device) (srp.Verifier, error) {
	raw, err := r.Vault.Open(devicePurpose, d.Verifier, Devices.Key(d))
	if err != nil {
		return srp.Verifier{}, fmt.Errorf("open verifier of a device: %w", err)
	}
	v, err := srp.ParseVerifier(raw)
	if err != nil {
		return v, fmt.Errorf("stored verifier of a device: %w", err)
	}
	return v, nil
}

// DropDevice forgets a device. Refresh tokens bound to it are good no more.
func (r *Realm) DropDevice(tx store.Tx, d *Device) error {
	if err := Devices.Delete(tx, Devices.Key(d)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("forget device: %w", err)
	}
	return nil
}

// DropDevices forgets all devices of a user.
func (r *Realm) DropDevices(tx store.Tx, p *Pool, u *User) error {
	var all []store.Key
	for d, err := range Devices.Scan(tx, p.key(u.Sub), nil) {
		if err != nil {
			return fmt.Errorf("look for devices: %w", err)
		}
		all = append(all, Devices.Key(d))
	}
	return deleteAll(tx, &Devices, all)
}

// Issued are a new device key and its group, for a sign-in without a known device.
func (p *Pool) Issued() *cognitoidp.NewDeviceMetadataType {
	return &cognitoidp.NewDeviceMetadataType{DeviceKey: new(p.Region + "_" + uuid.NewString()), DeviceGroupKey: new(p.deviceGroup())}
}

// Shown is a device as answers show it; admin adds what only administrators see.
func (d *Device) Shown(username string, admin bool) cognitoidp.DeviceType {
	attributes := []Attribute{{"device_status", "valid"}}
	if d.Name != "" {
		attributes = append(attributes, Attribute{"device_name", d.Name})
	}
	if admin {
		remembered := "not_remembered"
		if d.Remembered {
			remembered = "remembered"
		}
		attributes = slices.Insert(attributes, 0, Attribute{"dev:device_arn", arn.Regional("cognito-idp", d.Region, d.Account, "owner/"+username+"."+string(d.Pool)+"/device/"+d.Key)},
			Attribute{"dev:device_owner", string(d.Pool) + "." + username}, Attribute{"dev:device_remembered_status", remembered})
	}
	attributes = append(attributes, Attribute{"last_ip_used", d.Address})
	out := cognitoidp.DeviceType{
		DeviceKey: new(d.Key), DeviceCreateDate: new(d.Created), DeviceLastModifiedDate: new(d.Modified), DeviceLastAuthenticatedDate: new(d.SignedIn),
	}
	for _, a := range attributes {
		out.DeviceAttributes = append(out.DeviceAttributes, cognitoidp.AttributeType{Name: a.Name, Value: new(a.Value)})
	}
	return out
}

// Bind binds a sign-in to its device once that is known: from then on its refresh token needs the device's key.
func (r *Realm) Bind(tx store.Tx, f *Family) error {
	f.Bound = true
	if err := Families.Put(tx, f); err != nil {
		return fmt.Errorf("bind sign-in to its device: %w", err)
	}
	return nil
}

// CheckBound answers if a sign-in is bound to a device other than the one whose key came with its refresh token, or to one that
// was forgotten.
func (r *Realm) CheckBound(tx store.Tx, p *Pool, f *Family, key string, other error) error {
	if !p.TracksDevices() || !f.Bound {
		return nil
	}
	if key != f.Device {
		return other
	}
	if d, err := r.Device(tx, p, f.Sub, key); err != nil {
		return err
	} else if d == nil {
		return NoDevice()
	}
	return nil
}
