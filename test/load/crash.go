package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// crashes prints how long a start over a folder takes after the server was killed while eight clients changed state.
func crashes(o options) error {
	if o.folder == "" {
		return errors.New("-crash needs a -folder")
	}
	var ready, answered []time.Duration
	for range 5 {
		t, err := launch(o, o.folder)
		if err != nil {
			return err
		}
		if err := t.crash(o.each); err != nil {
			return err
		}
		began := time.Now()
		if t, err = launch(o, o.folder); err != nil {
			return err
		}
		_, _, err = t.call("cloudtrail", "LookupEvents", map[string]any{"MaxResults": 1}, true)
		answered, ready = append(answered, time.Since(began)), append(ready, t.start)
		if err := errors.Join(err, t.stop()); err != nil {
			return err
		}
	}
	slices.Sort(ready)
	slices.Sort(answered)
	fmt.Printf("Start over the folder %s after kill -9 under load: ready after %.0f ms, most %.0f ms; first answer of LookupEvents after %.0f ms, most %.0f ms (%d kills)\n",
		o.folder, ms(ready[2]), ms(ready[4]), ms(answered[2]), ms(answered[4]), len(ready))
	return nil
}

// crash kills the server under load.
func (t *target) crash(d time.Duration) error {
	out, _, err := t.call("cognito-idp", "CreateUserPool", map[string]any{"PoolName": "crash"}, true)
	if err != nil {
		return errors.Join(err, t.stop())
	}
	w := &work{target: t}
	w.plain.id = out["UserPool"].(map[string]any)["Id"].(string)
	w.serial.Store(time.Now().UnixNano()) // names that no other crash has used
	ended := make(chan error, 1)
	go func() {
		_, err := w.drive(8, d+time.Hour, w.adminCreate)
		ended <- err
	}()
	select {
	case err := <-ended:
		return errors.Join(err, t.stop())
	case <-time.After(d):
	}
	if err := t.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = t.cmd.Wait() // says that it was killed
	if err := <-ended; err == nil {
		return errors.New("clients went on without a server")
	}
	t.client.Transport.(*http.Transport).CloseIdleConnections()
	return nil
}
