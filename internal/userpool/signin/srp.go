package signin

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/userpool"
)

const (
	passwordVerifier = "PASSWORD_VERIFIER"
	// blockPurpose is the vault's purpose of SRP states; the associated data is the session's handle.
	blockPurpose = "srp state"
	// handleSize is the length in bytes of the random beginning of a SECRET_BLOCK, by which its session is found.
	handleSize = 32
	// timestampSkew is how far a client's clock may be off. (inferred)
	timestampSkew = 5 * time.Minute
)

// startSRP is the first step of USER_SRP_AUTH. What the server must remember travels sealed in the SECRET_BLOCK; that it was given
// to this client for this user, and has not been answered, is a session row.
func (s *step) startSRP() (*outcome, error) {
	if s.pool.KeepsHash() {
		return nil, flowNotEnabled("USER_SRP_AUTH") // there is no verifier in such a pool
	}
	if err := s.required("USERNAME", "SRP_A"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	a, err := s.begin(s.params["USERNAME"])
	if err != nil {
		return nil, err
	}
	if err := a.ready(); err != nil {
		return nil, err
	}
	v, err := a.verifier()
	if err != nil {
		return nil, err
	}
	ch, err := s.realm.SRP.Start(v, s.params["SRP_A"])
	if errors.Is(err, srp.ErrBadA) {
		return nil, badSRPA()
	}
	if err != nil {
		return nil, fmt.Errorf("start srp: %w", err)
	}
	raw, err := ch.State.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("encode srp state: %w", err)
	}
	handle := make([]byte, handleSize)
	rand.Read(handle)
	block := append(handle, s.realm.Vault.Seal(blockPurpose, raw, handle)...)
	row := userpool.Session{Who: a.who, Challenge: passwordVerifier, Admin: s.admin}
	if a.user == nil {
		row.Unknown, row.Name = true, a.name
	} else {
		row.Generation = a.user.Generation
	}
	if err := s.realm.OpenSession(s.c.Tx, s.pool, s.client, row, string(handle), s.c.Now); err != nil {
		return nil, err
	}
	id := a.srpID()
	return &outcome{challenge: passwordVerifier, parameters: map[string]string{
		"SALT": ch.Salt, "SECRET_BLOCK": base64.StdEncoding.EncodeToString(block), "SRP_B": ch.B, "USERNAME": id, "USER_ID_FOR_SRP": id,
	}}, nil
}

// verifier is the user's, or one invented for a name that means nobody or a user without a password.
func (a *attempt) verifier() (srp.Verifier, error) {
	if a.user != nil {
		v, ok, err := a.realm.Verifier(a.user)
		if err != nil || ok {
			return v, err
		}
	}
	return a.realm.SRP.FakeVerifier(a.realm.Vault, a.pool.SRPName(), a.pool.Fold(a.name)), nil
}

// srpID is USER_ID_FOR_SRP: the stored name. An unknown name gets what a known one would have: itself where names are free text
// (departing from AWS, whose answer of a UUID would tell the two apart), the form of a sub where it is an alias.
func (a *attempt) srpID() string {
	switch {
	case a.user != nil:
		return a.user.Username
	case a.pool.UsesAttributes(), a.pool.SignsInWith(userpool.Email) && userpool.ParseEmail(a.name), a.pool.SignsInWith(userpool.Phone) && userpool.ParsePhone(a.name):
		return a.who
	default:
		return a.pool.Fold(a.name)
	}
}

// finishSRP is the answer to PASSWORD_VERIFIER. A block is good for one answer, right or wrong.
func (s *step) finishSRP() (*outcome, error) {
	if err := s.required("USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"); err != nil {
		return nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, err
	}
	at, err := srp.ParseTimestamp(s.params["TIMESTAMP"])
	if err != nil {
		return nil, badTimestamp()
	}
	block, row, err := s.openBlock(s.params["PASSWORD_CLAIM_SECRET_BLOCK"])
	if err != nil {
		return nil, err
	}
	a, err := s.resume(row)
	if err != nil {
		return nil, err
	}
	id := a.srpID()
	if s.params["USERNAME"] != id && (a.user == nil || !a.user.Means(s.pool, s.params["USERNAME"])) {
		return nil, userpool.Incorrect()
	}
	if err := a.ready(); err != nil {
		return nil, err
	}
	s.c.Keep(func(tx store.Tx) error { return s.realm.DropSession(tx, row) })
	if d := s.c.Now.Sub(at); d > timestampSkew || d < -timestampSkew {
		return nil, userpool.Incorrect()
	}
	raw, err := s.realm.Vault.Open(blockPurpose, block[handleSize:], block[:handleSize])
	if err != nil {
		return nil, userpool.Incorrect() // altered behind the handle
	}
	state, err := srp.ParseState(raw)
	if err != nil {
		return nil, fmt.Errorf("sealed srp state: %w", err)
	}
	v, err := a.verifier()
	if err != nil {
		return nil, err
	}
	err = s.realm.SRP.Verify(state, v, srp.Claim{
		PoolName: s.pool.SRPName(), UserID: id, SecretBlock: block, Timestamp: s.params["TIMESTAMP"], Signature: s.params["PASSWORD_CLAIM_SIGNATURE"],
	})
	switch {
	case errors.Is(err, srp.ErrProof), err == nil && a.user == nil:
		return nil, a.wrong()
	case err != nil:
		return nil, fmt.Errorf("check srp proof: %w", err)
	}
	return a.admit()
}

// openBlock finds the session of a SECRET_BLOCK. Whatever is wrong with it, the answer is that of a wrong password.
func (s *step) openBlock(text string) ([]byte, *userpool.Session, error) {
	block, err := base64.StdEncoding.Strict().DecodeString(text)
	// The decoder skips line breaks; a block has one spelling only.
	if err != nil || len(block) <= handleSize || strings.ContainsAny(text, "\r\n") {
		return nil, nil, userpool.Incorrect()
	}
	row, err := s.realm.FindSession(s.c.Tx, string(block[:handleSize]))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil, userpool.Incorrect()
	case err != nil:
		return nil, nil, fmt.Errorf("read session: %w", err)
	case row.Client != s.client.ID || row.Pool != s.pool.ID || row.Challenge != passwordVerifier || row.Admin != s.admin || row.Used || row.Over(s.c.Now):
		return nil, nil, userpool.Incorrect()
	}
	return block, row, nil
}
