package segment

import (
	"slices"

	"github.com/parquet-go/parquet-go"
)

// Names of the columns of a segment file that are not fields of the message.
// Times are INT64 milliseconds since 1970 UTC without logical type.
const (
	colAccount   = "_account"
	colRegion    = "_region"
	colGroup     = "_group"
	colStream    = "@logStream"
	colTime      = "@timestamp"
	colIngested  = "@ingestionTime"
	colSeq       = "_seq"
	colOrd       = "_ord"
	colID        = "_id"   // null when it equals eventID
	colSize      = "_size" // bytes of the message
	colUser      = "_username"
	colResources = "_resources" // lines of type, tab, name
	colWords     = "_words"     // see words.go; null when nothing is known
	colMessage   = "_message"   // see hole.go
)

// promoted lists the fields of a message that have a column of their own, under
// the name a query uses. New names may be added: a segment without the column
// makes readers take the message.
var promoted = []string{
	"eventTime", "eventID", "eventName", "eventSource", "eventType", "eventCategory", "readOnly",
	"awsRegion", "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID",
	"userIdentity.type", "userIdentity.arn", "userIdentity.userName", "userIdentity.accessKeyId",
	"userIdentity.accountId", "userIdentity.principalId",
	"additionalEventData.sub", "additionalEventData.userPoolId", "additionalEventData.userPoolDomain",
	"requestParameters.userPoolId", "requestParameters.clientId", "requestParameters.identityPoolId",
	"requestParameters.authFlow",
}

// Promoted returns the names of the fields that have a column of their own.
func Promoted() []string { return slices.Clone(promoted) }

// boolColumn is the one promoted field that is a JSON boolean; its texts are "1" and "0".
const boolColumn = "readOnly"

// plainColumns differ in nearly every row; a dictionary would only cost.
var plainColumns = []string{"eventID", "requestID"}

// bloomColumns have a bloom filter in every row group.
var bloomColumns = []string{
	"eventID", "requestID", "additionalEventData.sub", "userIdentity.accessKeyId", "sourceIPAddress",
}

// bloomBits per value: about 1 % false positives.
const bloomBits = 10

// pageBytes is the largest page before compression. Larger pages compress
// better; reading one event costs unpacking one page.
const pageBytes = 512 << 10

// schema is the shape of a segment file; leaves maps a column's name to its index.
var schema, leaves = makeSchema()

func makeSchema() (*parquet.Schema, map[string]int) {
	text := func() parquet.Node { return parquet.String() }
	dict := func() parquet.Node { return parquet.Encoded(text(), &parquet.RLEDictionary) }
	number := func() parquet.Node {
		return parquet.Encoded(parquet.Leaf(parquet.Int64Type), &parquet.DeltaBinaryPacked)
	}
	g := parquet.Group{
		colAccount: dict(), colRegion: dict(), colGroup: dict(), colStream: dict(),
		colTime: number(), colIngested: number(), colSeq: number(), colOrd: number(), colSize: number(),
		colID:        parquet.Optional(parquet.Encoded(text(), &parquet.DeltaLengthByteArray)),
		colUser:      parquet.Optional(dict()),
		colResources: parquet.Optional(dict()),
		colWords:     parquet.Optional(dict()),
		colMessage:   parquet.Encoded(text(), &parquet.DeltaLengthByteArray),
	}
	plain := func() parquet.Node {
		return parquet.Optional(parquet.Compressed(parquet.Encoded(text(), &parquet.DeltaLengthByteArray), plainCodec))
	}
	for _, name := range promoted {
		if slices.Contains(plainColumns, name) {
			g[name] = plain()
		} else {
			g[name] = parquet.Optional(dict())
		}
	}
	s := parquet.NewSchema("events", g)
	index := make(map[string]int)
	for i, path := range s.Columns() {
		index[path[0]] = i
	}
	return s, index
}

func blooms() []parquet.BloomFilterColumn {
	out := make([]parquet.BloomFilterColumn, 0, len(bloomColumns))
	for _, name := range bloomColumns {
		out = append(out, parquet.SplitBlockFilter(bloomBits, name))
	}
	return out
}
