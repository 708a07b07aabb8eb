import { withSandbox } from '../support/with-sandbox';

import { control, newTransfer, PATH, send } from './requests';

describe('the sandbox from another process', () => {
  it('goes through a whole call', async () => {
    await withSandbox({}, async (sandbox) => {
      await send(sandbox, 'POST', PATH, newTransfer('a', 'conv-1'));
      const { body } = await control(sandbox, 'transfer', { transferId: 'a' });
      expect(body).toMatchObject({ id: 'a', status: 'ACTIVE', transferNumber: '+12005550100' });

      expect(await control(sandbox, 'call-arrives', { transferNumber: '+12005550100' })).toMatchObject({
        status: 200,
        body: { id: 'a', externalConversationId: 'conv-1', status: 'ONGOING' },
      });
      const outputContext = { transferType: 'AGENT', transferVariables: { isVip: true } };
      expect(
        await control(sandbox, 'ai-ends', { transferId: 'a', outputContext, lag: { reads: 1 } }),
      ).toMatchObject({ status: 200, body: { status: 'COMPLETED', outputContext } });

      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toMatchObject({ status: 'ONGOING' });
      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toMatchObject({ outputContext });
    });
  });

  it('lets the caller hang up, and tells which leg a conversation resumes', async () => {
    await withSandbox({}, async (sandbox) => {
      await send(sandbox, 'POST', PATH, newTransfer('a', 'conv-1'));
      await control(sandbox, 'call-arrives', { transferNumber: '+12005550100' });
      expect((await control(sandbox, 'caller-hangs-up', { transferId: 'a' })).body).toMatchObject({
        status: 'COMPLETED',
        outputContext: null,
      });
      await send(sandbox, 'POST', PATH, newTransfer('b', 'conv-1'));
      await send(sandbox, 'POST', PATH, newTransfer('c', 'conv-2'));

      expect((await control(sandbox, 'transfers', { conversationId: 'conv-1' })).body).toMatchObject({
        transfers: [
          { id: 'a', resumedFrom: null },
          { id: 'b', resumedFrom: 'a', status: 'ACTIVE' },
        ],
      });
      const { body } = await control(sandbox, 'transfers');
      expect((body as { transfers: { id: string }[] }).transfers.map(({ id }) => id)).toEqual([
        'a',
        'b',
        'c',
      ]);
    });
  });

  it('tells that a call to a number that is not assigned reaches nobody', async () => {
    await withSandbox({}, async (sandbox) => {
      const message = expect.stringContaining('no such number') as string;
      expect(await control(sandbox, 'call-arrives', { transferNumber: '+12005550100' })).toMatchObject({
        status: 409,
        body: { error: { message } },
      });
    });
  });

  it('queues faults and heals them', async () => {
    await withSandbox({}, async (sandbox) => {
      const statusOfGet = async () => (await send(sandbox, 'GET', `${PATH}/a`)).status;
      await control(sandbox, 'fail', { method: 'GET', effect: { kind: 'status', status: 429 } });
      await control(sandbox, 'fail', { times: 'untilHealed', effect: { kind: 'status', status: 500 } });
      expect([await statusOfGet(), await statusOfGet(), await statusOfGet()]).toEqual([429, 500, 500]);
      await control(sandbox, 'heal');
      expect(await statusOfGet()).toBe(404);
    });
  });

  it.each([
    { kind: 'latency', ms: 0 },
    { kind: 'status', status: 503, retryAfterSeconds: 1 },
    { kind: 'cutBefore' },
    { kind: 'cutAfter' },
    { kind: 'hangAfter' },
    { kind: 'body', body: '<html>' },
    { kind: 'fields', fields: { status: null } },
    { kind: 'dialect', lowerCaseStatus: true, expiresAt: true, unknownFields: true, booleanVariables: true },
  ])('knows every fault: %p', async (effect) => {
    await withSandbox({}, async (sandbox) => {
      expect(await control(sandbox, 'fail', { effect })).toMatchObject({ status: 200, body: {} });
    });
  });

  it('tells the requests to ASAPP’s API, and not those to itself', async () => {
    await withSandbox({}, async (sandbox) => {
      await send(sandbox, 'GET', `${PATH}/a`);
      await control(sandbox, 'heal');
      expect((await control(sandbox, 'requests')).body).toEqual({ requests: sandbox.requests });
      expect(sandbox.requests).toMatchObject([{ method: 'GET', transferId: 'a', status: 404 }]);
    });
  });

  it.each([
    ['call-arrives', {}, 'transferNumber: is missing'],
    ['ai-ends', { transferId: 'a' }, 'outputContext: is missing'],
    ['ai-ends', { transferId: 'a', outputContext: {} }, 'outputContext.transferType: is missing'],
    ['caller-hangs-up', { transferId: 'a', lag: { status: 'EXPIRED' } }, 'lag.status: '],
    ['fail', { effect: { kind: 'earthquake' } }, 'effect.kind: '],
    ['fail', { times: 0, effect: { kind: 'cutBefore' } }, 'times: '],
    ['transfer', undefined, 'body: is missing'],
  ])('names what it does not understand: %s %p', async (name, body, problem) => {
    await withSandbox({}, async (sandbox) => {
      const message = expect.stringContaining(problem) as string;
      expect(await control(sandbox, name, body)).toMatchObject({ status: 400, body: { error: { message } } });
    });
  });

  it.each(['', 'earthquake', 'constructor', '__proto__', 'toString'])(
    'has no control named %p',
    async (name) => {
      await withSandbox({}, async (sandbox) => {
        expect(await control(sandbox, name, {})).toMatchObject({ status: 404 });
      });
    },
  );
});
