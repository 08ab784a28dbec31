package sigv2

import (
	"slices"
	"strings"
)

// subResources are the parameters that are signed. [S3: Signing and authenticating REST requests, constructing the canonicalized
// resource] The second part select operations that are younger than the list; signers leave them out, so URLs for them match
// nothing, and nobody can turn a URL for one operation into a URL for another. (inferred)
var subResources = map[string]bool{
	"accelerate": true, "acl": true, "analytics": true, "cors": true, "defaultObjectAcl": true, "delete": true, "inventory": true,
	"lifecycle": true, "location": true, "logging": true, "metrics": true, "notification": true, "object-lock": true, "partNumber": true,
	"policy": true, "replication": true, "requestPayment": true, "response-cache-control": true, "response-content-disposition": true,
	"response-content-encoding": true, "response-content-language": true, "response-content-type": true, "response-expires": true,
	"restore": true, "select": true, "select-type": true, "storageClass": true, "tagging": true, "torrent": true, "uploadId": true,
	"uploads": true, "versionId": true, "versioning": true, "versions": true, "website": true,

	"abac": true, "attributes": true, "encryption": true, "intelligent-tiering": true, "legal-hold": true,
	"metadataConfiguration": true, "metadataInventoryTable": true, "metadataJournalTable": true, "metadataTable": true,
	"ownershipControls": true, "policyStatus": true, "publicAccessBlock": true, "renameObject": true, "retention": true, "session": true,
}

func isSubResource(name string) bool { return subResources[name] }

// appendSubResources writes ?a&b=c, sorted by name; equal names keep their order.
func appendSubResources(b *strings.Builder, ps []param) {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(x, y param) int { return strings.Compare(x.name, y.name) })
	for i, p := range sorted {
		if i == 0 {
			b.WriteByte('?')
		} else {
			b.WriteByte('&')
		}
		b.WriteString(p.name)
		if !p.bare {
			b.WriteByte('=')
			b.WriteString(p.value)
		}
	}
}
