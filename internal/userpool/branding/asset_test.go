package branding

import (
	"bytes"
	"testing"
)

func FuzzStill(f *testing.F) {
	f.Add([]byte(`<svg><path d="M0 0"/></svg>`))
	f.Add([]byte(`<svg><SCRIPT/></svg>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if still(b) && bytes.Contains(bytes.ToLower(b), []byte("<script")) && !bytes.Contains(b, []byte("<!--")) && !bytes.Contains(b, []byte("<![CDATA[")) && !bytes.Contains(b, []byte("<?")) && !bytes.Contains(b, []byte("<!")) {
			t.Errorf("%q passes", b)
		}
	})
}

func FuzzCheckDocument(f *testing.F) {
	f.Add([]byte(`{"components":{"a":[1,true,null]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if checkDocument(b) == nil && !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
			t.Errorf("%q passes", b)
		}
	})
}
