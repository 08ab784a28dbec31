package gateway

import (
	"io"
	"net/http"
	"time"
)

// pacedBody bounds how long a client may be silent while its body is read, so
// that slow clients cannot hold all slots. The connection ends with the deadline.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	idle    time.Duration
}

// pace makes every read of the request's body wait at most idle.
func pace(w http.ResponseWriter, r *http.Request, idle time.Duration) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	r.Body = &pacedBody{r.Body, http.NewResponseController(w), idle}
}

// Read implements io.Reader. The deadline is taken off again: later waits on the
// connection are not the body's.
func (p *pacedBody) Read(b []byte) (int, error) {
	// A writer without deadlines, such as a recorder of tests, has no slow clients.
	_ = p.control.SetReadDeadline(time.Now().Add(p.idle))
	n, err := p.ReadCloser.Read(b)
	_ = p.control.SetReadDeadline(time.Time{})
	return n, err
}

// bounded sets one deadline for all of a buffered body and returns what takes it off.
func bounded(w http.ResponseWriter, d time.Duration) (done func()) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(d))
	return func() { _ = control.SetReadDeadline(time.Time{}) }
}
