// Package alarm keeps metric and composite alarms and mute rules, evaluates the
// alarms, and answers CloudWatch's alarm operations. Package alarm/evaluate owns the
// rules that decide a state, alarm/rule those of composites, alarm/mute the
// schedules of mute rules.
//
//	Put…Alarm ─▶ "alarm" row, "alarm.enrolled" row, "alarm.due" row (evaluate at once), history
//	Evaluator.EvaluateDue ─┬─ due rows ─▶ one transaction: values ─ evaluate.Evaluate ─▶ if the state changed, a transition
//	                       └─ "alarm.round" of an interval is due ─▶ its enrolled rows, in snapshots: values ─ Alarm.Next
//	                              ├─ stays: nothing is written
//	                              └─ moves ─▶ one transaction, as above
//	transition ─▶ alarm row, history, an event, a due row for each composite that looks at the alarm, and its actions:
//	                   held by the suppressor (hold.go) ─▶ muted by a rule (muted.go) ─▶ a job each
//	Actor.Run (job) ─▶ Topics.Publish and the history of the action, one transaction
//	SetAlarmState ─▶ the same transition by hand
//
// # Promises
//
// An action runs if and only if its transition committed, and a topic is
// published to exactly once per transition and action: the job that repeats finds
// the history item of its first run; one that was given up leaves an item too. Rounds lie on multiples of their
// interval (plus settle) however late one was; what was missed while the server
// stood still is evaluated once. A round that was interrupted is run again. Composite alarms are evaluated when a child changes,
// and keep their state while they look at themselves. History is kept for 30 days and outlives the alarm.
package alarm
