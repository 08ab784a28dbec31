package ownapi

import (
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// senderKey answers with what a function needs to decrypt codes: the parameters of a raw AES keyring.
func (a *API) senderKey(w http.ResponseWriter, r *http.Request) {
	if !a.admitted(w, r) {
		return
	}
	q := r.URL.Query()
	account := a.Account
	if t := q.Get("account"); t != "" {
		account = t
	}
	var k *encryptionsdk.Key
	err := a.State.View(r.Context(), func(tx store.Tx) (err error) {
		k, err = a.SenderKey(tx, account, q.Get("keyId"))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		fail(w, http.StatusNotFound, "no user pool with a custom sender names this KMS key; give its ARN as keyId")
	case err != nil:
		a.Log.Error("key of custom senders not read", "error", err)
		fail(w, http.StatusInternalServerError, "the key could not be read")
	default:
		answer(w, http.StatusOK, map[string]any{"keyNamespace": k.Namespace, "keyName": k.Name, "key": base64.StdEncoding.EncodeToString(k.Secret[:])})
	}
}
