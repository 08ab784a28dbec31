// Package mailbox keeps the messages the server sent: e-mails and SMS, newest
// first, readable at /_cogtrail/messages. It is written in the transaction of
// the change that sends the message, so a message exists if and only if the
// change does.
//
//	userpool ─ Post(tx, Message) ─▶ sealed row + job, where the medium has a Carrier
//	job      ─ Run ─▶ opened message ─▶ Carrier (package email or sms)
//	/_cogtrail/messages ─ List ─▶ opened rows
//
// Bodies hold codes and temporary passwords; rows are sealed by the vault, and
// only the newest 1,000 per account are kept.
package mailbox
