"""Custom sign-ins: challenges of the pool's own functions, before and after the password, public and by an administrator."""

from common import *
from srp import Client as Srp

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:app"
PASSWORD = canary("secret", "Riddle-Canary-Harp-58#")
WRONG = canary("secret", "Riddle-Canary-Lute-59#")
USER = canary("name", "riddle.person.7714")
ANSWER = canary("secret", "forty-two.riddle")  # what the function asks for
GUESS = canary("secret", "forty-one.riddle")
INCORRECT = ("NotAuthorizedException", "Incorrect username or password.")

idp = client("cognito-idp")
functions = {"DefineAuthChallenge": FUNCTION, "CreateAuthChallenge": FUNCTION, "VerifyAuthChallengeResponse": FUNCTION}
pool = idp.create_user_pool(PoolName="riddles", LambdaConfig=functions)["UserPool"]["Id"]
plain = idp.create_user_pool(PoolName="no riddles")["UserPool"]["Id"]


def app(pool, *flows):
    flows = [*flows, "ALLOW_REFRESH_TOKEN_AUTH"]
    return idp.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=flows)["UserPoolClient"]["ClientId"]


web, narrow, bare = app(pool, "ALLOW_CUSTOM_AUTH"), app(pool, "ALLOW_USER_SRP_AUTH"), app(plain, "ALLOW_CUSTOM_AUTH")
idp.admin_create_user(UserPoolId=pool, Username=USER, MessageAction="SUPPRESS")
idp.admin_set_user_password(UserPoolId=pool, Username=USER, Password=PASSWORD, Permanent=True)


def begin(**parameters):
    return idp.initiate_auth(ClientId=web, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": USER, **parameters})


def asks(what, step):
    """The session of a step that asks the riddle."""
    got = (step["ChallengeName"], step["ChallengeParameters"], "AuthenticationResult" in step)
    equal(what, got, ("CUSTOM_CHALLENGE", {"riddle": "6*7", "USERNAME": USER}, False))
    return step["Session"]


def answer(session, text):
    return {"ClientId": web, "ChallengeName": "CUSTOM_CHALLENGE", "Session": session, "ChallengeResponses": {"USERNAME": USER, "ANSWER": text}}


def tokens(step):
    """The tokens a sign-in ends with, which must show nowhere else."""
    result = step["AuthenticationResult"]
    for token in ("AccessToken", "IdToken", "RefreshToken"):
        canary("secret", result[token])
    equal("who signed in", idp.get_user(AccessToken=result["AccessToken"])["Username"], USER)
    return result


# A wrong answer leads to another challenge, the right one to tokens. A session answers once.
first = asks("the first challenge", begin())
second = asks("after a wrong answer", idp.respond_to_auth_challenge(**answer(first, GUESS)))
refused("NotAuthorizedException", "Invalid session for the user, session can only be used once.", idp.respond_to_auth_challenge, **answer(first, ANSWER))
tokens(idp.respond_to_auth_challenge(**answer(second, ANSWER)))

# The second wrong answer ends it.
again = asks("a sign-in anew", begin())
again = asks("one wrong answer", idp.respond_to_auth_challenge(**answer(again, GUESS)))
refused(*INCORRECT, idp.respond_to_auth_challenge, **answer(again, GUESS))

# The password before the riddle.
side = Srp()
step = begin(CHALLENGE_NAME="SRP_A", SRP_A=f"{side.A:x}")
equal("the password is asked first", step["ChallengeName"], "PASSWORD_VERIFIER")
proof = {"ClientId": web, "ChallengeName": "PASSWORD_VERIFIER", "Session": step["Session"]}
step = idp.respond_to_auth_challenge(**proof, ChallengeResponses=side.answer(pool, PASSWORD, step["ChallengeParameters"]))
tokens(idp.respond_to_auth_challenge(**answer(asks("after the password", step), ANSWER)))
side = Srp()
step = begin(CHALLENGE_NAME="SRP_A", SRP_A=f"{side.A:x}")
proof["Session"] = step["Session"]
refused(*INCORRECT, idp.respond_to_auth_challenge, **proof, ChallengeResponses=side.answer(pool, WRONG, step["ChallengeParameters"]))

# An administrator's server. What it began, the public form does not go on with.
signed = {"UserPoolId": pool, "ClientId": web}
step = idp.admin_initiate_auth(**signed, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": USER})
session = asks("by an administrator", step)
refused("NotAuthorizedException", "Invalid session for the user.", idp.respond_to_auth_challenge, **answer(session, ANSWER))
tokens(idp.admin_respond_to_auth_challenge(UserPoolId=pool, **answer(session, ANSWER)))

# Where it cannot begin.
start = {"AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"USERNAME": USER}}
refused("InvalidParameterException", "CUSTOM_AUTH flow not enabled for this client", idp.initiate_auth, ClientId=narrow, **start)
refused("InvalidParameterException", "Custom auth lambda trigger is not configured for the user pool.", idp.initiate_auth, ClientId=bare, **start)
refused("InvalidParameterException", "Missing required parameter USERNAME", idp.initiate_auth, ClientId=web, AuthFlow="CUSTOM_AUTH", AuthParameters={"CHALLENGE_NAME": "SRP_A"})
refused("InvalidParameterException", "Missing required parameter ANSWER", idp.respond_to_auth_challenge, ClientId=web, ChallengeName="CUSTOM_CHALLENGE",
        Session=asks("once more", begin()), ChallengeResponses={"USERNAME": USER})

close({"cognito-idp": "cognito-idp"})
