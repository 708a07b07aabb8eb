import { setImmediate as nextTurn } from 'node:timers/promises';

import { arrived, failureOf, usTransfer, withAsapp } from './with-asapp';

describe('the connections to ASAPP', () => {
  it('are reused: many requests one after the other need one', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      for (let call = 0; call < 20; call++) {
        const transferId = `conv-${call}-a`;
        await asapp.create({ ...usTransfer, transferId, conversationId: `conv-${call}` });
        await nextTurn();
        await asapp.get(transferId);
        await nextTurn();
      }
      expect(sandbox.requests).toHaveLength(40);
      expect(sandbox.connections).toBe(1);
    });
  });

  it('are reused after an error of ASAPP', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      for (const status of [500, 429, 404]) {
        sandbox.fail({ effect: { kind: 'status', status } });
        await failureOf(asapp.get('conv-1-a'));
        await nextTurn();
      }
      await asapp.create(usTransfer);
      expect(sandbox.connections).toBe(1);
    });
  });

  it('are reused for the GET that follows a 409', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      sandbox.exchange.create('conv-1-a', 'conv-1', { type: 'PHONE_NUMBER', country: 'US' }, undefined);
      expect(await asapp.create(usTransfer)).toMatchObject({ existed: true });
      expect(sandbox.requestsFor('conv-1-a')).toEqual(['POST', 'GET']);
      expect(sandbox.connections).toBe(1);
    });
  });

  it('are as many as there are requests at the same time, and then reused', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      for (let burst = 0; burst < 4; burst++) {
        await nextTurn();
        await Promise.all(Array.from({ length: 5 }, () => asapp.get('conv-1-a')));
      }
      expect(sandbox.requests).toHaveLength(21);
      expect(sandbox.connections).toBeLessThanOrEqual(5);
    });
  });

  it('are opened anew after one was cut or given up', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      await asapp.create(usTransfer);
      await nextTurn();
      sandbox.fail({ effect: { kind: 'cutBefore' } }, { effect: { kind: 'hangAfter' } });
      await failureOf(asapp.get('conv-1-a'));
      const giveUp = new AbortController();
      const reason = new Error('given up');
      const failure = failureOf(asapp.get('conv-1-a', { signal: giveUp.signal }));
      await arrived(sandbox, 3);
      giveUp.abort(reason);
      expect(await failure).toBe(reason);
      expect(await asapp.get('conv-1-a')).toMatchObject({ status: 'ACTIVE' });
      expect(sandbox.connections).toBeGreaterThan(1);
      expect(sandbox.requestsFor('conv-1-a')).toEqual(['POST', 'GET', 'GET', 'GET']);
    });
  });

  it('end with close, which waits for requests under way and may be repeated', async () => {
    await withAsapp({}, async ({ asapp, sandbox }) => {
      sandbox.fail({ effect: { kind: 'latency', ms: 200 } });
      const created = asapp.create(usTransfer);
      await arrived(sandbox, 1);
      await asapp.close();
      await asapp.close();
      expect(await created).toMatchObject({ existed: false });
      expect(await failureOf(asapp.get('conv-1-a'))).toMatchObject({ kind: 'unreachable' });
    });
  });
});
