// An app with amazon-cognito-identity-js whose users have an authenticator and a
// device that stands for it: its only setting beyond pool and client is the endpoint.

import assert from 'node:assert/strict';
import cognito from 'amazon-cognito-identity-js';
import { canary, code, env, totp } from './client.js';

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = cognito;
const pool = new CognitoUserPool({ UserPoolId: env.POOL, ClientId: env.CLIENT, endpoint: env.AWS_ENDPOINT_URL });
const later = (call) => new Promise((yes, no) => call((err, data) => (err ? no(err) : yes(data))));
const both = (call) => new Promise((onSuccess, onFailure) => call({ onSuccess, onFailure }));
const refused = (code, message) => (err) => {
  assert.equal(err.code, code);
  assert.equal(err.message, message);
  return true;
};
const name = canary('name', 'js.factors.5521');
const mail = canary('name', 'js.factors.5521@example.org');
const password = canary('secret', 'Bassoon-Canary-Six-6!');

// signIn resolves to a session, or to what is asked for next.
const signIn = (user) =>
  new Promise((onSuccess, onFailure) =>
    user.authenticateUser(new AuthenticationDetails({ Username: name, Password: password }), {
      onSuccess,
      onFailure,
      totpRequired: (challenge, parameters) => onSuccess({ challenge, parameters }),
    }),
  );
const answer = (user, text) => both((done) => user.sendMFACode(text, done, 'SOFTWARE_TOKEN_MFA'));
const keep = (session) => {
  for (const token of [session.getAccessToken().getJwtToken(), session.getIdToken().getJwtToken(), session.getRefreshToken().getToken()]) {
    canary('secret', token);
  }
  return session;
};

await later((done) => pool.signUp(name, password, [new CognitoUserAttribute({ Name: 'email', Value: mail })], [], done));
let user = new CognitoUser({ Username: name, Pool: pool });
const sent = await code(mail);
await later((done) => user.confirmRegistration(sent, false, done));

// The authenticator.
keep(await signIn(user));
const key = canary('secret', await new Promise((associateSecretCode, onFailure) => user.associateSoftwareToken({ associateSecretCode, onFailure })));
await assert.rejects(
  both((done) => user.verifySoftwareToken('000000' === totp(key) ? '000001' : '000000', 'phone', done)),
  refused('EnableSoftwareTokenMFAException', 'Code mismatch'),
);
assert.equal((await both((done) => user.verifySoftwareToken(totp(key, -1), 'phone', done))).Status, 'SUCCESS');
await later((done) => user.setUserMfaPreference(null, { PreferredMfa: true, Enabled: true }, done));
const data = await later((done) => user.getUserData(done, { bypassCache: true }));
assert.equal(data.PreferredMfaSetting, 'SOFTWARE_TOKEN_MFA');

// A sign-in with it, on a device that the library confirms.
await both((done) => user.forgetDevice(done));
user = new CognitoUser({ Username: name, Pool: pool });
user.clearCachedDeviceKeyAndPassword();
let asked = await signIn(user);
assert.equal(asked.challenge, 'SOFTWARE_TOKEN_MFA');
assert.equal(asked.parameters.FRIENDLY_DEVICE_NAME, 'phone');
const wrong = totp(key) === '111111' ? '222222' : '111111';
await assert.rejects(answer(user, wrong), refused('CodeMismatchException', 'Invalid code or auth state for the user.'));
keep(await answer(user, totp(key)));
assert.equal(await both((done) => user.setDeviceStatusRemembered(done)), 'SUCCESS');
const devices = await both((done) => user.listDevices(10, null, done));
assert.equal(devices.Devices.length, 1);
assert.equal(devices.Devices[0].DeviceAttributes.find((a) => a.Name === 'device_status').Value, 'valid');

// The remembered device stands for the authenticator.
user = new CognitoUser({ Username: name, Pool: pool });
const session = keep(await signIn(user));
assert.equal(session.getAccessToken().payload.device_key, devices.Devices[0].DeviceKey);

// After a sign-out of all devices, the tokens are worth nothing.
await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
const again = new CognitoUser({ Username: name, Pool: pool });
again.setSignInUserSession(session);
await assert.rejects(later((done) => again.getUserAttributes(done)), refused('NotAuthorizedException', 'Access Token has been revoked'));
console.log('ok');
