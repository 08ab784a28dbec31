// Package encryptionsdk encrypts small texts the way the AWS Encryption SDK does, so that functions decrypt them with it: the codes
// that custom senders are told.
//
//	text, seed ─ Encrypt(key, context) ─▶ message: header (context, data key wrapped by key) · one frame
//
// # Format
//
// Message version 2 with algorithm suite 0x0478: AES-256-GCM, HKDF-SHA-512, key commitment, no signature. The data key is wrapped as
// by the SDK's raw AES keyring. [AWS Encryption SDK developer guide: message format, algorithms; specification: raw AES keyring]
//
// # Promises
//
// Every text has its own random data key and id (Seed), so no nonce is used for two texts under one key; the wrapping key's are drawn at
// random too: a key is good for 2^32 messages. A text may be encrypted again with its seed, and is the same message then. The context is authenticated with everything else, and in clear.
package encryptionsdk
