"""Second factors, devices, rotating refresh tokens, and the administrators' form of sign-in."""

import base64
import hashlib
import hmac
import struct

import srp
from common import *

idp = client("cognito-idp")
NO_POOL = REGION + "_Missing00"
PASSWORD = canary("secret", "Factor-Canary-Word-73#")
USER = canary("name", "factored.person.6621")
PHONE = canary("name", "+15550006621")
SMS = {"SnsCallerArn": f"arn:aws:iam::{ACCOUNT}:role/sms"}


def totp(secret, later=0):
    """The code an authenticator shows, some steps later."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + later), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def tokens(answer):
    """The tokens of an answer, which must show nowhere else."""
    result = answer["AuthenticationResult"]
    for name in ("AccessToken", "IdToken", "RefreshToken"):
        if name in result:
            canary("secret", result[name])
    return result


pool = idp.create_user_pool(PoolName="factors", DeviceConfiguration={"ChallengeRequiredOnNewDevice": True})["UserPool"]["Id"]
web = idp.create_user_pool_client(
    UserPoolId=pool,
    ClientName="web",
    ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
)["UserPoolClient"]["ClientId"]
idp.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)

together = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together."
refused("InvalidParameterException", together, idp.set_user_pool_mfa_config, UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True})
set_up = idp.set_user_pool_mfa_config(
    UserPoolId=pool,
    MfaConfiguration="ON",
    SoftwareTokenMfaConfiguration={"Enabled": True},
    SmsMfaConfiguration={"SmsAuthenticationMessage": "Code {####}", "SmsConfiguration": SMS},
)
set_up.pop("ResponseMetadata")
got = idp.get_user_pool_mfa_config(UserPoolId=pool)
got.pop("ResponseMetadata")
equal("MFA configuration", got, set_up)

# An administrator's sign-in sets up an authenticator.
start = {"USERNAME": USER, "PASSWORD": PASSWORD}
began = idp.admin_initiate_auth(UserPoolId=pool, ClientId=web, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=start)
equal("challenge", (began["ChallengeName"], json.loads(began["ChallengeParameters"]["MFAS_CAN_SETUP"])), ("MFA_SETUP", ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]))
refused("InvalidParameterException", "Initiate Auth method not supported", idp.admin_initiate_auth, UserPoolId=pool, ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=start)
secret = idp.associate_software_token(Session=canary("secret", began["Session"]))
key = canary("secret", secret["SecretCode"])
refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.", idp.associate_software_token, Session=began["Session"])
refused("CodeMismatchException", "Code mismatch", idp.verify_software_token, Session=secret["Session"], UserCode=totp(key, 9))
verified = idp.verify_software_token(Session=canary("secret", secret["Session"]), UserCode=canary("code", totp(key)), FriendlyDeviceName="phone")
equal("status", verified["Status"], "SUCCESS")
refused("NotAuthorizedException", "Invalid session for the user.", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="MFA_SETUP", Session=verified["Session"], ChallengeResponses={"USERNAME": USER})
done = idp.admin_respond_to_auth_challenge(UserPoolId=pool, ClientId=web, ChallengeName="MFA_SETUP", Session=verified["Session"], ChallengeResponses={"USERNAME": USER})
first = tokens(done)
refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.", idp.admin_respond_to_auth_challenge, UserPoolId=pool, ClientId=web, ChallengeName="MFA_SETUP", Session=verified["Session"], ChallengeResponses={"USERNAME": USER})

# Refresh tokens rotate. A replaced one ends the sign-in, so this is another.
def sign_in(device=None):
    """A sign-in as far as its challenge."""
    more = {"DEVICE_KEY": device} if device else {}
    return idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={**start, **more})


asked = sign_in()
equal("challenge", (asked["ChallengeName"], asked["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"]), ("SOFTWARE_TOKEN_MFA", "phone"))
used = {"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": totp(key, -1)}
refused("ExpiredCodeException", "Your software token has already been used once.", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="SOFTWARE_TOKEN_MFA", Session=asked["Session"], ChallengeResponses=used)
answer = {"USERNAME": USER, "SOFTWARE_TOKEN_MFA_CODE": totp(key, 1)}
spare = tokens(idp.respond_to_auth_challenge(ClientId=web, ChallengeName="SOFTWARE_TOKEN_MFA", Session=asked["Session"], ChallengeResponses=answer))
second = tokens(idp.get_tokens_from_refresh_token(ClientId=web, RefreshToken=spare["RefreshToken"]))
equal("a new refresh token", second["RefreshToken"] == spare["RefreshToken"], False)
refused("RefreshTokenReuseException", "Refresh token has been invalidated by rotation", idp.get_tokens_from_refresh_token, ClientId=web, RefreshToken=spare["RefreshToken"])
refused("NotAuthorizedException", "Refresh Token has been revoked", idp.get_tokens_from_refresh_token, ClientId=web, RefreshToken=second["RefreshToken"])

# The device of the first sign-in.
access, device, group = first["AccessToken"], first["NewDeviceMetadata"]["DeviceKey"], first["NewDeviceMetadata"]["DeviceGroupKey"]
word = canary("secret", base64.b64encode(b"device password of factors.py, 40 bytes.").decode())
salt = b"\x01" + bytes(range(15))
x = srp.number(srp.padded(int.from_bytes(salt, "big")), hashlib.sha256(f"{group}{device}:{word}".encode()).digest())
config = {"PasswordVerifier": base64.b64encode(srp.padded(pow(2, x, srp.N))).decode(), "Salt": base64.b64encode(salt).decode()}
refused("InvalidParameterException", "Invalid device key given.", idp.confirm_device, AccessToken=access, DeviceKey=REGION + "_0", DeviceSecretVerifierConfig=config)
confirmed = idp.confirm_device(AccessToken=access, DeviceKey=device, DeviceName="phone", DeviceSecretVerifierConfig=config)
equal("remembered at once", confirmed["UserConfirmationNecessary"], False)
proof = sign_in(device)
equal("challenge", proof["ChallengeName"], "DEVICE_SRP_AUTH")
side = srp.Client()
asks = idp.respond_to_auth_challenge(ClientId=web, ChallengeName="DEVICE_SRP_AUTH", Session=proof["Session"], ChallengeResponses={"USERNAME": USER, "DEVICE_KEY": device, "SRP_A": f"{side.A:x}"})
equal("challenge", asks["ChallengeName"], "DEVICE_PASSWORD_VERIFIER")
proved = side.answer("_" + group, word, {**asks["ChallengeParameters"], "USER_ID_FOR_SRP": device})
skipped = tokens(idp.respond_to_auth_challenge(ClientId=web, ChallengeName="DEVICE_PASSWORD_VERIFIER", ChallengeResponses={**proved, "DEVICE_KEY": device}))
equal("no new device", "NewDeviceMetadata" in skipped, False)

gone = REGION + "_0"
nothing = ("ResourceNotFoundException", "Device does not exist.")
equal("own device", idp.get_device(AccessToken=access, DeviceKey=device)["Device"]["DeviceKey"], device)
refused(*nothing, idp.get_device, AccessToken=access, DeviceKey=gone)
idp.update_device_status(AccessToken=access, DeviceKey=device, DeviceRememberedStatus="remembered")
refused(*nothing, idp.update_device_status, AccessToken=access, DeviceKey=gone, DeviceRememberedStatus="remembered")
equal("own devices", [d["DeviceKey"] for d in idp.list_devices(AccessToken=access, Limit=1)["Devices"]], [device])
refused("InvalidParameterException", "Invalid pagination token.", idp.list_devices, AccessToken=access, PaginationToken="x")
read = idp.admin_get_device(UserPoolId=pool, Username=USER, DeviceKey=device)["Device"]
equal("status", {a["Name"]: a["Value"] for a in read["DeviceAttributes"]}["dev:device_remembered_status"], "remembered")
refused(*nothing, idp.admin_get_device, UserPoolId=pool, Username=USER, DeviceKey=gone)
equal("devices", [d["DeviceKey"] for d in idp.admin_list_devices(UserPoolId=pool, Username=USER)["Devices"]], [device])
refused("UserNotFoundException", "User does not exist.", idp.admin_list_devices, UserPoolId=pool, Username="nobody-here")
idp.admin_update_device_status(UserPoolId=pool, Username=USER, DeviceKey=device, DeviceRememberedStatus="not_remembered")
refused(*nothing, idp.admin_update_device_status, UserPoolId=pool, Username=USER, DeviceKey=gone, DeviceRememberedStatus="remembered")
idp.forget_device(AccessToken=access, DeviceKey=device)
refused(*nothing, idp.forget_device, AccessToken=access, DeviceKey=device)
again = sign_in(device)
equal("a forgotten device stands for nothing", again["ChallengeName"], "SOFTWARE_TOKEN_MFA")

# What a user chooses, and what an administrator chooses for him.
refused("InvalidParameterException", "User does not have delivery config set to turn on SMS_MFA", idp.set_user_mfa_preference, AccessToken=access, SMSMfaSettings={"Enabled": True})
refused("InvalidParameterException", "User does not have delivery config set to turn on EMAIL_OTP", idp.admin_set_user_mfa_preference, UserPoolId=pool, Username=USER, EmailMfaSettings={"Enabled": True})
idp.admin_update_user_attributes(UserPoolId=pool, Username=USER, UserAttributes=[{"Name": "phone_number", "Value": PHONE}, {"Name": "phone_number_verified", "Value": "true"}])
options = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]
only_sms = "MFAOptions may hold DeliveryMedium SMS with AttributeName phone_number only."
idp.set_user_settings(AccessToken=access, MFAOptions=options)
equal("MFAOptions", idp.get_user(AccessToken=access)["MFAOptions"], options)
refused("InvalidParameterException", only_sms, idp.set_user_settings, AccessToken=access, MFAOptions=[{"DeliveryMedium": "EMAIL", "AttributeName": "email"}])
idp.admin_set_user_settings(UserPoolId=pool, Username=USER, MFAOptions=[])
refused("InvalidParameterException", only_sms, idp.admin_set_user_settings, UserPoolId=pool, Username=USER, MFAOptions=[{"DeliveryMedium": "EMAIL", "AttributeName": "email"}])
chosen = idp.set_user_mfa_preference(AccessToken=access, SMSMfaSettings={"Enabled": True, "PreferredMfa": False})
asked = sign_in()
equal("challenge", (asked["ChallengeName"], json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])), ("SELECT_MFA_TYPE", ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]))
asked = idp.respond_to_auth_challenge(ClientId=web, ChallengeName="SELECT_MFA_TYPE", Session=asked["Session"], ChallengeResponses={"USERNAME": USER, "ANSWER": "SMS_MFA"})
equal("where the code goes", asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "+*******6621")
code = canary("code", newest_code(PHONE))
wrong = "000000" if code != "000000" else "111111"
refused("CodeMismatchException", "Invalid code or auth state for the user.", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="SMS_MFA", Session=asked["Session"], ChallengeResponses={"USERNAME": USER, "SMS_MFA_CODE": wrong})
third = tokens(idp.respond_to_auth_challenge(ClientId=web, ChallengeName="SMS_MFA", Session=asked["Session"], ChallengeResponses={"USERNAME": USER, "SMS_MFA_CODE": code}))
other = third["NewDeviceMetadata"]["DeviceKey"]
idp.confirm_device(AccessToken=third["AccessToken"], DeviceKey=other, DeviceSecretVerifierConfig=config)
idp.admin_forget_device(UserPoolId=pool, Username=USER, DeviceKey=other)
refused(*nothing, idp.admin_forget_device, UserPoolId=pool, Username=USER, DeviceKey=other)
preferred = idp.admin_set_user_mfa_preference(UserPoolId=pool, Username=USER, SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
equal("second factors", (lambda u: (u["UserMFASettingList"], u["PreferredMfaSetting"]))(idp.admin_get_user(UserPoolId=pool, Username=USER)), (["SMS_MFA", "SOFTWARE_TOKEN_MFA"], "SMS_MFA"))
factors = idp.get_user_auth_factors(AccessToken=access)
equal("first factors", (factors["ConfiguredUserAuthFactors"], factors["PreferredMfaSetting"]), (["PASSWORD"], "SMS_MFA"))
refused("NotAuthorizedException", "Invalid Access Token", idp.get_user_auth_factors, AccessToken=access[:-8])

nobody = ("UserNotFoundException", "User does not exist.")
factors = idp.admin_get_user_auth_factors(UserPoolId=pool, Username=USER)
equal("first factors", (factors["ConfiguredUserAuthFactors"], factors["UserMFASettingList"]), (["PASSWORD"], ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]))
refused(*nobody, idp.admin_get_user_auth_factors, UserPoolId=pool, Username="nobody-here")
idp.admin_delete_software_token(UserPoolId=pool, Username=USER)
equal("second factors", idp.admin_get_user_auth_factors(UserPoolId=pool, Username=USER)["UserMFASettingList"], ["SMS_MFA"])
refused(*nobody, idp.admin_delete_software_token, UserPoolId=pool, Username="nobody-here")

r = record_of(secret["ResponseMetadata"]["RequestId"])
equal("AssociateSoftwareToken", (r["requestParameters"], r["responseElements"]), ({"session": HIDDEN}, {"secretCode": HIDDEN, "session": HIDDEN}))
r = record_of(chosen["ResponseMetadata"]["RequestId"])
equal("SetUserMFAPreference", (r["requestParameters"], r["responseElements"]), ({"accessToken": HIDDEN, "sMSMfaSettings": {"enabled": True, "preferredMfa": False}}, None))
r = record_of(began["ResponseMetadata"]["RequestId"])
equal("AdminInitiateAuth: responseElements", r["responseElements"], {"challengeName": "MFA_SETUP", "session": HIDDEN, "challengeParameters": HIDDEN})

close({"cognito-idp": "cognito-idp"})
