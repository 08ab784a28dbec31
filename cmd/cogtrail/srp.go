package main

import (
	"strings"
	"time"

	"github.com/cogtrail/cogtrail/internal/credential/srp"
)

// answerSRP is a client's answer to the PASSWORD_VERIFIER challenge.
func answerSRP(c *srp.Client, pool, password string, p map[string]string) (map[string]string, error) {
	_, name, _ := strings.Cut(pool, "_")
	signature, at, err := c.Sign(name, p["USER_ID_FOR_SRP"], password, p["SALT"], p["SRP_B"], p["SECRET_BLOCK"], time.Now())
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"USERNAME": p["USERNAME"], "PASSWORD_CLAIM_SECRET_BLOCK": p["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": at,
	}, nil
}
