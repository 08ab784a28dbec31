// An app with Amplify, version 6: its only setting beyond pool and client is the
// endpoint. Its user has an authenticator and a device that stands for it.

import assert from 'node:assert/strict';
import { Amplify } from 'aws-amplify';
import {
  confirmResetPassword, confirmSignIn, confirmSignUp, fetchAuthSession, fetchDevices, fetchMFAPreference, fetchUserAttributes, getCurrentUser,
  rememberDevice, resetPassword, setUpTOTP, signIn, signOut, signUp, updateMFAPreference, updatePassword, verifyTOTPSetup,
} from 'aws-amplify/auth';
import { canary, code, env, totp } from './client.js';

// Amplify asks the browser for the name of the device; Node before version 21 has none.
globalThis.navigator ??= { platform: 'node', userAgent: 'node' };
Amplify.configure({ Auth: { Cognito: { userPoolId: env.POOL, userPoolClientId: env.CLIENT, userPoolEndpoint: env.AWS_ENDPOINT_URL } } });

const refused = (name, message) => (err) => {
  assert.equal(err.name, name);
  assert.equal(err.message, message);
  return true;
};
const username = canary('name', 'amplify.person.3391');
const mail = canary('name', 'amplify.person.3391@example.org');
let password = canary('secret', 'Piccolo-Canary-Two-2!');
const enter = (word = password) => signIn({ username, password: word });
const keep = async () => {
  const { tokens } = await fetchAuthSession();
  canary('secret', tokens.accessToken.toString());
  canary('secret', tokens.idToken.toString());
  return tokens;
};

// Sign-up.
const signed = await signUp({ username, password, options: { userAttributes: { email: mail } } });
assert.equal(signed.nextStep.signUpStep, 'CONFIRM_SIGN_UP');
assert.equal(signed.nextStep.codeDeliveryDetails.destination, 'a***@e***');
await assert.rejects(signUp({ username, password }), refused('UsernameExistsException', 'User already exists'));
assert.equal((await enter()).nextStep.signInStep, 'CONFIRM_SIGN_UP');
const sent = await code(mail);
await assert.rejects(
  confirmSignUp({ username, confirmationCode: sent === '000000' ? '000001' : '000000' }),
  refused('CodeMismatchException', 'Invalid verification code provided, please try again.'),
);
assert.equal((await confirmSignUp({ username, confirmationCode: sent })).isSignUpComplete, true);

// The authenticator.
await assert.rejects(enter(canary('secret', 'Wrong-Canary-Flute-3!')), refused('NotAuthorizedException', 'Incorrect username or password.'));
assert.equal((await enter()).isSignedIn, true);
await keep();
assert.equal((await getCurrentUser()).userId, signed.userId);
assert.equal((await fetchUserAttributes()).email, mail);
const key = canary('secret', (await setUpTOTP()).sharedSecret);
await assert.rejects(
  verifyTOTPSetup({ code: totp(key) === '000000' ? '000001' : '000000' }),
  refused('EnableSoftwareTokenMFAException', 'Code mismatch'),
);
await verifyTOTPSetup({ code: totp(key, -1) });
await updateMFAPreference({ totp: 'PREFERRED' });
assert.deepEqual(await fetchMFAPreference(), { preferred: 'TOTP', enabled: ['TOTP'] });
await signOut();

// A sign-in with it; the device of before was not remembered.
const asked = await enter();
assert.equal(asked.nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
await assert.rejects(
  confirmSignIn({ challengeResponse: totp(key) === '111111' ? '222222' : '111111' }),
  refused('CodeMismatchException', 'Invalid code or auth state for the user.'),
);
assert.equal((await confirmSignIn({ challengeResponse: totp(key) })).isSignedIn, true);
await keep();
await rememberDevice();
const devices = await fetchDevices();
assert.ok(devices.length >= 1);
await signOut();

// The remembered device stands for the authenticator.
const back = await enter();
assert.equal(back.nextStep.signInStep, 'DONE');
const first = await keep();
assert.ok(devices.some((d) => d.id === first.accessToken.payload.device_key));

// Refreshed, changed, signed out everywhere.
const { tokens: fresh } = await fetchAuthSession({ forceRefresh: true });
canary('secret', fresh.accessToken.toString());
assert.notEqual(fresh.accessToken.toString(), first.accessToken.toString());
const chosen = canary('secret', 'Chosen-Canary-Horn-4!');
await updatePassword({ oldPassword: password, newPassword: chosen });
password = chosen;
await signOut({ global: true });
await assert.rejects(fetchUserAttributes(), (err) => err.name === 'UserUnAuthenticatedException');

// A forgotten password.
const reset = await resetPassword({ username });
assert.equal(reset.nextStep.resetPasswordStep, 'CONFIRM_RESET_PASSWORD_WITH_CODE');
password = canary('secret', 'Third-Canary-Harp-5!');
await confirmResetPassword({ username, confirmationCode: await code(mail), newPassword: password });
assert.equal((await enter()).isSignedIn, true);
await keep();
console.log('ok');
