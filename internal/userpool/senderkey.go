package userpool

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/secret/encryptionsdk"
	"github.com/cogtrail/cogtrail/internal/store"
)

// SenderKeyNamespace is the namespace of the keys of custom senders; their names are the ARNs of the KMS keys they stand for.
const SenderKeyNamespace = "cogtrail"

// maxSenderKeys is how many keys are made for an account.
const maxSenderKeys = 100

const senderKeyPurpose = "key of custom senders"

// senderKey is a key that was made, sealed.
type senderKey struct {
	Account string
	KMSKey  string // ARN
	Sealed  []byte
}

var senderKeys = store.Table[senderKey]{
	Name: "userpool.senderkeys",
	Key:  func(k *senderKey) store.Key { return store.K(k.Account, k.KMSKey) },
}

// KeepSenderKey makes the key that stands for the KMS key of a pool's custom senders, unless there is one: of the operator's, or made
// for another pool of the account. It stays when the pools that name it are gone.
func (r *Realm) KeepSenderKey(tx store.Tx, account string, functions *cognitoidp.LambdaConfigType) error {
	if functions == nil || functions.KMSKeyID == nil || functions.CustomEmailSender == nil && functions.CustomSMSSender == nil {
		return nil
	}
	switch _, err := r.SenderKey(tx, account, *functions.KMSKeyID); {
	case err == nil:
		return nil
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	n := 0
	for _, err := range senderKeys.Scan(tx, store.K(account), nil) {
		if err != nil {
			return fmt.Errorf("count keys of senders: %w", err)
		}
		if n++; n == maxSenderKeys {
			return cognitoidp.LimitExceededException("Too many KMS keys for custom senders in this account.") // AWS has no such bound
		}
	}
	k := senderKey{Account: account, KMSKey: *functions.KMSKeyID}
	secret := make([]byte, 32)
	rand.Read(secret)
	k.Sealed = r.Vault.Seal(senderKeyPurpose, secret, senderKeys.Key(&k))
	if err := senderKeys.Put(tx, &k); err != nil {
		return fmt.Errorf("write key of senders: %w", err)
	}
	return nil
}

// SenderKey returns the key that stands for a KMS key: the operator's, or the account's that was made, or store.ErrNotFound.
func (r *Realm) SenderKey(tx store.Tx, account, arn string) (*encryptionsdk.Key, error) {
	out := &encryptionsdk.Key{Namespace: SenderKeyNamespace, Name: arn}
	if s, ok := r.SenderKeys[arn]; ok {
		out.Secret = s
		return out, nil
	}
	k, err := senderKeys.Get(tx, store.K(account, arn))
	if err != nil {
		return nil, fmt.Errorf("read key of senders: %w", err)
	}
	secret, err := r.Vault.Open(senderKeyPurpose, k.Sealed, senderKeys.Key(k))
	if err != nil {
		return nil, fmt.Errorf("open key of senders: %w", err)
	}
	copy(out.Secret[:], secret)
	return out, nil
}
