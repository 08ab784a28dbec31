// A browser app's day with amazon-cognito-identity-js: its only setting beyond
// pool and client is the endpoint.

import assert from 'node:assert/strict';
import cognito from 'amazon-cognito-identity-js';
import { canary, code, env } from './client.js';

const { AuthenticationDetails, CognitoUser, CognitoUserAttribute, CognitoUserPool } = cognito;
const pool = new CognitoUserPool({ UserPoolId: env.POOL, ClientId: env.CLIENT, endpoint: env.AWS_ENDPOINT_URL });

const later = (call) => new Promise((yes, no) => call((err, data) => (err ? no(err) : yes(data))));
const refused = (code, message) => (err) => {
  assert.equal(err.code, code);
  assert.equal(err.message, message);
  return true;
};
const signIn = (user, password) =>
  new Promise((yes, no) =>
    user.authenticateUser(new AuthenticationDetails({ Username: user.getUsername(), Password: password }), {
      onSuccess: yes,
      onFailure: no,
      newPasswordRequired: (attributes) => yes({ challenge: 'NEW_PASSWORD_REQUIRED', attributes }),
    }),
  );
const keep = (session) => {
  for (const token of [session.getAccessToken().getJwtToken(), session.getIdToken().getJwtToken(), session.getRefreshToken().getToken()]) {
    canary('secret', token);
  }
  return session;
};

const name = canary('name', 'js.person.2268');
const mail = canary('name', 'js.person.2268@example.org');
const password = canary('secret', 'Violin-Canary-Nine-4!');
const attributes = [new CognitoUserAttribute({ Name: 'email', Value: mail })];

const signed = await later((done) => pool.signUp(name, password, attributes, [], done));
assert.equal(signed.userConfirmed, false);
assert.equal(signed.codeDeliveryDetails.Destination, 'j***@e***');
await assert.rejects(later((done) => pool.signUp(name, password, attributes, [], done)), refused('UsernameExistsException', 'User already exists'));

const user = new CognitoUser({ Username: name, Pool: pool });
await assert.rejects(signIn(user, password), refused('UserNotConfirmedException', 'User is not confirmed.'));
const sent = await code(mail);
const other = sent === '000000' ? '000001' : '000000';
await assert.rejects(later((done) => user.confirmRegistration(other, false, done)), refused('CodeMismatchException', 'Invalid verification code provided, please try again.'));
assert.equal(await later((done) => user.confirmRegistration(sent, false, done)), 'SUCCESS');

// SRP: InitiateAuth and RespondToAuthChallenge.
await assert.rejects(signIn(user, canary('secret', 'Wrong-Canary-Viola-1!')), refused('NotAuthorizedException', 'Incorrect username or password.'));
const session = keep(await signIn(user, password));
assert.ok(session.isValid());
const access = session.getAccessToken().payload;
assert.equal(access.token_use, 'access');
assert.equal(access.iss, `${env.AWS_ENDPOINT_URL}/${env.POOL}`);
assert.equal(access.client_id, env.CLIENT);
assert.equal(session.getIdToken().payload.email, mail);
assert.equal(session.getIdToken().payload['cognito:username'], name);
const shown = await later((done) => user.getUserAttributes(done));
assert.equal(shown.find((a) => a.getName() === 'sub').getValue(), signed.userSub);

const fresh = keep(await later((done) => user.refreshSession(session.getRefreshToken(), done)));
assert.equal(fresh.getAccessToken().payload.sub, signed.userSub);
assert.notEqual(fresh.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
assert.equal(fresh.getRefreshToken().getToken(), session.getRefreshToken().getToken());

await new Promise((onSuccess, onFailure) => user.globalSignOut({ onSuccess, onFailure }));
const again = new CognitoUser({ Username: name, Pool: pool });
again.setSignInUserSession(fresh);
await assert.rejects(later((done) => again.getUserAttributes(done)), refused('NotAuthorizedException', 'Access Token has been revoked'));
await assert.rejects(later((done) => again.refreshSession(fresh.getRefreshToken(), done)), refused('NotAuthorizedException', 'Refresh Token has been revoked'));

// A user whom an administrator made chooses a password.
const invited = new CognitoUser({ Username: canary('name', env.INVITED), Pool: pool });
const asked = await signIn(invited, canary('secret', env.TEMPORARY));
assert.equal(asked.challenge, 'NEW_PASSWORD_REQUIRED');
const chosen = canary('secret', 'Chosen-Canary-Cello-8!');
keep(await new Promise((onSuccess, onFailure) => invited.completeNewPasswordChallenge(chosen, {}, { onSuccess, onFailure })));
const back = new CognitoUser({ Username: env.INVITED, Pool: pool });
keep(await signIn(back, chosen));
console.log('ok');
