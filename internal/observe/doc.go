// Package observe counts what the server does, for /_cogtrail/metrics. It holds
// no names of callers and no values of requests: labels are services,
// operations and error codes only, all from closed sets.
package observe
