package harness

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// Message is one entry of the embedded mailbox.
type Message struct{ Destination, Subject, Body string }

// Messages reads the mailbox, newest first; to narrows it to one destination
// unless empty.
func (s *Server) Messages(t testing.TB, to string) []Message {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/_cogtrail/messages?to="+url.QueryEscape(to), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.Key, s.Secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("read mailbox: %v", err)
	}
	defer resp.Body.Close()
	var box struct{ Messages []Message }
	if err := json.NewDecoder(resp.Body).Decode(&box); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("read mailbox: status %d, %v", resp.StatusCode, err)
	}
	return box.Messages
}

var codePattern = regexp.MustCompile(`\b\d{6}\b`)

// Code is the newest code that was sent to a destination.
func (s *Server) Code(t testing.TB, to string) string {
	t.Helper()
	for _, m := range s.Messages(t, to) {
		if code := codePattern.FindString(m.Body); code != "" {
			return code
		}
	}
	t.Fatal("no message with a code")
	return ""
}
