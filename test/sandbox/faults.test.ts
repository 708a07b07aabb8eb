import type { Fault, Sandbox } from '../../src/sandbox';
import { withSandbox } from '../support/with-sandbox';

import { newTransfer, PATH, send } from './requests';

/** The statuses of some requests, `null` for a cut connection. */
async function statuses(sandbox: Sandbox, methods: ('GET' | 'POST')[]): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (const method of methods) {
    const isPost = method === 'POST';
    seen.push(
      await send(sandbox, method, isPost ? PATH : `${PATH}/a`, isPost ? newTransfer('a') : undefined).then(
        ({ status }) => status,
        () => null,
      ),
    );
  }
  return seen;
}

describe('faults', () => {
  it('strike in the order in which they were asked for, once unless told otherwise', async () => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail(
        { effect: { kind: 'status', status: 500 } },
        { times: 2, effect: { kind: 'status', status: 429 } },
        { effect: { kind: 'cutBefore' } },
      );
      expect(await statuses(sandbox, ['GET', 'GET', 'GET', 'GET', 'GET'])).toEqual([
        500,
        429,
        429,
        null,
        404,
      ]);
    });
  });

  it('strike one method where they are told to', async () => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail({ method: 'GET', effect: { kind: 'status', status: 503 } });
      expect(await statuses(sandbox, ['POST', 'GET', 'GET'])).toEqual([200, 503, 200]);
    });
  });

  it('strike until healed where they are told to', async () => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail({ times: 'untilHealed', effect: { kind: 'status', status: 401 } });
      expect(await statuses(sandbox, ['POST', 'GET', 'POST', 'GET'])).toEqual([401, 401, 401, 401]);
      sandbox.heal();
      expect(await statuses(sandbox, ['POST', 'GET'])).toEqual([200, 200]);
    });
  });

  it('come with latency where that was asked for, too', async () => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail({ effect: { kind: 'latency', ms: 100 } }, { effect: { kind: 'status', status: 500 } });
      const began = performance.now();
      expect(await statuses(sandbox, ['GET', 'GET'])).toEqual([500, 404]);
      expect(performance.now() - began).toBeGreaterThanOrEqual(99);
    });
  });

  it('may ask to wait', async () => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail({ effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
      const { status, headers } = await send(sandbox, 'GET', `${PATH}/a`);
      expect([status, headers.get('retry-after')]).toEqual([429, '7']);
    });
  });
});

describe('a POST whose answer is lost', () => {
  it.each<[string, Fault['effect'], number]>([
    ['is not carried out where the connection is cut before it', { kind: 'cutBefore' }, 0],
    ['is carried out where the connection is cut after it', { kind: 'cutAfter' }, 1],
  ])('%s', async (_, effect, transfers) => {
    await withSandbox({}, async (sandbox) => {
      sandbox.fail({ effect });
      expect(await statuses(sandbox, ['POST'])).toEqual([null]);
      expect(sandbox.exchange.transfers.size).toBe(transfers);
      expect(sandbox.requests).toMatchObject([{ method: 'POST', status: null }]);
    });
  });

  it.each<Fault['effect']>([{ kind: 'hangAfter' }, { kind: 'latency', ms: 500 }])(
    'is carried out though its sender has given up: %p',
    async (effect) => {
      await withSandbox({}, async (sandbox) => {
        sandbox.fail({ effect });
        const { apiUrl, apiId, apiSecret } = sandbox.asapp;
        const giveUp = new AbortController();
        const request = fetch(`${apiUrl}${PATH}`, {
          method: 'POST',
          headers: { 'asapp-api-id': apiId, 'asapp-api-secret': apiSecret },
          body: JSON.stringify(newTransfer('a')),
          signal: giveUp.signal,
        }).catch(() => 'given up');
        while (sandbox.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        giveUp.abort();
        expect(await request).toBe('given up');
        while (sandbox.exchange.transfers.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await statuses(sandbox, ['POST', 'GET'])).toEqual([409, 200]);
      });
    },
  );
});

describe('an answer that is told otherwise', () => {
  const told = async (effect: Fault['effect']) =>
    await withSandbox({}, async (sandbox) => {
      const transfer = sandbox.exchange.create(
        'a',
        'conversation',
        { type: 'PHONE_NUMBER', country: 'US' },
        undefined,
      );
      sandbox.exchange.callArrives(transfer?.transferNumber ?? '');
      sandbox.exchange.aiEnds('a', { transferType: 'AGENT', transferVariables: { reason: 'billing' } });
      const plain = await send(sandbox, 'GET', `${PATH}/a`);
      sandbox.fail({ effect });
      const { body } = await send(sandbox, 'GET', `${PATH}/a`);
      return { plain: plain.body, body };
    });

  it('may have a status in lower case', async () => {
    expect((await told({ kind: 'dialect', lowerCaseStatus: true })).body).toMatchObject({
      status: 'completed',
    });
  });

  it('may say expiresAt for expireAt', async () => {
    const { plain, body } = await told({ kind: 'dialect', expiresAt: true });
    const { expireAt, ...rest } = (plain as { phoneNumber: { expireAt: string } }).phoneNumber;
    expect((body as { phoneNumber: unknown }).phoneNumber).toEqual({ ...rest, expiresAt: expireAt });
  });

  it('may carry booleans among the variables', async () => {
    expect((await told({ kind: 'dialect', booleanVariables: true })).body).toMatchObject({
      outputContext: {
        referenceVariables: { isReturningCaller: true },
        transferVariables: { reason: 'billing', isVerified: false },
      },
    });
  });

  it('may carry fields that nobody knows', async () => {
    const { plain, body } = await told({ kind: 'dialect', unknownFields: true });
    expect(body).toMatchObject(plain as object);
    expect(body).toHaveProperty('fieldOfTomorrow');
    expect(body).toHaveProperty('phoneNumber.fieldOfTomorrow');
  });

  it('may lack a field, and have others changed', async () => {
    const { body } = await told({
      kind: 'fields',
      fields: { status: null, phoneNumber: { country: 17, expireAt: null } },
    });
    expect(body).not.toHaveProperty('status');
    expect(body).toHaveProperty('phoneNumber.country', 17);
    expect(body).not.toHaveProperty('phoneNumber.expireAt');
    expect(body).toHaveProperty('phoneNumber.transferNumber');
  });
});
