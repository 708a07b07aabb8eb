import type { CallTransferResource } from '../../src/asapp/resource';
import type { FaultEffect } from '../../src/sandbox';

import { numberOf, answerTo, failureOf, usTransfer, withAsapp, withClient, withServer } from './with-asapp';

/** What a GET after a whole call is answered with, told in another way. */
async function completed(effect: FaultEffect): Promise<CallTransferResource> {
  return await withAsapp({}, async ({ asapp, sandbox }) => {
    sandbox.exchange.callArrives(numberOf(await asapp.create(usTransfer)));
    sandbox.exchange.aiEnds('conv-1-a', { transferType: 'SYSTEM', transferVariables: { reason: 'billing' } });
    sandbox.fail({ method: 'GET', effect });
    return await asapp.get('conv-1-a');
  });
}

const withFields = (fields: Record<string, unknown>): FaultEffect => ({ kind: 'fields', fields });

describe('an answer that other readings of ASAPP’s documents allow', () => {
  it.each(['completed', 'Completed', 'COMPLETED'])('may have a status in any case: %s', async (status) => {
    expect(await completed(withFields({ status }))).toMatchObject({ status: 'COMPLETED' });
  });

  it('may have variables that are no strings', async () => {
    expect(await completed({ kind: 'dialect', booleanVariables: true })).toMatchObject({
      outputContext: {
        referenceVariables: { isReturningCaller: true },
        transferVariables: { reason: 'billing', isVerified: false },
      },
    });
  });

  it('may have fields that nobody knows yet', async () => {
    expect(await completed({ kind: 'dialect', unknownFields: true })).toMatchObject({
      id: 'conv-1-a',
      status: 'COMPLETED',
      outputContext: { transferType: 'SYSTEM' },
    });
  });

  it('may have a transfer type that nobody knows yet, for the caller to judge', async () => {
    expect(await completed(withFields({ outputContext: { transferType: 'Robot' } }))).toMatchObject({
      outputContext: { transferType: 'ROBOT' },
    });
  });

  it('may have no transfer type: the context is kept', async () => {
    const { outputContext } = await completed(withFields({ outputContext: { transferType: null } }));

    expect(outputContext).toEqual({ transferType: undefined, transferVariables: { reason: 'billing' } });
  });

  it.each([
    ['+0000', '2025-06-19T13:38:45.250+0000', 250],
    ['+02:00', '2025-06-19T15:38:45+02:00', 0],
    ['-0430', '2025-06-19T09:08:45-0430', 0],
    ['z', '2025-06-19T13:38:45z', 0],
  ])('may have times in any zone: %s', async (_, text, milliseconds) => {
    const instant = Date.parse('2025-06-19T13:38:45Z') + milliseconds;

    expect(await completed(withFields({ callReceivedAt: text, completedAt: text }))).toMatchObject({
      callReceivedAt: instant,
      completedAt: instant,
    });
  });
});

describe('a field that no step reads costs a caller nothing:', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an unreadable createdAt', { createdAt: 'yesterday' }],
    ['an unreadable callReceivedAt', { callReceivedAt: '13:38' }],
    ['a callReceivedAt without a zone', { callReceivedAt: '2025-06-19T13:38:45' }],
    ['an empty callReceivedAt', { callReceivedAt: '' }],
    ['a callReceivedAt that is no text', { callReceivedAt: 1750340325 }],
    ['an unreadable completedAt', { completedAt: {} }],
    ['a phone number emptied after its release', { phoneNumber: { transferNumber: null, expireAt: null } }],
    ['a phone number with empty fields', { phoneNumber: { transferNumber: '', expireAt: '' } }],
    ['no phone number', { phoneNumber: null }],
    ['no id', { id: null }],
    ['no conversation', { externalConversationId: null }],
    ['a type of tomorrow', { type: 'PIGEON' }],
  ])('%s', async (_, fields) => {
    expect(await completed(withFields(fields))).toMatchObject({
      status: 'COMPLETED',
      outputContext: { transferType: 'SYSTEM', transferVariables: { reason: 'billing' } },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['a transfer type that is no text', { transferType: 7 }],
    ['a task that is no text', { currentTaskName: ['billing'] }],
    ['variables that are no object', { referenceVariables: 'a=b' }],
  ])('%s, of a context whose other fields are kept', async (_, fields) => {
    const { outputContext } = await completed(withFields({ outputContext: fields }));

    expect(outputContext).toMatchObject({ transferVariables: { reason: 'billing' } });
  });

  it.each(['handed over', 7, ['AGENT'], true])(
    'a context that is no object still says that GenerativeAgent ended the call: %j',
    async (outputContext) => {
      expect(await completed(withFields({ outputContext }))).toMatchObject({
        status: 'COMPLETED',
        outputContext: {},
      });
    },
  );

  it('no context says that the customer hung up', async () => {
    expect((await completed(withFields({ outputContext: null }))).outputContext).toBeUndefined();
  });

  it.each(['x', 'Thu, 19 Jun 2025 13:38:45 +0000 (about)'])(
    'times that cannot be read are as good as none: %s',
    async (text) => {
      const { callReceivedAt, completedAt } = await completed(
        withFields({ callReceivedAt: text, completedAt: text }),
      );

      expect([callReceivedAt, completedAt]).toEqual([undefined, undefined]);
    },
  );
});

describe('the answer to a POST', () => {
  const number = { transferNumber: '+19991234', expireAt: '2025-06-19T13:39:00Z' };
  const post = (body: unknown) => answerTo({ body }, (asapp) => asapp.create(usTransfer));

  it.each<[string, Record<string, unknown>]>([
    ['', {}],
    ['a null ', { status: null }],
    ['an active ', { status: 'active' }],
  ])('is a new transfer with %sstatus, and needs no more than its number', async (_, more) => {
    expect(await post({ ...more, phoneNumber: number })).toMatchObject({
      existed: false,
      transfer: { status: 'ACTIVE' },
      assigned: { destination: { type: 'PHONE_NUMBER', transferNumber: '+19991234', country: 'US' } },
    });
  });

  it('may name the country of the number', async () => {
    expect(await post({ phoneNumber: { ...number, country: 'CA' } })).toMatchObject({
      assigned: { destination: { country: 'CA' } },
    });
  });

  it('assigns nothing where the transfer is over, whatever it says of a number', async () => {
    expect(await post({ status: 'EXPIRED', phoneNumber: {} })).toMatchObject({
      transfer: { status: 'EXPIRED' },
      assigned: undefined,
    });
  });
});

describe('an answer that does not fit', () => {
  it.each<[string, FaultEffect]>([
    ['body: is not JSON', { kind: 'body', body: '<html>accountNumber 3434</html>' }],
    ['body: is not JSON', { kind: 'body', body: '' }],
    ['body: Invalid input: expected object, received array', { kind: 'body', body: '[]' }],
    ['id: is not the one that was asked for', withFields({ id: 'conv-2-a' })],
    ['status: Invalid option', withFields({ status: '3434' })],
    ['status: Invalid input: expected string, received number', withFields({ status: 3434 })],
    ['phoneNumber: is missing', withFields({ phoneNumber: null })],
    ['phoneNumber.transferNumber: is missing', withFields({ phoneNumber: { transferNumber: null } })],
    ['phoneNumber.transferNumber: must not be empty', withFields({ phoneNumber: { transferNumber: '' } })],
    [
      'phoneNumber.transferNumber: Invalid input: expected string, received number',
      withFields({ phoneNumber: { transferNumber: 3434 } }),
    ],
    ['phoneNumber.expireAt: is missing', withFields({ phoneNumber: { expireAt: null } })],
    [
      'phoneNumber.expireAt: must be an instant with a time zone',
      withFields({ phoneNumber: { expireAt: 'in 3434 s' } }),
    ],
    [
      'phoneNumber.expireAt: must be an instant with a time zone',
      withFields({ phoneNumber: { expireAt: '2025-06-19T13:34:34' } }),
    ],
  ])('is refused by the name of its field: %s', async (what, effect) => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      sandbox.fail({ method: 'POST', effect });
      const { kind, message } = await failureOf(asapp.create(usTransfer));
      expect(kind).toBe('responseInvalid');
      expect(message).toContain(
        `ASAPP's answer to POST /generativeagent/v1/call-transfers is not valid: ${what}`,
      );
      expect(message).not.toContain('3434');
    });
  });

  it.each([
    ['status: is missing', { id: 'conv-1-a' }],
    ['status: Invalid input: expected string, received null', { status: null }],
    ['status: Invalid option', { status: 'RINGING' }],
    ['id: is not the one that was asked for', { id: 'conv-2-a', status: 'COMPLETED' }],
  ])('to a GET is refused by the name of its field: %s', async (what, body) => {
    const message = expect.stringContaining(what) as string;

    expect(await answerTo({ body }, (asapp) => failureOf(asapp.get('conv-1-a')))).toMatchObject({
      kind: 'responseInvalid',
      message,
    });
  });

  it('is refused for a number that is someone else’s after a 409, too', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      sandbox.fail({ method: 'GET', effect: withFields({ id: 'conv-2-a' }) });
      expect(await failureOf(asapp.create(usTransfer))).toMatchObject({
        kind: 'responseInvalid',
        message: expect.stringContaining('answer to GET /generativeagent') as string,
      });
    });
  });

  it('is refused where it is nested deeper than anybody can follow', async () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const body = `{"id":"conv-1-a","externalConversationId":"conv-1","status":"COMPLETED",
      "outputContext":{"transferType":"AGENT","transferVariables":{"deep":${deep}}}}`;
    await withServer(
      (response) => response.end(body),
      async ({ apiUrl }) => {
        const error = await withClient({ apiUrl, apiId: 'id', apiSecret: 'secret' }, (asapp) =>
          failureOf(asapp.get('conv-1-a')),
        );
        expect(error).toMatchObject({
          name: 'AsappError',
          kind: 'responseInvalid',
          message: expect.stringContaining('body: is nested too deeply') as string,
        });
      },
    );
  });
});

describe('an answer that is larger than a decision may be', () => {
  const variables = (bytes: number) => ({ transferVariables: { text: 'x'.repeat(bytes) } });
  const context = (bytes: number) =>
    withFields({ outputContext: { transferType: 'SYSTEM', ...variables(bytes) } });

  it.each<[string, FaultEffect]>([
    ['body: has more than 2097152 bytes', { kind: 'body', body: `"${'x'.repeat(2 * 1024 * 1024)}"` }],
    ['outputContext: has more than 524288 bytes', context(524_288)],
  ])('is refused by the name of its field: %s', async (what, effect) => {
    await expect(completed(effect)).rejects.toMatchObject({
      kind: 'responseTooLarge',
      message: `ASAPP's answer to GET /generativeagent/v1/call-transfers/conv-1-a is too large: ${what}`,
    });
  });

  it('is none as long as it fits', async () => {
    const most = 524_288 - Buffer.byteLength('{"transferType":"SYSTEM","transferVariables":{"text":""}}');

    const outputContext = { transferType: 'SYSTEM', ...variables(most) };
    const body = JSON.stringify({ status: 'COMPLETED', outputContext });

    expect(await completed({ kind: 'body', body })).toMatchObject({ outputContext });
  });

  it('is none with the longest body that is read', async () => {
    const body = '{"status":"COMPLETED"}'.padEnd(2 * 1024 * 1024);

    expect(await completed({ kind: 'body', body })).toMatchObject({ status: 'COMPLETED' });
  });
});
