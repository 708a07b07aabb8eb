import { withSandbox } from '../support/with-sandbox';

import { newTransfer, PATH, send } from './requests';

const errorOf = (code: string, message: unknown = expect.any(String)) => ({
  error: { requestId: expect.any(String) as string, code, message },
});

describe('the stand-in’s answers', () => {
  it('have ASAPP’s fields, as a call goes on', async () => {
    await withSandbox({ now: () => Date.parse('2025-06-19T13:38:40Z') }, async (sandbox) => {
      const inputContext = { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } };
      const assigned = {
        ...newTransfer('a'),
        status: 'ACTIVE',
        createdAt: '2025-06-19T13:38:40.000Z',
        inputContext,
        phoneNumber: {
          transferNumber: '+12005550100',
          country: 'US',
          expireAt: '2025-06-19T13:39:40.000Z',
        },
      };

      expect(await send(sandbox, 'POST', PATH, { ...newTransfer('a'), inputContext })).toMatchObject({
        status: 200,
        body: assigned,
      });
      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toEqual(assigned);

      sandbox.exchange.callArrives('+12005550100');
      const ongoing = { ...assigned, status: 'ONGOING', callReceivedAt: '2025-06-19T13:38:40.000Z' };
      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toEqual(ongoing);

      const outputContext = { transferType: 'SYSTEM', referenceVariables: { order: '17' } };
      sandbox.exchange.aiEnds('a', outputContext);
      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toEqual({
        ...ongoing,
        status: 'COMPLETED',
        completedAt: '2025-06-19T13:38:40.000Z',
        outputContext,
      });
    });
  });

  it('name the field that is missing or has the wrong type, with 400', async () => {
    await withSandbox({}, async (sandbox) => {
      const body = { id: 17, type: 'PHONE_NUMBER', phoneNumber: { country: 'US' } };
      expect(await send(sandbox, 'POST', PATH, body)).toMatchObject({
        status: 400,
        body: errorOf('400-01', expect.stringMatching(/^id: .*; externalConversationId: is missing$/)),
      });
      expect(await send(sandbox, 'POST', PATH, '{"id":')).toMatchObject({
        status: 400,
        body: errorOf('400-01', 'body: is not JSON'),
      });
      const variables = { ...newTransfer('a'), inputContext: { inputVariables: { isVip: true } } };
      expect(await send(sandbox, 'POST', PATH, variables)).toMatchObject({
        status: 400,
        body: errorOf('400-01', expect.stringContaining('inputContext.inputVariables.isVip: ')),
      });
      expect(sandbox.exchange.transfers.size).toBe(0);
    });
  });

  it.each([
    ['phoneNumber.country', { phoneNumber: { country: 'XX' } }],
    ['type', { type: 'FAX' }],
    ['sip.returnTransferType', { type: 'SIP', sip: { returnTransferType: 'REFER' } }],
    ['id', { id: '' }],
  ])('name the field whose value cannot be used, with 422: %s', async (field, wrong) => {
    await withSandbox({}, async (sandbox) => {
      expect(await send(sandbox, 'POST', PATH, { ...newTransfer('a'), ...wrong })).toMatchObject({
        status: 422,
        body: errorOf('422-01', expect.stringContaining(`${field}: `)),
      });
    });
  });

  it('are 401 without the credentials, before anything else is looked at', async () => {
    await withSandbox({ apiId: 'id', apiSecret: 'secret' }, async (sandbox) => {
      const refused = { status: 401, body: errorOf('401-01') };
      for (const headers of [
        {},
        { 'asapp-api-id': 'id' },
        { 'asapp-api-id': 'id', 'asapp-api-secret': '' },
      ]) {
        expect(await send(sandbox, 'POST', PATH, newTransfer('a'), headers)).toMatchObject(refused);
        expect(await send(sandbox, 'GET', `${PATH}/a`, undefined, headers)).toMatchObject(refused);
      }
      expect(sandbox.exchange.transfers.size).toBe(0);
    });
  });

  it('are 404 for a transfer or a resource that does not exist', async () => {
    await withSandbox({}, async (sandbox) => {
      expect(await send(sandbox, 'GET', `${PATH}/a`)).toMatchObject({ status: 404, body: errorOf('404-01') });
      expect(await send(sandbox, 'GET', '/elsewhere')).toMatchObject({
        status: 404,
        body: errorOf('404-00'),
      });
      expect(await send(sandbox, 'DELETE', `${PATH}/a`)).toMatchObject({ status: 404 });
      expect(await send(sandbox, 'GET', `${PATH}/%E0%A4%A`)).toMatchObject({ status: 400 });
    });
  });

  it('are 409 for an id that was used, by whatever conversation, and nothing changes', async () => {
    await withSandbox({}, async (sandbox) => {
      const { body } = await send(sandbox, 'POST', PATH, newTransfer('a', 'first'));
      expect(await send(sandbox, 'POST', PATH, newTransfer('a', 'second'))).toMatchObject({
        status: 409,
        body: errorOf('409-01'),
      });
      expect((await send(sandbox, 'GET', `${PATH}/a`)).body).toEqual(body);
      expect(sandbox.exchange.conversation('second')).toEqual([]);
    });
  });

  it('are 413 for a body that is too large', async () => {
    await withSandbox({}, async (sandbox) => {
      const inputContext = { inputVariables: { note: 'x'.repeat(2200 * 1024) } };
      expect(await send(sandbox, 'POST', PATH, { ...newTransfer('a'), inputContext })).toMatchObject({
        status: 413,
        body: errorOf('413-01'),
      });
    });
  });

  it('are 503 where no number is free', async () => {
    await withSandbox({ poolSize: 1 }, async (sandbox) => {
      await send(sandbox, 'POST', PATH, newTransfer('a'));
      expect(await send(sandbox, 'POST', PATH, newTransfer('b'))).toMatchObject({
        status: 503,
        body: errorOf('503-01'),
      });
      expect(await send(sandbox, 'GET', `${PATH}/b`)).toMatchObject({ status: 404 });
    });
  });
});

test('the log tells each request’s method, path, transfer, status and time, and nothing of its body', async () => {
  await withSandbox({}, async (sandbox) => {
    const began = Date.now();
    const inputContext = { inputVariables: { accountNumber: '3434' } };
    await send(sandbox, 'POST', PATH, { ...newTransfer('a'), inputContext });
    await send(sandbox, 'GET', `${PATH}/b`);

    const at = expect.any(Number) as number;
    expect(sandbox.requests).toEqual([
      { method: 'POST', path: PATH, transferId: 'a', status: 200, at },
      { method: 'GET', path: `${PATH}/b`, transferId: 'b', status: 404, at },
    ]);
    for (const request of sandbox.requests) {
      expect(request.at).toBeGreaterThanOrEqual(began);
      expect(request.at).toBeLessThanOrEqual(Date.now());
    }
    expect(sandbox.requestsFor('a')).toEqual(['POST']);
  });
});

test('a request that nobody answers is in the log as soon as it has arrived', async () => {
  await withSandbox({}, async (sandbox) => {
    sandbox.fail({ effect: { kind: 'latency', ms: 60_000 } });
    const hanging = send(sandbox, 'GET', `${PATH}/a`).catch(() => 'cut');
    while (sandbox.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));

    expect(sandbox.requests).toMatchObject([{ transferId: 'a', status: null }]);
    await sandbox.close();
    await sandbox.close();
    expect(await hanging).toBe('cut');
  });
});
