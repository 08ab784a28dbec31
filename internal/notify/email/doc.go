// Package email sends the mailbox's messages to the world by SMTP.
//
//	job of mailbox.JobKind ─▶ mailbox opens the message ─ Sender.Carry ─▶ SMTP server
//
// # Promises
//
// The connection is encrypted (implicit TLS on port 465, else STARTTLS) and the
// server's certificate checked, unless the configuration says None. A message
// that the server refuses for good (5xx) is given up at once; anything else comes
// back with growing waits. What cannot be delivered later goes back to Bounce. The job's id makes the Message-ID, so that a repeated delivery
// shows as the same mail. Errors hold no address and no text of a message.
package email
