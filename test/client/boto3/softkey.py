"""An authenticator in software, as a browser shows one: ES256 keys, no attestation."""

import base64
import hashlib
import json
import secrets
import struct

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * (a[0] * a[0] - 1) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point, k = add(point, point), k >> 1
    return out


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def integer(n):
    raw = n.to_bytes(33, "big").lstrip(b"\0")
    raw = b"\0" + raw if raw[0] & 0x80 else raw
    return b"\x02" + bytes([len(raw)]) + raw


class Key:
    """One passkey, used from pages of an origin."""

    def __init__(self, origin):
        self.origin, self.id, self.counter, self.user = origin, secrets.token_bytes(32), 0, b""
        self.flags = PRESENT | VERIFIED
        self.private = 1 + secrets.randbelow(N - 1)
        x, y = times(self.private, G)
        self.x, self.y = x.to_bytes(32, "big"), y.to_bytes(32, "big")

    def sign(self, data):
        k = 1 + secrets.randbelow(N - 1)
        r = times(k, G)[0] % N
        s = pow(k, -1, N) * (int.from_bytes(hashlib.sha256(data).digest(), "big") + r * self.private) % N
        body = integer(r) + integer(s)
        return b"\x30" + bytes([len(body)]) + body

    def data(self, party, flags=0):
        self.counter += 1
        return hashlib.sha256(party.encode()).digest() + bytes([self.flags | flags]) + struct.pack(">I", self.counter)

    def client_data(self, kind, challenge):
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def answer(self, response):
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def create(self, options):
        """The RegistrationResponseJSON for the options of a registration."""
        padding = "=" * (-len(options["user"]["id"]) % 4)
        self.user = base64.urlsafe_b64decode(options["user"]["id"] + padding)
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + self.x + b"\x22\x58\x20" + self.y
        data = self.data(options["rp"]["id"], ATTESTED) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        stated = b"\xa3cfmtdnonegattStmt\xa0hauthData\x58" + bytes([len(data)]) + data
        public = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") + self.x + self.y
        return self.answer(
            {
                "clientDataJSON": text(self.client_data("webauthn.create", options["challenge"])),
                "attestationObject": text(stated),
                "transports": ["internal"],
                "publicKey": text(public),
                "publicKeyAlgorithm": -7,
                "authenticatorData": text(data),
            }
        )

    def get(self, options):
        """The AuthenticationResponseJSON for the options of a sign-in."""
        client, data = self.client_data("webauthn.get", options["challenge"]), self.data(options["rpId"])
        signature = self.sign(data + hashlib.sha256(client).digest())
        return self.answer({"clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signature), "userHandle": text(self.user)})
