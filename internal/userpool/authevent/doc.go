// Package authevent answers the operations on what threat protection keeps of users: their events are listed, and said to be their
// doing or not. Package threat makes the events.
package authevent
