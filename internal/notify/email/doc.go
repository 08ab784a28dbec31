// Package email sends the mailbox's messages to the world by SMTP.
//
//	job of mailbox.JobKind ─ Sender.Run ─▶ mailbox opens the message ─▶ SMTP server
//
// # Promises
//
// The connection is encrypted (implicit TLS on port 465, else STARTTLS) and the
// server's certificate checked, unless the configuration says Plain. A message
// that the server refuses for good (5xx) ends; anything else comes back with
// growing waits. The job's id makes the Message-ID, so that a repeated delivery
// shows as the same mail. Errors hold no address and no text of a message.
package email
