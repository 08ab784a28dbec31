package threat

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	const ios = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":            {"Chrome 126, Windows 10", "Chrome, Windows"},
		"Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2": {"Edge 126, Windows 7", "Edge, Windows"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15":      {"Safari 17, Mac OS X 10.15.7", "Safari, Mac OS X"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                     {"Firefox 128, Linux", "Firefox, Linux"},
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36":      {"Chrome 125, Android 14", "Chrome, Android"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36":             {"Chrome 125, Chrome OS", "Chrome, Chrome OS"},
		ios:                                {"Safari 17, iOS 17.5.1", "Safari, iOS"},
		"aws-cli/2.17.1 Python/3.11":       {"Other, Other", "Other, Other, aws-cli"},
		"Boto3/1.35 Linux":                 {"Other, Linux", "Other, Linux, Boto3"},
		"":                                 {"Other, Other", "Other, Other, "},
		"\x00\xff<b>/1":                    {"Other, Other", "Other, Other, <b>"},
		strings.Repeat("Chrome/", 100_000): {"Chrome, Other", "Chrome, Other"},
	} {
		name, family := device(agent)
		if name != want[0] || family != want[1] {
			t.Errorf("%.60q: %q %q, want %q", agent, name, family, want)
		}
	}
}

// encode makes EncodedData as Amplify does.
func encode(client, version, payload string) string {
	raw, err := json.Marshal(map[string]string{
		"payload": payload, "version": version, "signature": base64.StdEncoding.EncodeToString(signature(client, version, payload)),
	})
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

const browser = `{"contextData":{"UserAgent":"Mozilla/5.0 (Windows NT 10.0) Chrome/126.0","DeviceId":"abc:17","DeviceLanguage":"de","ClientTimezone":"-07:00"},"username":"u","userPoolId":"p","timestamp":"1"}`

func TestPublic(t *testing.T) {
	t.Parallel()
	c := &op.Call{SourceIP: "198.51.100.7", UserAgent: "Mozilla/5.0 (X11; Linux) Firefox/128.0"}
	plain := &userpool.Client{ID: "c", Pool: "p"}
	server := &userpool.Client{ID: "c", Pool: "p", Secret: []byte{1}, Settings: cognitoidp.UserPoolClientType{EnablePropagateAdditionalUserContextData: new(true)}}
	phone := `{"contextData":{"DeviceId":"abc","DeviceBrand":"Google","DeviceName":"Pixel 8","Platform":"ANDROID","DeviceOsReleaseVersion":"14"},"userPoolId":"p"}`
	seen := userpool.Place{Address: "198.51.100.7", Network: "198.51.100.0/24", Device: "Firefox 128, Linux", Mark: "Firefox, Linux"}
	told := userpool.Place{Address: "198.51.100.7", Network: "198.51.100.0/24", Device: "Chrome 126, Windows 10", Mark: "id efea22e79b4b8209", Timezone: "-07:00", Context: true}
	for _, x := range []struct {
		name   string
		client *userpool.Client
		data   *cognitoidp.UserContextDataType
		want   userpool.Place
	}{
		{"nothing", plain, nil, seen},
		{"browser", plain, &cognitoidp.UserContextDataType{EncodedData: new(encode("c", "JS20171115", browser))}, told},
		{"of another client", plain, &cognitoidp.UserContextDataType{EncodedData: new(encode("d", "JS20171115", browser))}, seen},
		{"of another pool", plain, &cognitoidp.UserContextDataType{EncodedData: new(encode("c", "JS20171115", `{"userPoolId":"q"}`))}, seen},
		{"no base64", plain, &cognitoidp.UserContextDataType{EncodedData: new("***")}, seen},
		{"too long", plain, &cognitoidp.UserContextDataType{EncodedData: new(encode("c", "x", `{"contextData":{"DeviceId":"`+strings.Repeat("a", maxEncoded)+`"}}`))}, seen},
		{"address of a client that may not say", plain, &cognitoidp.UserContextDataType{IpAddress: new("203.0.113.9")}, seen},
		{"address", server, &cognitoidp.UserContextDataType{IpAddress: new("2001:db8:1:2::3")}, userpool.Place{
			Address: "2001:db8:1:2::3", Network: "2001:db8:1::/48", Device: seen.Device, Mark: seen.Mark}},
		{"no address", server, &cognitoidp.UserContextDataType{IpAddress: new("here")}, seen},
	} {
		if got := Public(c, x.client, x.data)(); got != x.want {
			t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
		}
	}
	got := Public(c, plain, &cognitoidp.UserContextDataType{EncodedData: new(encode("c", "ANDROID20171114", phone))})()
	if got.Device != "Google Pixel 8, ANDROID 14" || !strings.HasPrefix(got.Mark, "id ") {
		t.Errorf("telephone: %+v", got)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	client := &userpool.Client{ID: "c", Pool: "p"}
	if got := Admin(client, nil)(); got != (userpool.Place{}) {
		t.Errorf("nothing said: %+v", got)
	}
	got := Admin(client, &cognitoidp.ContextDataType{IpAddress: "::ffff:203.0.113.9", HttpHeaders: []cognitoidp.HttpHeader{
		{HeaderName: new("Accept"), HeaderValue: new("*/*")}, {HeaderName: new("User-Agent"), HeaderValue: new("Mozilla/5.0 (X11; Linux) Firefox/128.0")}, {}}})()
	want := userpool.Place{Address: "203.0.113.9", Network: "203.0.113.0/24", Device: "Firefox 128, Linux", Mark: "Firefox, Linux", Context: true}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode("c", "JS20171115", browser))
	f.Add("")
	f.Fuzz(func(t *testing.T, encoded string) {
		d, ok := decode(encoded, "c", "p")
		if !ok && d != (told{}) {
			t.Errorf("%+v of data that is left aside", d)
		}
		p := place{userpool.Place{}}
		p.finish(p.told(&userpool.Client{ID: "c", Pool: "p"}, &encoded, "x"))
		for _, s := range []string{p.Device, p.Mark, p.Timezone} {
			if len(s) > 4*maxText+64 || strings.ContainsAny(s, "\r\n\x00") {
				t.Errorf("kept %q", s)
			}
		}
	})
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/1")
	f.Fuzz(func(t *testing.T, agent string) {
		for _, s := range func() []string { a, b := device(agent); return []string{a, b} }() {
			if len(s) > 2*4*maxText+64 || strings.ContainsAny(s, "\r\n\x00") {
				t.Errorf("%q", s)
			}
		}
	})
}
