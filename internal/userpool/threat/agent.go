package threat

import "strings"

// agents are the browsers that are told apart, those first that also call themselves one of the others.
var agents = []struct{ token, name string }{
	{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"},
	{"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Version/", "Safari"},
}

// systems are the operating systems that are told apart.
var systems = []struct{ token, name string }{
	{"Windows NT ", "Windows"}, {"CrOS ", "Chrome OS"}, {"Android ", "Android"}, {"iPhone OS ", "iOS"}, {"CPU OS ", "iOS"}, {"Mac OS X ", "Mac OS X"},
}

// windows are the names of Windows by the versions that user agents show.
var windows = map[string]string{"10": "10", "6.3": "8.1", "6.2": "8", "6.1": "7"}

const (
	maxAgent = 512
	other    = "Other"
)

// device reads a user agent: the name that events show, such as "Chrome 126, Windows 10", and what stays the same when the
// software is brought up to date.
func device(agent string) (name, family string) {
	agent = agent[:min(len(agent), maxAgent)]
	browser, browserName := other, other
	for _, a := range agents {
		if v, ok := after(agent, a.token); ok && (a.name != "Safari" || strings.Contains(agent, "Safari/")) {
			browser, browserName = a.name, join(a.name, major(v))
			break
		}
	}
	system, systemName := other, other
	for _, s := range systems {
		v, ok := after(agent, s.token)
		if !ok {
			continue
		}
		v = strings.TrimSuffix(strings.ReplaceAll(v, "_", "."), ".0")
		if s.name == "Windows" {
			v = windows[v]
		}
		if s.name == "Chrome OS" {
			v = ""
		}
		system, systemName = s.name, join(s.name, v)
		break
	}
	if system == other && strings.Contains(agent, "Linux") {
		system, systemName = "Linux", "Linux"
	}
	family = browser + ", " + system
	if browser == other { // programs are told apart by what they call themselves
		program, _, _ := strings.Cut(agent, "/")
		family += ", " + clip(program)
	}
	return browserName + ", " + systemName, family
}

// after returns the digits, dots and underlines behind a token.
func after(agent, token string) (string, bool) {
	_, rest, ok := strings.Cut(agent, token)
	if !ok {
		return "", false
	}
	n := strings.IndexFunc(rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '_' })
	if n >= 0 {
		rest = rest[:n]
	}
	return clip(rest), true
}

func major(version string) string {
	m, _, _ := strings.Cut(version, ".")
	return m
}

func join(name, version string) string {
	if version == "" {
		return name
	}
	return name + " " + version
}
