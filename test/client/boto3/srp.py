"""The client's side of Cognito's SRP, as SDKs do it."""

import base64
import datetime
import hashlib
import hmac
import secrets

N_HEX = (
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B"
    "302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6"
    "49286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D"
    "670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D"
    "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
)
N = int(N_HEX, 16)


def padded(n):
    text = f"{n:x}"
    text = "0" + text if len(text) % 2 else text
    return bytes.fromhex("00" + text if text[0] in "89abcdef" else text)


def number(*parts):
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)


class Client:
    """One sign-in."""

    def __init__(self):
        self.a = secrets.randbits(1024)
        self.A = pow(2, self.a, N)

    def answer(self, pool, password, p):
        """The ChallengeResponses for PASSWORD_VERIFIER."""
        name = pool.split("_", 1)[1]
        user, B, salt = p["USER_ID_FOR_SRP"], int(p["SRP_B"], 16), int(p["SALT"], 16)
        u = number(padded(self.A), padded(B))
        x = number(padded(salt), hashlib.sha256(f"{name}{user}:{password}".encode()).digest())
        k = number(padded(N), padded(2))
        s = pow((B - k * pow(2, x, N)) % N, self.a + u * x, N)
        prk = hmac.new(padded(u), padded(s), hashlib.sha256).digest()
        key = hmac.new(prk, b"Caldera Derived Key\x01", hashlib.sha256).digest()[:16]
        now = datetime.datetime.now(datetime.timezone.utc)
        at = now.strftime("%a %b ") + str(now.day) + now.strftime(" %H:%M:%S UTC %Y")
        block = base64.b64decode(p["SECRET_BLOCK"])
        signature = hmac.new(key, name.encode() + user.encode() + block + at.encode(), hashlib.sha256).digest()
        return {
            "USERNAME": p["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": p["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(signature).decode(),
            "TIMESTAMP": at,
        }
