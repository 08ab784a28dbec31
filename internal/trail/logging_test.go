package trail_test

import (
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cloudtrail"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/trail"
)

func TestLogging_StartStopDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	state := base("main")

	// Stopping what does not log changes nothing.
	a := call(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: "main"})
	a.want(t, `{}`)
	a.about(t, mainARN)
	w.want(state)

	w.now = start.Add(time.Minute)
	n := w.generation()
	a = call(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "main"})
	a.want(t, `{}`)
	a.about(t, mainARN)
	state.Logging, state.Started = true, w.now
	w.want(state)
	if w.generation() <= n {
		t.Error("delivery does not learn of the start")
	}

	// Starting again keeps the time of the first start.
	w.now = start.Add(2 * time.Minute)
	a = call(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: mainARN})
	a.want(t, `{}`)
	a.about(t, mainARN)
	w.want(state)

	// The request that stops is remembered: its record is the last one of the trail.
	w.now = start.Add(3 * time.Minute)
	n = w.generation()
	a = call(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: "main"})
	a.want(t, `{}`)
	a.about(t, mainARN)
	state.Logging, state.Stopped, state.Ending, state.EndRequest = false, w.now, true, a.request
	w.want(state)
	if w.generation() <= n {
		t.Error("delivery does not learn of the stop")
	}

	// Stopping again neither moves the end nor the request.
	w.now = start.Add(4 * time.Minute)
	call(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: "main"}).want(t, `{}`)
	w.want(state)

	// Until the last files are out the trail cannot begin anew.
	a = call(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "main"})
	a.refused(t, "ConflictException", "The trail main is still delivering its last files. Try again shortly.")
	a.about(t, mainARN)
	w.want(state)

	w.edit(func(r *trail.Row) { r.Ending, r.EndRequest = false, "" })
	state.Ending, state.EndRequest = false, ""
	w.now = start.Add(5 * time.Minute)
	call(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "main"}).want(t, `{}`)
	state.Logging, state.Started = true, w.now
	w.want(state)

	// Deleting what logs leaves a row that delivery finishes, and that nobody finds.
	w.now = start.Add(6 * time.Minute)
	a = call(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: "main"})
	a.want(t, `{}`)
	a.about(t, mainARN)
	state.Logging, state.Stopped, state.Ending, state.EndRequest, state.Deleted = false, w.now, true, a.request, true
	w.want(state)
	for name, o := range byName {
		if b := o.run(w, "main"); b.code != "TrailNotFoundException" {
			t.Errorf("%s after DeleteTrail: %v", name, b.err)
		}
	}
	w.want(state)

	// The name is free at once, and the new trail is another one.
	must(w, w.s.CreateTrail, plain("main"))
	if n := len(w.rows()); n != 2 {
		t.Errorf("%d rows, want the old one and the new one", n)
	}
}

func TestDeleteTrail_NeverLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w, w.s.CreateTrail, plain("main"))
	n := w.generation()
	a := call(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: mainARN})
	a.want(t, `{}`)
	a.about(t, mainARN)
	w.want()
	if w.generation() <= n {
		t.Error("delivery does not learn that the trail is gone")
	}
	call(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: mainARN}).refused(t, "TrailNotFoundException", "Unknown trail: "+mainARN+" for the user: 111122223333")
}

// A trail that was stopped before it was deleted ended with the stop: nothing of
// the time in between may be delivered.
func TestDeleteTrail_AfterStopKeepsTheEndOfTheStop(t *testing.T) {
	t.Parallel()
	for name, drained := range map[string]bool{"before the stop's record is drained": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			must(w, w.s.CreateTrail, plain("main"))
			must(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "main"})
			w.now = start.Add(time.Minute)
			stop := must(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: "main"})
			w.edit(func(r *trail.Row) { r.Drained = drained })
			w.now = start.Add(time.Hour)
			must(w, w.s.DeleteTrail, &cloudtrail.DeleteTrailInput{Name: "main"})
			w.want(with(base("main"), func(r *trail.Row) {
				r.Started, r.Stopped, r.Ending, r.EndRequest, r.Drained, r.Deleted = start, start.Add(time.Minute), true, stop.request, drained, true
			}))
		})
	}
}

func TestGetTrailStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := plain("main")
	in.IsMultiRegionTrail = new(true)
	must(w, w.s.CreateTrail, in)
	const never = `{"IsLogging":false,"LatestDeliveryAttemptSucceeded":"","LatestDeliveryAttemptTime":"","LatestNotificationAttemptSucceeded":"","LatestNotificationAttemptTime":"",` +
		`"TimeLoggingStarted":"","TimeLoggingStopped":""}`
	a := call(w, w.s.GetTrailStatus, &cloudtrail.GetTrailStatusInput{Name: "main"})
	a.want(t, never)
	a.about(t)

	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	must(w, w.s.StartLogging, &cloudtrail.StartLoggingInput{Name: "main"})
	w.now = at(1)
	must(w, w.s.StopLogging, &cloudtrail.StopLoggingInput{Name: "main"})
	var id string
	w.edit(func(r *trail.Row) { id = r.ID })
	err := w.db.Update(t.Context(), func(tx store.Tx) error {
		return trail.Statuses.Put(tx, &trail.Status{
			Trail: id, Region: east, Delivery: at(2), DeliveryAttempt: at(3), DeliveryError: "AccessDenied", Digest: at(4), DigestError: "NoSuchBucket",
			LogsDelivery: at(5), LogsError: "Access denied.", Notification: at(6), NotificationAttempt: at(7), NotificationError: "AuthorizationError",
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	before := w.rows()
	a = call(w, w.s.GetTrailStatus, &cloudtrail.GetTrailStatusInput{Name: mainARN})
	a.want(t, `{"IsLogging":false,"LatestCloudWatchLogsDeliveryError":"Access denied.","LatestCloudWatchLogsDeliveryTime":"2026-03-02T10:05:31.25Z",`+
		`"LatestDeliveryAttemptSucceeded":"2026-03-02T10:02:31Z","LatestDeliveryAttemptTime":"2026-03-02T10:03:31Z","LatestDeliveryError":"AccessDenied","LatestDeliveryTime":"2026-03-02T10:02:31.25Z",`+
		`"LatestDigestDeliveryError":"NoSuchBucket","LatestDigestDeliveryTime":"2026-03-02T10:04:31.25Z",`+
		`"LatestNotificationAttemptSucceeded":"2026-03-02T10:06:31Z","LatestNotificationAttemptTime":"2026-03-02T10:07:31Z","LatestNotificationError":"AuthorizationError","LatestNotificationTime":"2026-03-02T10:06:31.25Z",`+
		`"StartLoggingTime":"2026-03-02T10:00:31.25Z","StopLoggingTime":"2026-03-02T10:01:31.25Z","TimeLoggingStarted":"2026-03-02T10:00:31Z","TimeLoggingStopped":"2026-03-02T10:01:31Z"}`)
	w.want(before...)

	// Each Region has its own status; the trail's times are the same everywhere.
	w.region = west
	call(w, w.s.GetTrailStatus, &cloudtrail.GetTrailStatusInput{Name: mainARN}).want(t,
		`{"IsLogging":false,"LatestDeliveryAttemptSucceeded":"","LatestDeliveryAttemptTime":"","LatestNotificationAttemptSucceeded":"","LatestNotificationAttemptTime":"",`+
			`"StartLoggingTime":"2026-03-02T10:00:31.25Z","StopLoggingTime":"2026-03-02T10:01:31.25Z","TimeLoggingStarted":"2026-03-02T10:00:31Z","TimeLoggingStopped":"2026-03-02T10:01:31Z"}`)
}
