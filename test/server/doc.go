// Package server starts, stops and kills the built program for tests that mean
// it harm, and speaks to it in raw HTTP: what a client library would refuse to
// send can be sent here.
//
//	Build ─▶ binary ─ Start(Options) ─▶ Server ─ Call, S3, Do ─▶ Answer
//	                                     ├ Stop: SIGTERM, exit code 0 within time
//	                                     └ Kill: SIGKILL, nothing is waited for but the end
//	Server.Events ─▶ Event history, every page
//
// A Server's output goes into files beside its data folder, so that it outlives
// a kill and can be searched for secrets. Functions return errors: whether a
// fault fails the test is the test's decision.
package server
