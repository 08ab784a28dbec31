// Package domain answers the operations on the domains of pools' web pages. A prefix is unique in its Region and a custom domain
// everywhere, over all accounts, because a request for a page names nothing else. Certificates are kept and shown; whoever stands
// before this server has them.
package domain
