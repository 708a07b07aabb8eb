import type { CallTransferResource } from '../../src/asapp/resource';
import type { FaultEffect } from '../../src/sandbox';

import { failureOf, usTransfer, withAsapp, withClient, withServer } from './with-asapp';

/** What a GET after a whole call is answered with, told in another way. */
async function completed(effect: FaultEffect): Promise<CallTransferResource> {
  return await withAsapp({}, async ({ asapp, sandbox }) => {
    const { transfer } = await asapp.create(usTransfer);
    sandbox.exchange.callArrives(transfer.phoneNumber?.transferNumber ?? '');
    sandbox.exchange.aiEnds('conv-1-a', { transferType: 'SYSTEM', transferVariables: { reason: 'billing' } });
    sandbox.fail({ method: 'GET', effect });
    return await asapp.get('conv-1-a');
  });
}

describe('an answer that other readings of ASAPP’s documents allow', () => {
  it('may have a status in lower case', async () => {
    expect(await completed({ kind: 'dialect', lowerCaseStatus: true })).toMatchObject({
      status: 'COMPLETED',
    });
  });

  it('may say expiresAt for expireAt', async () => {
    const expected = await completed({ kind: 'dialect' });
    const { phoneNumber } = await completed({ kind: 'dialect', expiresAt: true });
    expect(phoneNumber?.expiresAt).toMatch(/^\d{4}-/);
    expect(Object.keys(phoneNumber ?? {})).toEqual(Object.keys(expected.phoneNumber ?? {}));
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
    expect(
      await completed({ kind: 'fields', fields: { outputContext: { transferType: 'Robot' } } }),
    ).toMatchObject({
      outputContext: { transferType: 'ROBOT' },
    });
  });

  it('may have a number that is not E.164', async () => {
    const fields = { phoneNumber: { transferNumber: '+19991234' } };
    expect(await completed({ kind: 'fields', fields })).toMatchObject(fields);
  });
});

describe('an answer that does not fit', () => {
  it.each<[string, FaultEffect]>([
    ['body: is not JSON', { kind: 'body', body: '<html>accountNumber 3434</html>' }],
    ['body: is not JSON', { kind: 'body', body: '' }],
    ['body: is longer than 1048576 bytes', { kind: 'body', body: `"${'x'.repeat(1024 * 1024)}"` }],
    ['body: Invalid input: expected object, received array', { kind: 'body', body: '[]' }],
    ['id: is missing', { kind: 'fields', fields: { id: null } }],
    ['id: is not the one that was asked for', { kind: 'fields', fields: { id: 'conv-2-a' } }],
    ['externalConversationId: is missing', { kind: 'fields', fields: { externalConversationId: null } }],
    ['status: is missing', { kind: 'fields', fields: { status: null } }],
    ['status: Invalid option', { kind: 'fields', fields: { status: '3434' } }],
    [
      'phoneNumber.transferNumber: is missing',
      { kind: 'fields', fields: { phoneNumber: { transferNumber: null } } },
    ],
    [
      'phoneNumber.transferNumber: Invalid input: expected string, received number',
      { kind: 'fields', fields: { phoneNumber: { transferNumber: 3434 } } },
    ],
    ['phoneNumber.expireAt: is missing', { kind: 'fields', fields: { phoneNumber: { expireAt: null } } }],
    [
      'phoneNumber.expireAt: must be an ISO 8601 instant',
      { kind: 'fields', fields: { phoneNumber: { expireAt: 'in 3434 s' } } },
    ],
    ['callReceivedAt: must be an ISO 8601 instant', { kind: 'fields', fields: { callReceivedAt: '3434' } }],
    [
      'outputContext.transferVariables: Invalid input: expected record, received string',
      {
        kind: 'fields',
        fields: { outputContext: { transferType: 'AGENT', transferVariables: 'accountNumber 3434' } },
      },
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

  it('is refused for a number that is someone else’s after a 409, too', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      sandbox.fail({ method: 'GET', effect: { kind: 'fields', fields: { id: 'conv-2-a' } } });
      expect(await failureOf(asapp.create(usTransfer))).toMatchObject({ kind: 'responseInvalid' });
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
        expect(error).toMatchObject({ name: 'AsappError', kind: 'responseInvalid' });
      },
    );
  });
});
