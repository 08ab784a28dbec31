"""Sign-in by choice: passkeys, codes as first factors, users without a password."""

import softkey
from common import *

idp = client("cognito-idp")
PASSWORD = canary("secret", "Choice-Canary-Word-58#")
USER = canary("name", "choosing.person.4417")
OTHER = canary("name", "another.person.4418")
EMAIL = canary("name", "choosing.person.4417@example.com")
SITE = "http://localhost:3000"


def tokens(answer):
    """The tokens of an answer, which must show nowhere else."""
    result = answer["AuthenticationResult"]
    for name in ("AccessToken", "IdToken", "RefreshToken"):
        canary("secret", result[name])
    return result


def begin(**more):
    return idp.initiate_auth(ClientId=web, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": USER, **more})


def respond(challenge, session, **answers):
    return idp.respond_to_auth_challenge(ClientId=web, ChallengeName=challenge, Session=canary("secret", session), ChallengeResponses={"USERNAME": USER, **answers})


factors = ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]
pool = idp.create_user_pool(PoolName="choice", AutoVerifiedAttributes=["email"], Policies={"SignInPolicy": {"AllowedFirstAuthFactors": factors}})["UserPool"]["Id"]
equal("first factors", idp.describe_user_pool(UserPoolId=pool)["UserPool"]["Policies"]["SignInPolicy"], {"AllowedFirstAuthFactors": factors})
refused("InvalidParameterException", "RelyingPartyId must be a domain that is not a public suffix.", idp.set_user_pool_mfa_config, UserPoolId=pool, WebAuthnConfiguration={"RelyingPartyId": "co.uk"})
idp.set_user_pool_mfa_config(UserPoolId=pool, WebAuthnConfiguration={"RelyingPartyId": "localhost"})
equal("passkeys", idp.get_user_pool_mfa_config(UserPoolId=pool)["WebAuthnConfiguration"], {"RelyingPartyId": "localhost", "UserVerification": "preferred", "FactorConfiguration": "SINGLE_FACTOR"})
web = idp.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])["UserPoolClient"]["ClientId"]

# A user signs up without a password, and is signed in by the code of his sign-up.
refused("InvalidParameterException", "Missing required parameter PASSWORD", idp.sign_up, ClientId=web, Username=OTHER)
joined = idp.sign_up(ClientId=web, Username=USER, UserAttributes=[{"Name": "email", "Value": EMAIL}])
confirmed = idp.confirm_sign_up(ClientId=web, Username=USER, ConfirmationCode=canary("code", newest_code(EMAIL)), Session=canary("secret", joined["Session"]))
signed = idp.initiate_auth(ClientId=web, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": USER}, Session=canary("secret", confirmed["Session"]))
access = tokens(signed)["AccessToken"]

# A passkey, registered, listed, used and given up.
key = softkey.Key(SITE)
started = idp.start_web_authn_registration(AccessToken=access)
options = started["CredentialCreationOptions"]
canary("secret", options["challenge"])
equal("relying party", options["rp"], {"id": "localhost", "name": "localhost"})
refused("NotAuthorizedException", "Invalid Access Token", idp.start_web_authn_registration, AccessToken=access[:-8])
refused("InvalidParameterException", "Credential data is not valid", idp.complete_web_authn_registration, AccessToken=access, Credential={"id": "x"})
credential = key.create(options)
canary("secret", credential["response"]["attestationObject"])
completed = idp.complete_web_authn_registration(AccessToken=access, Credential=credential)
refused("WebAuthnChallengeNotFoundException", "The challenge of the credential was not found or has expired.", idp.complete_web_authn_registration, AccessToken=access, Credential=credential)
foreign = softkey.Key("https://example.org").create(idp.start_web_authn_registration(AccessToken=access)["CredentialCreationOptions"])
refused("WebAuthnOriginNotAllowedException", "The origin of the credential is not allowed for the relying party.", idp.complete_web_authn_registration, AccessToken=access, Credential=foreign)
listed = idp.list_web_authn_credentials(AccessToken=access)["Credentials"]
equal("passkeys", [(c["CredentialId"], c["RelyingPartyId"], c["AuthenticatorAttachment"], c["AuthenticatorTransports"]) for c in listed], [(softkey.text(key.id), "localhost", "platform", ["internal"])])
refused("InvalidParameterException", "Invalid pagination token.", idp.list_web_authn_credentials, AccessToken=access, NextToken="x")
equal("first factors of the user", idp.get_user_auth_factors(AccessToken=access)["ConfiguredUserAuthFactors"], ["EMAIL_OTP", "WEB_AUTHN"])

asked = begin(PREFERRED_CHALLENGE="WEB_AUTHN")
equal("challenge", (asked["ChallengeName"], asked["AvailableChallenges"]), ("WEB_AUTHN", ["EMAIL_OTP", "WEB_AUTHN"]))
proof = json.dumps(key.get(json.loads(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"])))
done = respond("WEB_AUTHN", asked["Session"], CREDENTIAL=proof)
tokens(done)
used = "Invalid session for the user, session can only be used once."
refused("NotAuthorizedException", used, respond, challenge="WEB_AUTHN", session=asked["Session"], CREDENTIAL=proof)
asked = begin(PREFERRED_CHALLENGE="WEB_AUTHN")
refused("NotAuthorizedException", "Incorrect username or password.", respond, challenge="WEB_AUTHN", session=asked["Session"], CREDENTIAL=proof)

# A code, chosen.
asked = begin()
equal("challenge", (asked["ChallengeName"], asked["AvailableChallenges"]), ("SELECT_CHALLENGE", ["EMAIL_OTP", "WEB_AUTHN"]))
sent = respond("SELECT_CHALLENGE", asked["Session"], ANSWER="EMAIL_OTP")
equal("where the code goes", (sent["ChallengeName"], sent["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"]), ("EMAIL_OTP", "c***@e***"))
code = canary("code", newest_code(EMAIL, 8))
wrong = "00000000" if code != "00000000" else "11111111"
refused("CodeMismatchException", "Invalid code or auth state for the user.", respond, challenge="EMAIL_OTP", session=sent["Session"], EMAIL_OTP_CODE=wrong)
access = tokens(respond("EMAIL_OTP", sent["Session"], EMAIL_OTP_CODE=code))["AccessToken"]

# An administrator makes users without a password, too.
made = idp.admin_create_user(UserPoolId=pool, Username=OTHER, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": "other." + EMAIL}, {"Name": "email_verified", "Value": "true"}])
equal("status", made["User"]["UserStatus"], "CONFIRMED")
idp.admin_set_user_password(UserPoolId=pool, Username=OTHER, Password=PASSWORD, Permanent=True)
chosen = idp.initiate_auth(ClientId=web, AuthFlow="USER_AUTH", AuthParameters={"USERNAME": OTHER, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD})
others = tokens(chosen)["AccessToken"]
refused("ResourceNotFoundException", "Credential does not exist.", idp.delete_web_authn_credential, AccessToken=others, CredentialId=listed[0]["CredentialId"])
idp.delete_web_authn_credential(AccessToken=access, CredentialId=listed[0]["CredentialId"])
equal("passkeys", idp.list_web_authn_credentials(AccessToken=access)["Credentials"], [])

r = record_of(started["ResponseMetadata"]["RequestId"])
equal("StartWebAuthnRegistration", (r["requestParameters"], r["responseElements"]), ({"accessToken": HIDDEN}, {"credentialCreationOptions": HIDDEN}))
r = record_of(completed["ResponseMetadata"]["RequestId"])
equal("CompleteWebAuthnRegistration", (r["requestParameters"], r["responseElements"]), ({"accessToken": HIDDEN, "credential": HIDDEN}, None))
r = record_of(done["ResponseMetadata"]["RequestId"])
equal("RespondToAuthChallenge: requestParameters", r["requestParameters"], {"clientId": web, "challengeName": "WEB_AUTHN", "session": HIDDEN, "challengeResponses": HIDDEN})
equal("RespondToAuthChallenge: sub", r["additionalEventData"]["sub"], joined["UserSub"])

close({"cognito-idp": "cognito-idp"})
