package ownapi_test

import (
	"testing"

	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// The key of custom senders is for the root key's holder, as the codes are that it opens.
func TestSenderKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, false)
	w.api.SenderKey = func(_ store.Tx, a, arn string) (*encryptionsdk.Key, error) {
		if a != account || arn != "arn:k" {
			return nil, store.ErrNotFound
		}
		return &encryptionsdk.Key{Namespace: "cogtrail", Name: arn, Secret: [32]byte{1}}, nil
	}
	const path, missing = "GET /_cogtrail/sender-key?keyId=arn:k", `{"error":"no user pool with a custom sender names this KMS key; give its ARN as keyId"}` + "\n"
	w.wants(path, "", "", 401, `{"error":"give the root access key id and secret as HTTP Basic credentials"}`+"\n")
	w.wants(path, "AKIAROOT:s3cret", "", 200, `{"key":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","keyName":"arn:k","keyNamespace":"cogtrail"}`+"\n")
	w.wants(path+"&account="+foreign, "AKIAROOT:s3cret", "", 404, missing)
	w.wants("GET /_cogtrail/sender-key", "AKIAROOT:s3cret", "", 404, missing)
}
