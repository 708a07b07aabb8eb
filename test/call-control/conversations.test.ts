import type { ConversationView } from '../../src';
import { decisionIn, eventually, legIn } from '../support/calls';
import { forFile } from '../support/for-file';
import { unhurried } from '../support/unhurried';
import { uniqueId } from '../support/unique-id';
import { callTransferForFile, type CallTransferUnderTest } from '../support/with-call-transfer';
import { API_KEY, problemIn, stepIn, withGateway, type GatewayUnderTest } from '../support/with-gateway';

const callTransfer = callTransferForFile();
const gateway = forFile<GatewayUnderTest>((body) =>
  withGateway({ client: callTransfer().client, ...unhurried.gateway }, body),
);

const withApi = <T>(body: (underTest: CallTransferUnderTest & GatewayUnderTest) => Promise<T>) =>
  body({ ...callTransfer(), ...gateway() });

const at = (conversationId: string, ask: string) => `/v1/conversations/${conversationId}/${ask}`;

test('a call is handed over, talked on and decided without a line of Temporal', async () => {
  await withApi(async ({ api, sandbox }) => {
    const id = uniqueId('conversation');
    const ask = { transferId: `${id}-a`, country: 'US', inputContext: { inputVariables: { account: '34' } } };
    const leg = legIn(stepIn(await api(at(id, 'request-transfer'), ask)));
    sandbox.exchange.callArrives(leg.transferNumber);
    const told = await api(at(id, 'report-connected'), { transferId: leg.transferId });
    expect([told.status, told.json]).toEqual([200, { delivered: true }]);

    const view = await eventually(async () => {
      const { json } = await api(`/v1/conversations/${id}`);
      return (json as ConversationView).phase === 'CONNECTED' && (json as ConversationView);
    });
    expect(view.legs).toMatchObject([{ transferId: `${id}-a`, phase: 'CONNECTED' }]);

    sandbox.exchange.aiEnds(leg.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
    const report = { transferId: leg.transferId, by: 'GENERATIVE_AGENT' };
    const decision = decisionIn(stepIn(await api(at(id, 'report-disconnect'), report)));
    expect(decision).toMatchObject({ conversationId: id, outcome: 'AGENT', currentTaskName: 'billing' });
  });
});

test('a customer who comes back is reconnected under the same conversation', async () => {
  await withApi(async ({ api, sandbox }) => {
    const id = uniqueId('conversation');
    const first = legIn(
      stepIn(await api(at(id, 'request-transfer'), { transferId: `${id}-a`, country: 'US' })),
    );
    sandbox.exchange.callArrives(first.transferNumber);
    sandbox.exchange.callerHangsUp(first.transferId);
    const report = { transferId: first.transferId, by: 'CUSTOMER' };
    expect(decisionIn(stepIn(await api(at(id, 'report-disconnect'), report))).outcome).toBe(
      'CUSTOMER_HUNG_UP',
    );

    const second = legIn(
      stepIn(await api(at(id, 'request-transfer'), { transferId: `${id}-b`, country: 'US' })),
    );
    expect(second.transferId).toBe(`${id}-b`);
  });
});

test('a repeated ask has the same answer', async () => {
  await withApi(async ({ api, sandbox }) => {
    const id = uniqueId('conversation');
    const ask = { transferId: `${id}-a`, country: 'US' };
    const answers = await Promise.all([1, 2, 3].map(() => api(at(id, 'request-transfer'), ask)));
    const legs = answers.map((answer) => legIn(stepIn(answer)));
    expect(new Set(legs.map((leg) => leg.transferNumber)).size).toBe(1);
    expect(sandbox.requestsFor(`${id}-a`)).toEqual(['POST']);

    sandbox.exchange.callArrives(legs[0]?.transferNumber ?? '');
    sandbox.exchange.aiEnds(`${id}-a`, { transferType: 'SYSTEM' });
    const report = { transferId: `${id}-a`, by: 'GENERATIVE_AGENT' };
    const ends = await Promise.all([1, 2, 3].map(() => api(at(id, 'report-disconnect'), report)));
    const late = await api(at(id, 'report-disconnect'), { ...report, by: 'UNKNOWN' });
    for (const end of [...ends, late]) expect(stepIn(end)).toEqual(stepIn(ends[0] ?? end));
  });
});

test('what is out of order does no harm', async () => {
  await withApi(async ({ api, sandbox }) => {
    const id = uniqueId('conversation');
    const leg = legIn(
      stepIn(await api(at(id, 'request-transfer'), { transferId: `${id}-a`, country: 'US' })),
    );
    sandbox.exchange.callArrives(leg.transferNumber);
    sandbox.exchange.aiEnds(leg.transferId, { transferType: 'AGENT' });
    const end = stepIn(await api(at(id, 'report-disconnect'), { transferId: leg.transferId }));
    const late = await api(at(id, 'report-connected'), { transferId: leg.transferId });
    expect(late.status).toBe(200);
    expect(stepIn(await api(at(id, 'report-disconnect'), { transferId: leg.transferId }))).toEqual(end);
  });
});

describe('what is refused', () => {
  test('nobody without a key', async () => {
    await withApi(async ({ send, env }) => {
      const id = uniqueId('conversation');
      const headersOf = [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${API_KEY}` }];
      for (const headers of headersOf) {
        const answer = await send(at(id, 'request-transfer'), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ country: 'US' }),
        });
        expect(problemIn(answer)).toMatchObject({ status: 401, type: 'Unauthorized' });
      }
      await expect(env.client.workflow.getHandle(`call-transfer/${id}`).describe()).rejects.toThrow();
    });
  });

  test.each([
    [{}, 400, 'InvalidInput', 'country: is missing'],
    [{ country: 'XX' }, 400, 'InvalidInput', 'country: must be an ISO 3166-1 alpha-2'],
    [
      { country: 'US', inputContext: { inputVariables: { age: 3 } } },
      400,
      'InvalidInput',
      'inputContext.inputVariables.age: ',
    ],
    [{ country: 'US', transferId: 'a/b' }, 400, 'InvalidInput', 'transferId: must not contain "/"'],
    [[], 400, 'InvalidInput', 'body: '],
  ])('the request %j with %d', async (body, status, type, message) => {
    await withApi(async ({ api }) => {
      const problem = problemIn(await api(at(uniqueId('conversation'), 'request-transfer'), body));
      expect(problem).toMatchObject({ status, type });
      expect(problem.message).toContain(message);
    });
  });

  test('a body that is no JSON, too large, or of another type', async () => {
    await withApi(async ({ send }) => {
      const post = (body: string, type = 'application/json') =>
        send(at('c', 'request-transfer'), {
          method: 'POST',
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': type },
          body,
        });
      expect(problemIn(await post('{'))).toMatchObject({ status: 400, message: 'body: is not JSON' });
      expect(problemIn(await post(''))).toMatchObject({ status: 400, message: 'body: is missing' });
      expect(problemIn(await post(`{"a":"${'x'.repeat(300_000)}"}`))).toMatchObject({ status: 413 });
      expect(problemIn(await post('<a/>', 'text/xml'))).toMatchObject({ status: 415 });
    });
  });

  test('an unknown conversation, and an unknown leg', async () => {
    await withApi(async ({ api }) => {
      const nobody = uniqueId('conversation');
      const report = { transferId: 'nobody' };
      for (const answer of [
        await api(at(nobody, 'report-disconnect'), report),
        await api(at(nobody, 'report-connected'), report),
        await api(`/v1/conversations/${nobody}`),
      ]) {
        expect(problemIn(answer)).toMatchObject({ status: 404, type: 'ConversationNotFound' });
      }
      const id = uniqueId('conversation');
      await api(at(id, 'request-transfer'), { transferId: `${id}-a`, country: 'US' });
      expect(problemIn(await api(at(id, 'report-disconnect'), report))).toMatchObject({
        status: 404,
        type: 'UnknownLeg',
      });
    });
  });

  test('a second leg while the first is up', async () => {
    await withApi(async ({ api, sandbox }) => {
      const id = uniqueId('conversation');
      const leg = legIn(
        stepIn(await api(at(id, 'request-transfer'), { transferId: `${id}-a`, country: 'US' })),
      );
      sandbox.exchange.callArrives(leg.transferNumber);
      const second = await api(at(id, 'request-transfer'), { transferId: `${id}-b`, country: 'US' });
      expect(problemIn(second)).toMatchObject({ status: 409, type: 'LegInProgress' });
    });
  });

  test('another method, and an address where nothing is', async () => {
    await withApi(async ({ send }) => {
      const wrong = await send(at('c', 'request-transfer'), { method: 'DELETE' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
      expect(problemIn(await send('/nothing'))).toMatchObject({ status: 404, type: 'NotFound' });
    });
  });
});
