// Package embedded joins the logs services to the log store of the data folder
// and to its drainer.
//
//	event.Service ─ Encode ─▶ outbox ─▶ drain.Drainer ─▶ segment.Store
//	                                        └─ Settler ─▶ event.Settle, metricfilter.Settle
//	event, group, insight ◀─ Store ─ segment.Store
//
// It holds no rules of its own: shapes are turned into each other, nothing more.
package embedded
