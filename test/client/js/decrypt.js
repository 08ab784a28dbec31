// Decrypts the messages of custom senders with the AWS Encryption SDK, under every commitment policy: one JSON line each.

import { readFileSync } from "node:fs";
import { buildDecrypt } from "@aws-crypto/decrypt-node";
import { RawAesKeyringNode, RawAesWrappingSuiteIdentifier } from "@aws-crypto/raw-aes-keyring-node";

const { keyNamespace, keyName, secret, messages } = JSON.parse(readFileSync(0, "utf8"));
const wrappingSuite = RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING;
const unencryptedMasterKey = new Uint8Array(new ArrayBuffer(32));
unencryptedMasterKey.set(Buffer.from(secret, "base64"));
const keyring = new RawAesKeyringNode({ keyNamespace, keyName, unencryptedMasterKey, wrappingSuite });
for (const policy of ["REQUIRE_ENCRYPT_REQUIRE_DECRYPT", "REQUIRE_ENCRYPT_ALLOW_DECRYPT", "FORBID_ENCRYPT_ALLOW_DECRYPT"]) {
  for (const m of messages) {
    const { plaintext, messageHeader } = await buildDecrypt(policy).decrypt(keyring, Buffer.from(m, "base64"));
    console.log(JSON.stringify([plaintext.toString(), messageHeader.encryptionContext]));
  }
}
