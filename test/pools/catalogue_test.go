package pools

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// row is one line of testdata/messages.tsv: a refusal as AWS words it.
type row struct {
	operation, situation string
	status               int
	code, message        string
	// why tells that the row cannot be reached, and why.
	why string
}

// readRows reads the file. Its columns are operation, situation, status, code and message as a JSON text; a row that cannot be
// reached has a minus sign for its status, and the reason as sixth column.
func readRows(t *testing.T) []row {
	t.Helper()
	f, err := os.Open("testdata/messages.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []row
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if lines.Text() == "" || strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		c := strings.Split(lines.Text(), "\t")
		if len(c) < 5 {
			t.Fatalf("%q has not five columns", lines.Text())
		}
		r := row{operation: c[0], situation: c[1], code: c[3]}
		if err := json.Unmarshal([]byte(c[4]), &r.message); err != nil {
			t.Fatalf("%q: %v", c[4], err)
		}
		if c[2] == "-" {
			if len(c) != 6 {
				t.Fatalf("%q has no reason", lines.Text())
			}
			r.why = c[5]
		} else if r.status, err = strconv.Atoi(c[2]); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		t.Fatalf("no rows: %v", err)
	}
	return out
}

// TestMessages brings about every refusal of the catalogue and compares status, header, body and record with it, byte for byte.
func TestMessages(t *testing.T) {
	t.Parallel()
	rows := readRows(t)
	reached, unreached := 0, 0
	seen := map[string]bool{}
	for _, r := range rows {
		name := r.operation + ": " + r.situation
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if r.why != "" {
			unreached++
			if situations[name] != nil {
				t.Errorf("%s: called out of reach, and brought about", name)
			}
			continue
		}
		reached++
		bring := situations[name]
		if bring == nil {
			t.Errorf("%s: nobody knows how to bring it about", name)
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			a := bring(s)
			want := s.fill(r.message)
			text, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			body := `{"__type":"` + r.code + `","message":` + unescaped(string(text)) + `}`
			if a.status != r.status || string(a.body) != body {
				t.Errorf("answer %d %s\nwant   %d %s", a.status, a.body, r.status, body)
			}
			if a.header != r.code+":" {
				t.Errorf("X-Amzn-ErrorType is %q", a.header)
			}
			switch rec := a.record; {
			case rec == nil && s.nobodys:
			case rec == nil:
				t.Error("the refusal has no record")
			case rec.EventName != r.operation || rec.EventSource != "cognito-idp.amazonaws.com" || rec.ErrorCode != r.code || rec.ErrorMessage != want:
				t.Errorf("record: %+v", *rec)
			}
		})
	}
	for name := range situations {
		if !seen[name] {
			t.Errorf("%s is brought about, but not in the file", name)
		}
	}
	t.Logf("%d refusals reached, %d out of reach", reached, unreached)
}

// unescaped undoes what encoding/json does to HTML, which the protocol does not do.
func unescaped(s string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

// scene is a bed with a pool that verifies e-mail addresses, a client, and names for what the messages mention.
type scene struct {
	*bed
	pool, client string
	vars         map[string]string
	// nobodys tells that the call names nothing that has an owner, and so has no record.
	nobodys bool
}

func newScene(t *testing.T) *scene {
	s := &scene{bed: newBed(t), vars: map[string]string{}}
	s.use(s.Pool(nil))
	return s
}

// use makes a pool the scene's, with a client of its own.
func (s *scene) use(pool string) {
	s.pool = pool
	s.client = *s.Client(pool, nil).ClientId
	s.vars["pool"], s.vars["client"] = s.pool, s.client
}

// fill puts the scene's names into a message of the file.
func (s *scene) fill(message string) string {
	for k, v := range s.vars {
		message = strings.ReplaceAll(message, "{"+k+"}", v)
	}
	return message
}

// ok is a call that has to succeed.
func (s *scene) ok(operation string, in m) map[string]any {
	s.T.Helper()
	a := s.call(operation, in)
	if a.status != http.StatusOK {
		s.T.Fatalf("%s: %d %s", operation, a.status, a.body)
	}
	var out map[string]any
	if len(a.body) > 0 {
		a.decode(s.T, &out)
	}
	return out
}

// m is an input.
type m = map[string]any
