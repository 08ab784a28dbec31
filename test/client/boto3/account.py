"""What users and administrators do to an account, as a chapter of cognito.py."""

from common import *

NOBODY = "no-such-person"
PERSON = canary("name", "tomas.lindqvist.2288")
FIRST_MAIL = canary("name", "tomas.lindqvist.2288@example.org")
LATER_MAIL = canary("name", "lindqvist.tomas.9137@example.net")
ONE = canary("secret", "Harbour-Canary-Light-41!")
TWO = canary("secret", "Harbour-Canary-Light-42!")
THREE = canary("secret", "Harbour-Canary-Light-43!")
GUESS = canary("secret", "Harbour-Canary-Guess-00!")


def attributes(idp, pool):
    return {a["Name"]: a["Value"] for a in idp.admin_get_user(UserPoolId=pool, Username=PERSON)["UserAttributes"]}


def other(code):
    return "000000" if code != "000000" else "000001"


def run(idp, nobody, pool, web):
    """Every operation on an account with success and with refusals, then the records of some."""
    resource = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool}"
    sub = idp.sign_up(ClientId=web, Username=PERSON, Password=ONE, UserAttributes=[{"Name": "email", "Value": FIRST_MAIL}])["UserSub"]
    who = {"UserPoolId": pool, "Username": PERSON}
    missing = {"UserPoolId": pool, "Username": NOBODY}

    def unknown(call, **more):
        refused("UserNotFoundException", "User does not exist.", call, **missing, **more)

    def sign_in(password):
        out = idp.initiate_auth(ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": PERSON, "PASSWORD": password})["AuthenticationResult"]
        for name in ("AccessToken", "IdToken", "RefreshToken"):
            canary("secret", out[name])
        return out

    def not_in(code, message, password):
        refused(code, message, idp.initiate_auth, ClientId=web, AuthFlow="USER_PASSWORD_AUTH", AuthParameters={"USERNAME": PERSON, "PASSWORD": password})

    # Administrators.
    confirmed = idp.admin_confirm_sign_up(**who, ClientMetadata={"why": "desk"})
    refused("NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED", idp.admin_confirm_sign_up, **who)
    unknown(idp.admin_confirm_sign_up)
    refused("InvalidParameterException", "Cannot reset password for the user as there is no registered/verified email or phone_number", idp.admin_reset_user_password, **who)
    updated = idp.admin_update_user_attributes(**who, UserAttributes=[{"Name": "email_verified", "Value": "true"}, {"Name": "nickname", "Value": canary("name", "Tommi-9137-Nick")}])
    equal("flag set by an administrator", attributes(idp, pool)["email_verified"], "true")
    refused("InvalidParameterException", "Cannot modify the non-mutable attribute sub", idp.admin_update_user_attributes, **who, UserAttributes=[{"Name": "sub", "Value": "x"}])
    idp.admin_delete_user_attributes(**who, UserAttributeNames=["nickname"])
    equal("deleted attribute", "nickname" in attributes(idp, pool), False)
    refused("InvalidParameterException", "Invalid user attributes: user.custom:x: Attribute does not exist in the schema.\n", idp.admin_delete_user_attributes, **who, UserAttributeNames=["custom:x"])
    tokens = sign_in(ONE)
    idp.admin_user_global_sign_out(**who)
    unknown(idp.admin_user_global_sign_out)
    refused("NotAuthorizedException", "Access Token has been revoked", idp.get_user, AccessToken=tokens["AccessToken"])
    idp.admin_disable_user(**who)
    unknown(idp.admin_disable_user)
    denied("AccessDeniedException", "cognito-idp:AdminDisableUser", resource, nobody.admin_disable_user, **who)
    not_in("NotAuthorizedException", "User is disabled.", ONE)
    equal("enabled", idp.admin_get_user(**who)["Enabled"], False)
    idp.admin_enable_user(**who)
    unknown(idp.admin_enable_user)

    # The user himself.
    tokens = sign_in(ONE)
    access = tokens["AccessToken"]
    changed = idp.change_password(AccessToken=access, PreviousPassword=ONE, ProposedPassword=TWO)
    refused("NotAuthorizedException", "Incorrect username or password.", idp.change_password, AccessToken=access, PreviousPassword=GUESS, ProposedPassword=THREE)
    sign_in(TWO)
    moved = idp.update_user_attributes(AccessToken=access, UserAttributes=[{"Name": "email", "Value": LATER_MAIL}, {"Name": "nickname", "Value": "T"}])
    equal("codes sent", moved["CodeDeliveryDetailsList"], [{"Destination": "l***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}])
    refused("InvalidParameterException", "Cannot modify the non-mutable attribute email_verified", idp.update_user_attributes, AccessToken=access, UserAttributes=[{"Name": "email_verified", "Value": "true"}])
    equal("a new address", (attributes(idp, pool)["email"], attributes(idp, pool)["email_verified"]), (LATER_MAIL, "false"))
    asked = idp.get_user_attribute_verification_code(AccessToken=access, AttributeName="email")
    equal("code sent", asked["CodeDeliveryDetails"]["AttributeName"], "email")
    refused("InvalidParameterException", "User has no phone_number to verify.", idp.get_user_attribute_verification_code, AccessToken=access, AttributeName="phone_number")
    code = canary("code", newest_code(LATER_MAIL))
    refused("CodeMismatchException", "Invalid verification code provided, please try again.", idp.verify_user_attribute, AccessToken=access, AttributeName="email", Code=other(code))
    verified = idp.verify_user_attribute(AccessToken=access, AttributeName="email", Code=code)
    refused("ExpiredCodeException", "Invalid code provided, please request a code again.", idp.verify_user_attribute, AccessToken=access, AttributeName="email", Code=code)
    equal("a proved address", attributes(idp, pool)["email_verified"], "true")
    idp.delete_user_attributes(AccessToken=access, UserAttributeNames=["nickname"])
    refused("InvalidParameterException", "Cannot modify the non-mutable attribute sub", idp.delete_user_attributes, AccessToken=access, UserAttributeNames=["sub"])

    # A forgotten password.
    forgot = idp.forgot_password(ClientId=web, Username=PERSON)
    equal("destination", forgot["CodeDeliveryDetails"]["Destination"], "l***@e***")
    refused("UserNotFoundException", "Username/client id combination not found.", idp.forgot_password, ClientId=web, Username=NOBODY)
    code = canary("code", newest_code(LATER_MAIL))
    refused("CodeMismatchException", "Invalid verification code provided, please try again.", idp.confirm_forgot_password, ClientId=web, Username=PERSON, ConfirmationCode=other(code), Password=THREE)
    refused("InvalidPasswordException", "Password did not conform with policy: Password not long enough", idp.confirm_forgot_password, ClientId=web, Username=PERSON, ConfirmationCode=code, Password="Aa1!")
    idp.confirm_forgot_password(ClientId=web, Username=PERSON, ConfirmationCode=code, Password=THREE)
    not_in("NotAuthorizedException", "Incorrect username or password.", TWO)
    sign_in(THREE)
    reset = idp.admin_reset_user_password(**who)
    not_in("PasswordResetRequiredException", "Password reset required for the user", THREE)
    confirm = idp.confirm_forgot_password(ClientId=web, Username=PERSON, ConfirmationCode=canary("code", newest_code(LATER_MAIL)), Password=ONE)
    access = sign_in(ONE)["AccessToken"]
    idp.delete_user(AccessToken=access)
    refused("UserNotFoundException", "User does not exist.", idp.delete_user, AccessToken=access)

    def holds(what, answer, parameters, response=None):
        r = record_of(answer["ResponseMetadata"]["RequestId"])
        equal(f"{what}: requestParameters", r["requestParameters"], parameters)
        equal(f"{what}: responseElements", r["responseElements"], response)
        equal(f"{what}: sub", r["additionalEventData"], {"sub": sub})
        equal(f"{what}: readOnly", r["readOnly"], False)

    sent = {"destination": HIDDEN, "deliveryMedium": "EMAIL", "attributeName": "email"}
    holds("AdminConfirmSignUp", confirmed, {"userPoolId": pool, "username": HIDDEN, "clientMetadata": {"why": "desk"}})
    holds("AdminUpdateUserAttributes", updated, {"userPoolId": pool, "username": HIDDEN, "userAttributes": HIDDEN})
    holds("AdminResetUserPassword", reset, {"userPoolId": pool, "username": HIDDEN})
    holds("ChangePassword", changed, {"accessToken": HIDDEN, "previousPassword": HIDDEN, "proposedPassword": HIDDEN})
    holds("UpdateUserAttributes", moved, {"accessToken": HIDDEN, "userAttributes": HIDDEN}, {"codeDeliveryDetailsList": [sent]})
    holds("GetUserAttributeVerificationCode", asked, {"accessToken": HIDDEN, "attributeName": "email"}, {"codeDeliveryDetails": sent})
    holds("VerifyUserAttribute", verified, {"accessToken": HIDDEN, "attributeName": "email", "code": HIDDEN})
    holds("ForgotPassword", forgot, {"clientId": web, "username": HIDDEN}, {"codeDeliveryDetails": sent})
    holds("ConfirmForgotPassword", confirm, {"clientId": web, "username": HIDDEN, "confirmationCode": HIDDEN, "password": HIDDEN})
