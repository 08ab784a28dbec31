// Package alarm keeps metric alarms, evaluates them, and answers CloudWatch's
// alarm operations. Package alarm/evaluate owns the rules that decide a state.
//
//	PutMetricAlarm ─▶ "alarm" row, "alarm.due" row (evaluate at once), history
//	Evaluator.Run ─▶ due rows ─ Metrics.Points ─ evaluate.Evaluate ─▶ one transaction:
//	                   next due row; if the state changed: alarm row, history, a job per action
//	Actor.Run (job) ─▶ Topics.Publish and the history of the action, one transaction
//	SetAlarmState ─▶ the same transition by hand
//
// # Promises
//
// An action runs if and only if its transition committed, and a topic is
// published to exactly once per transition and action: the job that repeats finds
// the history item of its first run. Evaluations lie on multiples of the alarm's
// interval (plus settle) however late one was; what was missed while the server
// stood still is evaluated once. History is kept for 30 days and outlives the alarm.
package alarm
