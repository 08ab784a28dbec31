package usersession

import "strings"

// browsers are how browsers name themselves in a User-Agent, before the engines they build on, which all say they are others too.
var browsers = []struct{ token, name string }{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Version/", "Safari"},
}

// systems are how the systems below browsers name themselves, with what stands before their version.
var systems = []struct{ mark, version, name string }{
	{"iPhone", "iPhone OS ", "iOS"}, {"iPad", "CPU OS ", "iPadOS"}, {"Android", "Android ", "Android"}, {"Windows", "Windows NT ", "Windows"},
	{"CrOS", "", "ChromeOS"}, {"Macintosh", "Mac OS X ", "macOS"}, {"Linux", "", "Linux"},
}

// deviceType says which software sent a User-Agent: browser and system ("Chrome 125 / macOS 15.0"), or the first product it names.
// "unknown" if it names none. Whoever sends it may say what he likes. [Cognito: SessionDescriptionType; the parsing is inferred]
func deviceType(agent string) string {
	product, _, _ := strings.Cut(strings.TrimSpace(agent), " ")
	if !strings.HasPrefix(product, "Mozilla/") {
		name, version, _ := strings.Cut(product, "/")
		if name = words(name, version); name == "" {
			return "unknown"
		}
		return name
	}
	var parts []string
	for _, b := range browsers {
		if v, ok := after(agent, b.token); ok {
			major, _, _ := strings.Cut(v, ".")
			parts = append(parts, words(b.name, major))
			break
		}
	}
	for _, s := range systems {
		if !strings.Contains(agent, s.mark) {
			continue
		}
		v := ""
		if s.version != "" {
			v, _ = after(agent, s.version)
		}
		parts = append(parts, words(s.name, strings.ReplaceAll(v, "_", ".")))
		break
	}
	if len(parts) == 0 {
		return "unknown"
	}
	return strings.Join(parts, " / ")
}

// after is the version that follows a text: digits, dots and underscores.
func after(agent, text string) (string, bool) {
	_, rest, ok := strings.Cut(agent, text)
	end := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '_' })
	if end >= 0 {
		rest = rest[:end]
	}
	return rest, ok
}

func words(name, version string) string { return strings.TrimSpace(name + " " + version) }
