package ownapi

import (
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/arn"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// senderKey answers with what a function needs to decrypt codes: the parameters of a raw AES keyring.
func (a *API) senderKey(w http.ResponseWriter, r *http.Request) {
	if !a.admitted(w, r) {
		return
	}
	q, u := r.URL.Query(), &Use{Name: "GetSenderKey", ReadOnly: true}
	u.of(q.Get("account"), a.Account)
	u.Says("keyId", q.Get("keyId"))
	var k *encryptionsdk.Key
	if u.ErrorCode == "" {
		err := a.State.View(r.Context(), func(tx store.Tx) (err error) {
			k, err = a.SenderKey(tx, u.Account, q.Get("keyId"))
			return err
		})
		switch {
		case errors.Is(err, store.ErrNotFound):
			u.refuse(http.StatusNotFound, notFound, "no user pool with a custom sender names this KMS key; give its ARN as keyId")
		case err != nil:
			a.failed(w, "key of custom senders not read", err)
			return
		default:
			u.Builder.AddResource(u.Account, "AWS::KMS::Key", k.Name)
			if name, err := arn.Parse(k.Name); err == nil && arn.IsRegion(name.Region) {
				u.Region = name.Region
			}
		}
	}
	if a.recorded(w, r, u) {
		answer(w, http.StatusOK, map[string]any{"keyNamespace": k.Namespace, "keyName": k.Name, "key": base64.StdEncoding.EncodeToString(k.Secret[:])})
	}
}
