import { inspect } from 'node:util';

import { HttpCallTransfers, type HttpCallTransfersOptions } from '../../src/asapp/http-call-transfers';
import type { FaultEffect } from '../../src/sandbox';

import { failureOf, withAsapp, withClient } from './with-asapp';

const client = { apiId: 'hush-key-id', apiSecret: 'hush-key-secret' };
const secretCall = {
  transferId: 'conv-1-a',
  conversationId: 'conv-1',
  transport: { type: 'PHONE_NUMBER', country: 'US' },
  inputContext: { taskName: 'hush_task', inputVariables: { hushName: 'hush John Doe' } },
} as const;

/** All that a log, a debugger or a failure converter could make of a value. */
const everythingOf = (value: unknown) =>
  [
    inspect(value, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(value),
    JSON.stringify(value, Object.getOwnPropertyNames(value)),
    String(value),
    value instanceof Error ? value.stack : '',
  ].join('\n');

describe('what nobody may read', () => {
  it('cannot be found in the client', async () => {
    await withClient({ apiUrl: 'http://127.0.0.1:1', ...client }, async (asapp) => {
      await failureOf(asapp.create(secretCall));
      expect(everythingOf(asapp)).not.toContain('hush');
    });
  });

  it.each<[string, FaultEffect]>([
    ['a status', { kind: 'status', status: 500 }],
    ['refused credentials', { kind: 'status', status: 401 }],
    ['a cut connection', { kind: 'cutBefore' }],
    ['a body that echoes the input', { kind: 'body', body: JSON.stringify(secretCall) }],
    ['a body that is no JSON', { kind: 'body', body: 'hush' }],
    ['a value of the wrong type', { kind: 'fields', fields: { status: 'hush' } }],
    ['a number of the wrong type', { kind: 'fields', fields: { phoneNumber: { expireAt: 'hush' } } }],
  ])('cannot be found in an error: %s', async (_, effect) => {
    await withAsapp(client, async ({ asapp, sandbox }) => {
      sandbox.fail({ effect });
      const error = await failureOf(asapp.create(secretCall));
      expect(error.name).toBe('AsappError');
      expect(everythingOf(error)).not.toContain('hush');
    });
  });

  it('are asked for where there are no options at all', () => {
    const none = undefined as unknown as HttpCallTransfersOptions;

    expect(() => new HttpCallTransfers(none)).toThrow('options: is missing');
  });

  it.each([
    [{ apiId: 'two words' }, 'apiId: must be visible ASCII characters, without white space or a line break'],
    [{ sipUri: `sip:${'a'.repeat(500)}` }, 'sipUri: must have at most 500 characters'],
    [{ sipUri: 'tel:sip:a' }, 'sipUri: must be a SIP URI without headers, such as sip:transfers@example.com'],
  ])('are wanted in a form that can be sent, as other options: %j', (wrong, why) => {
    const options = { apiUrl: 'https://api.example.com', apiId: 'id', apiSecret: 'secret', ...wrong };

    expect(() => new HttpCallTransfers(options)).toThrow(why);
  });

  it('cannot be found in the complaint about options', () => {
    const options = { apiUrl: 'hush', apiId: 'hush id', apiSecret: 'hush\n', connectTimeoutMs: 0 };
    let complaint: unknown;
    try {
      new HttpCallTransfers(options);
    } catch (error) {
      complaint = error;
    }
    expect(complaint).toBeInstanceOf(TypeError);
    const { message } = complaint as TypeError;
    for (const name of Object.keys(options)) expect(message).toContain(`${name}: `);
    expect(everythingOf(complaint)).not.toContain('hush');
  });
});
