package pool_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
	"github.com/cogtrail/cogtrail/internal/userpool"
	"github.com/cogtrail/cogtrail/internal/userpool/pooltest"
)

func certificate(w *pooltest.World, pool string) string {
	w.T.Helper()
	return *pooltest.Must(w, w.S.Pool.GetSigningCertificate, &cognitoidp.GetSigningCertificateInput{UserPoolId: pool}).Certificate
}

func TestGetSigningCertificate(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool, other := w.Pool(nil), w.Pool(nil)
	text := certificate(w, pool)
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	if err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Error(err)
	}
	made := w.Now().Truncate(time.Second)
	if cert.Subject.CommonName != pool || !cert.NotBefore.Equal(made) || !cert.NotAfter.Equal(made.AddDate(10, 0, 0)) || cert.IsCA {
		t.Errorf("certificate of %s from %s until %s", cert.Subject, cert.NotBefore, cert.NotAfter)
	}
	w.Advance(400 * 24 * time.Hour)
	if certificate(w, pool) != text {
		t.Error("the certificate changed")
	}
	if certificate(w, other) == text {
		t.Error("two pools share a certificate")
	}
	_, res := pooltest.Do(w, w.S.Pool.GetSigningCertificate, &cognitoidp.GetSigningCertificateInput{UserPoolId: "us-east-1_nothing00"})
	w.Refused(res, "ResourceNotFoundException", "User pool us-east-1_nothing00 does not exist.")
}

// A pool whose keys are older than SAML keys gets one when it is asked for, and its token keys stay.
func TestGetSigningCertificate_olderKeys(t *testing.T) {
	t.Parallel()
	w := pooltest.New(t)
	pool := w.Pool(nil)
	var jwks string
	err := w.State.Update(t.Context(), func(tx store.Tx) error {
		p, err := w.S.Realm.AnyPool(tx, userpool.PoolID(pool))
		if err != nil {
			return err
		}
		ks, err := w.S.Realm.Keys(tx, p)
		if err != nil {
			return err
		}
		raw, err := ks.Marshal()
		if err != nil {
			return err
		}
		var members map[string]any
		if err := json.Unmarshal(raw, &members); err != nil {
			return err
		}
		delete(members, "saml")
		if raw, err = json.Marshal(members); err != nil {
			return err
		}
		old, err := token.ParseKeySet(raw)
		if err != nil {
			return err
		}
		jwks = string(old.JWKS())
		return w.S.Realm.PutKeys(tx, p, old)
	})
	if err != nil {
		t.Fatal(err)
	}
	text := certificate(w, pool)
	if text == "" || certificate(w, pool) != text {
		t.Errorf("certificate is %q, then another", text)
	}
	w.View(func(tx store.Tx) error {
		got, err := w.S.Realm.JWKS(tx, pool)
		if string(got) != jwks {
			t.Error("the token keys changed")
		}
		return err
	})
}
