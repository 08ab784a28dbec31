package userpool

import (
	"github.com/cogtrail/cogtrail/internal/api/cognitoidp"
	"github.com/cogtrail/cogtrail/internal/op"
	"github.com/cogtrail/cogtrail/internal/store"
	"github.com/cogtrail/cogtrail/internal/token"
)

// Own fills Operation.Owner of the unsigned operations: the account and Region of the pool behind the client id, the access
// token or the session. What no pool of this server stands behind belongs to nobody, and nobody gets a record of it.
func (r *Realm) Own(ops []*op.Operation) {
	for _, o := range ops {
		if o.Unsigned {
			o.Owner = r.Owner
		}
	}
}

// Owner finds whose an unsigned call is. An error of storage counts as nobody: the operation will meet it again and answer it.
func (r *Realm) Owner(tx store.Tx, in any) (account, region string, ok bool) {
	switch in := in.(type) {
	case *cognitoidp.SignUpInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.ConfirmSignUpInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.ResendConfirmationCodeInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.ForgotPasswordInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.ConfirmForgotPasswordInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.InitiateAuthInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.RespondToAuthChallengeInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.RevokeTokenInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.GetUserInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.ListUserSessionsInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.RevokeUserSessionInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.GlobalSignOutInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.GetTokensFromRefreshTokenInput:
		return r.ownerOfClient(tx, in.ClientId)
	case *cognitoidp.ConfirmDeviceInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.ListDevicesInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.UpdateDeviceStatusInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.GetDeviceInput:
		return r.ownerOfEither(tx, in.AccessToken, nil)
	case *cognitoidp.ForgetDeviceInput:
		return r.ownerOfEither(tx, in.AccessToken, nil)
	case *cognitoidp.SetUserMFAPreferenceInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.GetUserAuthFactorsInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.SetUserSettingsInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.AssociateSoftwareTokenInput:
		return r.ownerOfEither(tx, in.AccessToken, in.Session)
	case *cognitoidp.VerifySoftwareTokenInput:
		return r.ownerOfEither(tx, in.AccessToken, in.Session)
	case *cognitoidp.StartWebAuthnRegistrationInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.CompleteWebAuthnRegistrationInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.ListWebAuthnCredentialsInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.DeleteWebAuthnCredentialInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.ChangePasswordInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.UpdateUserAttributesInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.DeleteUserAttributesInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.DeleteUserInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.GetUserAttributeVerificationCodeInput:
		return r.ownerOfToken(tx, in.AccessToken)
	case *cognitoidp.UpdateAuthEventFeedbackInput:
		return r.ownerOfPool(tx, in.UserPoolId)
	case *cognitoidp.VerifyUserAttributeInput:
		return r.ownerOfToken(tx, in.AccessToken)
	}
	return "", "", false
}

// ownerOfEither is for operations that take an access token or a session.
func (r *Realm) ownerOfEither(tx store.Tx, access, session *string) (account, region string, ok bool) {
	if access != nil {
		return r.ownerOfToken(tx, *access)
	}
	if session == nil {
		return "", "", false
	}
	s, err := r.FindSession(tx, *session)
	if err != nil {
		return "", "", false
	}
	return s.Account, s.Region, true
}

func (r *Realm) ownerOfPool(tx store.Tx, id string) (account, region string, ok bool) {
	p, err := r.AnyPool(tx, PoolID(id))
	if err != nil {
		return "", "", false
	}
	return p.Account, p.Region, true
}

func (r *Realm) ownerOfClient(tx store.Tx, id string) (account, region string, ok bool) {
	_, p, err := r.Client(tx, id)
	if err != nil {
		return "", "", false
	}
	return p.Account, p.Region, true
}

// ownerOfToken finds the account and Region of the pool a JWT claims to be of. It proves nothing else.
func (r *Realm) ownerOfToken(tx store.Tx, text string) (account, region string, ok bool) {
	id, err := token.UnverifiedPool(text)
	if err != nil {
		return "", "", false
	}
	p, err := r.AnyPool(tx, PoolID(id))
	if err != nil {
		return "", "", false
	}
	return p.Account, p.Region, true
}
