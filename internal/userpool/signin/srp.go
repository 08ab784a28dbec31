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
	return a.startProof("")
}

// startProof asks for the proof of a password. With a session text the answer has to bring that too.
func (a *attempt) startProof(text string) (*outcome, error) {
	if err := a.ready(); err != nil {
		return nil, err
	}
	if err := a.preAuthentication(); err != nil {
		return nil, err
	}
	v, err := a.verifier()
	if err != nil {
		return nil, err
	}
	row := userpool.Session{Who: a.who, Challenge: passwordVerifier, Proved: a.proved, Aim: a.aim}
	if text != "" {
		row.Choice = &userpool.Choice{Text: a.realm.MarkBlock(text)}
	}
	if a.user == nil {
		row.Unknown, row.Name = true, a.realm.Vault.Seal(namePurpose, []byte(a.name), []byte(a.who))
	} else {
		row.Generation = a.user.Generation
	}
	parameters, err := a.demandProof(v, row)
	if err != nil {
		return nil, err
	}
	parameters["USERNAME"], parameters["USER_ID_FOR_SRP"] = a.srpID(), a.srpID()
	return &outcome{challenge: passwordVerifier, session: text, parameters: parameters}, nil
}

// namePurpose is what unknown names in sessions are sealed for.
const namePurpose = "unknown user name"

// demandProof opens a session that is answered by a proof of the password behind a verifier, and returns what the client needs to
// make it. The session is found by the beginning of the SECRET_BLOCK.
func (s *step) demandProof(v srp.Verifier, row userpool.Session) (map[string]string, error) {
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
	row.Admin = s.admin
	if err := s.realm.OpenSession(s.c.Tx, s.pool, s.client, row, string(handle), s.c.Now); err != nil {
		return nil, err
	}
	return map[string]string{"SALT": ch.Salt, "SECRET_BLOCK": base64.StdEncoding.EncodeToString(block), "SRP_B": ch.B}, nil
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
	a, p, err := s.proof(passwordVerifier)
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
	err = a.check(p, v, s.pool.SRPName(), a.srpID())
	switch {
	case errors.Is(err, srp.ErrProof), err == nil && a.user == nil:
		return nil, a.wrong()
	case err != nil:
		return nil, err
	}
	return a.admit("")
}

// proof is an answer that proves a password, not checked yet.
type proof struct {
	block []byte
	row   *userpool.Session
	at    time.Time
}

// proof reads an answer with a proof and finds whom it is about. names are the parameters it needs beside those of the proof.
func (s *step) proof(challenge string, names ...string) (*attempt, *proof, error) {
	if err := s.required(append([]string{"USERNAME", "PASSWORD_CLAIM_SECRET_BLOCK", "PASSWORD_CLAIM_SIGNATURE", "TIMESTAMP"}, names...)...); err != nil {
		return nil, nil, err
	}
	if err := s.realm.CheckSecretHash(s.client, s.hash(), s.params["USERNAME"]); err != nil {
		return nil, nil, err
	}
	at, err := srp.ParseTimestamp(s.params["TIMESTAMP"])
	if err != nil {
		return nil, nil, badTimestamp()
	}
	block, row, err := s.openBlock(challenge, s.params["PASSWORD_CLAIM_SECRET_BLOCK"])
	if err != nil {
		return nil, nil, err
	}
	if row.Choice != nil && (s.session == nil || !s.realm.IsBlock(row.Choice, *s.session)) {
		return nil, nil, userpool.InvalidSession()
	}
	a, err := s.resume(row)
	if err != nil {
		return nil, nil, err
	}
	if s.params["USERNAME"] != a.srpID() && (a.user == nil || !a.user.Means(s.pool, s.params["USERNAME"])) {
		return nil, nil, userpool.Incorrect()
	}
	return a, &proof{block, row, at}, nil
}

// check uses a proof up and checks it. srp.ErrProof tells that it was made without the password.
func (a *attempt) check(p *proof, v srp.Verifier, poolName, id string) error {
	a.c.Keep(func(tx store.Tx) error { return a.realm.DropSession(tx, p.row) })
	if d := a.c.Now.Sub(p.at); d > timestampSkew || d < -timestampSkew {
		return userpool.Incorrect()
	}
	raw, err := a.realm.Vault.Open(blockPurpose, p.block[handleSize:], p.block[:handleSize])
	if err != nil {
		return userpool.Incorrect() // altered behind the handle
	}
	state, err := srp.ParseState(raw)
	if err != nil {
		return fmt.Errorf("sealed srp state: %w", err)
	}
	err = a.realm.SRP.Verify(state, v, srp.Claim{
		PoolName: poolName, UserID: id, SecretBlock: p.block, Timestamp: a.params["TIMESTAMP"], Signature: a.params["PASSWORD_CLAIM_SIGNATURE"],
	})
	if err != nil {
		return fmt.Errorf("check srp proof: %w", err)
	}
	return nil
}

// openBlock finds the session of a SECRET_BLOCK. Whatever is wrong with it, the answer is that of a wrong password.
func (s *step) openBlock(challenge, text string) ([]byte, *userpool.Session, error) {
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
	case row.Client != s.client.ID || row.Pool != s.pool.ID || row.Challenge != challenge || row.Admin != s.admin || row.Used || row.Over(s.c.Now):
		return nil, nil, userpool.Incorrect()
	}
	return block, row, nil
}
