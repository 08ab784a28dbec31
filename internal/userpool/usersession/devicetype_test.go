package usersession

import (
	"testing"
	"unicode/utf8"
)

func TestDeviceType(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"":         "unknown",
		"/1.0":     "1.0",
		"Mozilla/": "unknown",
		"Boto3/1.40.1 md/Botocore#1.40.1 os/linux#6.1": "Boto3 1.40.1",
		"curl/8.9.1": "curl 8.9.1",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36":                              "Chrome 125 / macOS 15.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.2535.51":               "Edge 125 / Windows 10.0",
		"Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0":                                                                          "Firefox 126 / Linux",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1":         "Safari 17 / iOS 17.5",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36":                           "Chrome 125 / Android 14",
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36":                                  "Chrome 125 / ChromeOS",
		"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1":           "Chrome 125 / iPadOS 17.5",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0 and what not else": "Opera 110 / Windows 10.0",
	} {
		if got := deviceType(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func FuzzDeviceType(f *testing.F) {
	f.Add("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Chrome/125.0.0.0")
	f.Fuzz(func(t *testing.T, agent string) {
		got := deviceType(agent)
		if got == "" || utf8.ValidString(agent) && !utf8.ValidString(got) || len(got) > len(agent)+40 {
			t.Errorf("%q: %q", agent, got)
		}
	})
}
