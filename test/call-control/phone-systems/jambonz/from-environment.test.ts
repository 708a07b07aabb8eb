import { fromEnvironment } from '../../../../src/call-control/phone-systems/jambonz/index';
import { EnvironmentError } from '../../../../src/environment/read-environment';
import type { NextStep } from '../../../../src/index';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { hmac, incoming, webhook } from './jambonz-requests';

const dial: NextStep = {
  action: 'DIAL',
  leg: {
    transferId: 'conv-1-a',
    type: 'PHONE_NUMBER',
    transferNumber: '+12005550100',
    country: 'US',
    expiresAt: '2026-11-24T10:01:00Z',
    dialBy: '2026-11-24T10:00:48Z',
  },
};

const signed = (secret: string) => {
  const { body } = webhook('call', incoming);
  const now = Math.floor(Date.now() / 1000);
  return webhook('call', incoming, {
    headers: { 'jambonz-signature': `t=${now},v1=${hmac(body, now, secret)}` },
  });
};

test('the secrets, the number of the caller and the carrier come from the environment', () => {
  const system = fromEnvironment(
    {
      JAMBONZ_WEBHOOK_SECRETS: 'the-old-one, the-new-one',
      JAMBONZ_CALLER_ID: '+18005551212',
      JAMBONZ_TRUNK: 'main',
    },
    phoneSystemSettings,
  );
  expect(system.name).toBe('jambonz');
  expect(Object.keys(system.hooks)).toEqual(['call', 'dial', 'routed', 'status']);
  expect(system.authenticate(signed('the-old-one'))).toBe(true);
  expect(system.authenticate(signed('the-new-one'))).toBe(true);
  expect(system.authenticate(signed('another'))).toBe(false);
  const { body } = system.answer(dial, system.read(webhook('call', incoming)).call, 0);
  expect(JSON.parse(body)).toMatchObject([
    { verb: 'tag' },
    { verb: 'dial', callerId: '+18005551212', target: [{ trunk: 'main' }] },
  ]);
});

test('the secrets alone are enough', () => {
  const system = fromEnvironment(
    { JAMBONZ_WEBHOOK_SECRETS: 'only-one', JAMBONZ_TRUNK: '' },
    phoneSystemSettings,
  );
  const { body } = system.answer(dial, system.read(webhook('call', incoming)).call, 0);
  expect(body).not.toContain('trunk');
  expect(body).not.toContain('callerId');
});

test.each([
  [{}, 'JAMBONZ_WEBHOOK_SECRETS: is missing'],
  [{ JAMBONZ_WEBHOOK_SECRETS: '' }, 'JAMBONZ_WEBHOOK_SECRETS: is missing'],
  [{ JAMBONZ_WEBHOOK_SECRETS: ' , ' }, 'JAMBONZ_WEBHOOK_SECRETS: must not be empty'],
  [{ JAMBONZ_WEBHOOK_SECRETS: 'short' }, 'JAMBONZ_WEBHOOK_SECRETS.0: each must have at least 8 characters'],
])('without secrets nothing starts: %j', (environment, message) => {
  const start = () => fromEnvironment(environment, phoneSystemSettings);
  expect(start).toThrow(EnvironmentError);
  expect(start).toThrow(message);
});
