package threat

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// maxEncoded bounds EncodedData; longer data is left aside.
const maxEncoded = 16 << 10

// told is what an application says of a device.
type told struct {
	name     string // empty where the user agent tells more
	agent    string
	timezone string
	mark     string
}

// decode reads EncodedData as Amplify and the libraries for browsers and telephones make it: base64 of a JSON object with the
// payload, itself JSON text, its signature and the version of the format. The key of the signature is the client's id, which anybody
// may know: it tells data of that client from data of another and proves nothing. What cannot be read counts as not sent.
func decode(encoded, client, pool string) (told, bool) {
	if len(encoded) > maxEncoded {
		return told{}, false
	}
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return told{}, false
	}
	var outer struct{ Payload, Signature, Version string }
	if json.Unmarshal(raw, &outer) != nil {
		return told{}, false
	}
	sum, err := base64.StdEncoding.DecodeString(outer.Signature)
	if err != nil || !hmac.Equal(sum, signature(client, outer.Version, outer.Payload)) {
		return told{}, false
	}
	var inner struct {
		ContextData struct {
			UserAgent, DeviceID, DeviceName, DeviceBrand, Platform, DeviceOsReleaseVersion, ClientTimezone string
		}
		UserPoolID string
	}
	if json.Unmarshal([]byte(outer.Payload), &inner) != nil || inner.UserPoolID != "" && inner.UserPoolID != pool {
		return told{}, false
	}
	d := inner.ContextData
	t := told{agent: d.UserAgent, timezone: d.ClientTimezone}
	if d.DeviceID != "" {
		sum := sha256.Sum256([]byte(d.DeviceID))
		t.mark = "id " + hex.EncodeToString(sum[:8])
	}
	if t.agent == "" && (d.DeviceName != "" || d.DeviceBrand != "") { // a telephone
		t.name = strings.TrimSpace(d.DeviceBrand+" "+d.DeviceName) + ", " + strings.TrimSpace(d.Platform+" "+d.DeviceOsReleaseVersion)
	}
	return t, true
}

func signature(client, version, payload string) []byte {
	m := hmac.New(sha256.New, []byte(client))
	m.Write([]byte(version))
	m.Write([]byte(payload))
	return m.Sum(nil)
}
