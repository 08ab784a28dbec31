// Sign-ins by challenges of the pool's own functions with amazon-cognito-identity-js, without and after the password.

import assert from 'node:assert/strict';
import cognito from 'amazon-cognito-identity-js';
import { canary, env } from './client.js';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = cognito;
const pool = new CognitoUserPool({ UserPoolId: env.POOL, ClientId: env.CLIENT, endpoint: env.AWS_ENDPOINT_URL });
const name = canary('name', env.PERSON);

// step resolves to what comes next: a session, or the parameters of a challenge.
const step = (begin) =>
  new Promise((yes, no) => begin({ onSuccess: (session) => yes({ session }), onFailure: no, customChallenge: (riddle) => yes({ riddle }) }));
const person = (password) => {
  const user = new CognitoUser({ Username: name, Pool: pool });
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const details = new AuthenticationDetails({ Username: name, Password: password });
  return {
    begin: () => step((then) => (password ? user.authenticateUser(details, then) : user.initiateAuth(details, then))),
    answer: (text) => step((then) => user.sendCustomChallengeAnswer(canary('secret', text), then)),
  };
};
const refused = { code: 'NotAuthorizedException', message: 'Incorrect username or password.' };
const right = 'forty-two.riddle';

// A wrong answer leads to another challenge, a second one to a refusal.
let jo = person();
assert.equal((await jo.begin()).riddle.riddle, '6*7');
assert.equal((await jo.answer('forty-one.riddle')).riddle.riddle, '6*7');
const { session } = await jo.answer(right);
assert.equal(session.getAccessToken().payload.username, name);
canary('secret', session.getRefreshToken().getToken());
jo = person();
await jo.begin();
await jo.answer('forty-one.riddle');
await assert.rejects(jo.answer('forty-three.riddle'), refused);

// The password first, by SRP.
await assert.rejects(person(canary('secret', 'Wrong-Canary-Viola-1!')).begin(), refused);
jo = person(canary('secret', env.PASSWORD));
assert.equal((await jo.begin()).riddle.riddle, '6*7');
assert.ok((await jo.answer(right)).session.isValid());
console.log('ok');
