package userpool

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// TestTypicalUser_stored: rows of users cannot be read without the text that they were packed against.
func TestTypicalUser_stored(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte(typicalUser))
	if got := hex.EncodeToString(sum[:]); got != "70b43c963fdec9f22444604d6bcc46482356cd95cbdb7c697a22d1ad7c1212ad" {
		t.Errorf("typicalUser is another text, of %s: rows of users that are kept cannot be read any more", got)
	}
}
