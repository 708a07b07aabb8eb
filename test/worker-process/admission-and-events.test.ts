import type { ReadAdmission } from '../../src/worker-process/admission';
import { readWorkerEnvironment } from '../../src/worker-process/environment';

import { mistakesIn, required, withFile } from './worker-environment';

describe('who may go to GenerativeAgent', () => {
  it('is everybody, if nothing is said', () => {
    expect(readWorkerEnvironment(required).admission).toEqual({ enabled: true, share: 100 });
  });

  it('is said by variables, and by a file before them', async () => {
    const set = { ...required, CALL_TRANSFER_ENABLED: 'false', CALL_TRANSFER_SHARE: '12.5' };
    expect(readWorkerEnvironment(set).admission).toEqual({ enabled: false, share: 12.5 });
    await withFile('{ "enabled": true }', async (file) => {
      const { admission } = readWorkerEnvironment({ ...set, CALL_TRANSFER_ADMISSION_FILE: file });

      expect(await (admission as ReadAdmission)()).toEqual({ enabled: true, share: 12.5 });
    });
  });

  it.each([
    ['{ "share": 101 }', 'share: Too big: expected number to be <=100'],
    ['{ "on": true }', 'admission: Unrecognized key: "on"'],
    ['{', expect.stringContaining('JSON') as string],
  ])('is not said by the file %s', (text, why) => {
    withFile(text, (file) => {
      const [mistake = ''] = mistakesIn({ ...required, CALL_TRANSFER_ADMISSION_FILE: file });

      expect(mistake.replace('CALL_TRANSFER_ADMISSION_FILE: ', '')).toEqual(why);
    });
  });

  it.each([
    ['CALL_TRANSFER_ENABLED', 'no', 'must be true or false'],
    ['CALL_TRANSFER_SHARE', '101', 'Too big: expected number to be <=100'],
    ['CALL_TRANSFER_SHARE', 'half', 'Invalid input: expected number, received NaN'],
    ['CALL_TRANSFER_ADMISSION_FILE', '/nowhere', "ENOENT: no such file or directory, open '/nowhere'"],
  ])('is not said by %s=%s', (variable, value, why) => {
    expect(mistakesIn({ ...required, [variable]: value })).toEqual([`${variable}: ${why}`]);
  });
});

describe('who is told of conversations that are over', () => {
  const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3';
  const url = 'https://events.example.com/call-transfers';

  it('is nobody, if no address is set', () => {
    expect(readWorkerEnvironment(required).events).toBeUndefined();
  });

  it('is at the address, with the secrets and the variables that may be told', () => {
    const set = {
      CALL_TRANSFER_EVENTS_URL: url,
      CALL_TRANSFER_EVENTS_SECRETS: `${secret}, ${secret.slice(6)}`,
      CALL_TRANSFER_EVENTS_VARIABLES: 'accountType, balance',
    };
    expect(readWorkerEnvironment({ ...required, ...set }).events).toEqual({
      url,
      secrets: [secret, secret.slice(6)],
      variables: ['accountType', 'balance'],
    });
  });

  it('must be given a secret that cannot be guessed', () => {
    expect(mistakesIn({ ...required, CALL_TRANSFER_EVENTS_URL: url })).toEqual([
      'CALL_TRANSFER_EVENTS_SECRETS: is missing: events are signed with it',
    ]);
    expect(
      mistakesIn({ ...required, CALL_TRANSFER_EVENTS_URL: 'events', CALL_TRANSFER_EVENTS_SECRETS: 'secret' }),
    ).toEqual([
      'CALL_TRANSFER_EVENTS_URL: must be an http or https URL',
      'CALL_TRANSFER_EVENTS_SECRETS.0: must be base64 of 24 to 64 bytes, with or without whsec_ before it',
    ]);
  });
});
