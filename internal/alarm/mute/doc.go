// Package mute is the schedule of a mute rule: when its windows are.
//
// It owns the texts of a schedule (schedule.go, cron.go, duration.go) and its windows (window.go). It leaves to others which alarms a rule
// mutes and what happens to their actions.
//
//	expression, duration, zone ── Parse ──► Schedule ── Active(now) ──► the window of now, if there is one
//	                                                └── Status(now) ──► SCHEDULED, ACTIVE, EXPIRED
//
// Promises: the answers depend on their arguments alone. A look for a window examines at most the days of MaxDuration. A time that the
// clocks of the zone skip or have twice is what package time makes of it.
package mute
