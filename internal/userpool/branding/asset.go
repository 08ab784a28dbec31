package branding

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
)

// checkAssets checks that each place of a page has one picture for a colour mode, and that pictures are what they say.
func checkAssets(list []cognitoidp.AssetType) error {
	seen := map[string]bool{}
	for _, a := range list {
		place := a.Category + " " + a.ColorMode
		if seen[place] {
			return twoAssets(a.Category)
		}
		seen[place] = true
		if a.Category == "FAVICON_ICO" && a.Extension != "ICO" || a.Category == "FAVICON_SVG" && a.Extension != "SVG" {
			return badAsset(a.Category)
		}
		if len(a.Bytes) == 0 && a.ResourceId == nil || len(a.Bytes) > 0 && !is(a.Extension, a.Bytes) {
			return badAsset(a.Category)
		}
	}
	return nil
}

// is tells whether b begins like a picture of its kind. An SVG is read whole.
func is(extension string, b []byte) bool {
	switch extension {
	case "PNG":
		return bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n"))
	case "JPEG":
		return bytes.HasPrefix(b, []byte("\xff\xd8\xff"))
	case "ICO":
		return bytes.HasPrefix(b, []byte("\x00\x00\x01\x00"))
	case "WEBP":
		return len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
	case "SVG":
		return still(b)
	}
	return false
}

const (
	maxDrawn = 20_000
	maxNest  = 64
)

// drawing are the elements of an SVG that only draw; those of filters begin with fe. Others run, load or replace something, or
// are not of SVG.
var drawing = func() map[string]bool {
	out := make(map[string]bool)
	for _, name := range strings.Fields(`svg g defs symbol use title desc metadata path rect circle ellipse line polyline polygon text
		tspan textPath linearGradient radialGradient stop clipPath mask pattern marker image switch filter style`) {
		out[name] = true
	}
	return out
}()

const svgNamespace = "http://www.w3.org/2000/svg"

func draws(name xml.Name) bool {
	return (name.Space == "" || name.Space == svgNamespace) && (drawing[name.Local] || strings.HasPrefix(name.Local, "fe"))
}

// still tells whether b is an SVG that only draws: no scripts, no handlers, no references but to itself and to pictures it
// holds.
func still(b []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(b))
	depth, drawn, style := 0, 0, false
	for {
		t, err := dec.Token()
		if err == io.EOF {
			return drawn > 0
		}
		if err != nil {
			return false
		}
		switch t := t.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(t), []byte("ENTITY")) {
				return false
			}
		case xml.ProcInst:
			if t.Target != "xml" {
				return false
			}
		case xml.CharData:
			if style && !quiet(strings.ToLower(string(t))) {
				return false
			}
		case xml.EndElement:
			style = false
			depth--
		case xml.StartElement:
			if style { // what stands behind it would be style, too
				return false
			}
			depth++
			if drawn++; drawn > maxDrawn || depth > maxNest || drawn == 1 && t.Name.Local != "svg" || !draws(t.Name) {
				return false
			}
			style = t.Name.Local == "style"
			for _, a := range t.Attr {
				if !harmless(a) {
					return false
				}
			}
		}
	}
}

func harmless(a xml.Attr) bool {
	name, value := strings.ToLower(a.Name.Local), strings.ToLower(strings.TrimSpace(a.Value))
	switch {
	case strings.HasPrefix(name, "on"):
		return false
	case name == "href" || name == "src":
		return strings.HasPrefix(value, "#") || strings.HasPrefix(value, "data:image/png") || strings.HasPrefix(value, "data:image/jpeg")
	}
	return quiet(value)
}

// quiet tells that a text loads nothing as a style: no escapes, no rules that import, no address but within the picture.
func quiet(text string) bool {
	return !strings.ContainsAny(text, `\@`) && !strings.Contains(text, "javascript:") && !strings.Contains(strings.ReplaceAll(text, "url(#", ""), "url(")
}
