/* eslint-disable jest/no-export -- described here once, and run by tests for each implementation */
import type { AsappError } from '../../src/asapp/error';
import type { HttpCallTransfersOptions } from '../../src/asapp/http-call-transfers';
import type { CallTransfers } from '../../src/asapp/port';
import { uniqueId } from '../support/unique-id';

import { numberOf } from './with-asapp';

/** The side of ASAPP that only a phone call reaches. */
export interface Phone {
  callArrives(transferNumber: string): void;
  aiEnds(transferId: string, outputContext: { transferType: string; currentTaskName: string }): void;
  callerHangsUp(transferId: string): void;
}

/** An ASAPP to hold against the port. */
export interface ConformanceSubject {
  asapp: CallTransfers;
  /** The same ASAPP, asked with a secret that is not valid. */
  asappWithWrongSecret: CallTransfers;
  /** Absent where calls cannot be made: what needs one is skipped. */
  phone?: Phone;
}

/** Where an ASAPP is, and how to ask it. */
export type Address = Pick<HttpCallTransfersOptions, 'apiUrl' | 'apiId' | 'apiSecret'>;

/**
 * What every implementation of the port, and every ASAPP behind it, must do.
 *
 * @param withSubject - runs a body with the subject; called once for each test
 * @param hasPhone - whether the subject has a `phone`
 */
export function describeCallTransfers(
  name: string,
  withSubject: (body: (subject: ConformanceSubject) => Promise<void>) => Promise<void>,
  hasPhone: boolean,
): void {
  describe(`call transfers of ${name}`, () => {
    describeNumbers(withSubject);
    describeRefusals(withSubject);
    if (!hasPhone) return;
    describe('with a phone call', () => {
      describeCalls(withSubject);
    });
  });
}

type WithSubject = Parameters<typeof describeCallTransfers>[1];

function describeNumbers(withSubject: WithSubject): void {
  it('begin with a number to dial, and with its expiry', async () => {
    await withSubject(async ({ asapp }) => {
      const request = newRequest();
      const { transfer, existed, assigned } = await asapp.create({
        ...request,
        inputContext: { taskName: 'call_routing', inputVariables: { accountNumber: '3434' } },
      });

      expect(existed).toBe(false);
      expect(transfer).toMatchObject({
        id: request.transferId,
        externalConversationId: request.conversationId,
        status: 'ACTIVE',
      });
      expect(transfer.outputContext).toBeUndefined();
      expect(assigned?.destination).toMatchObject({ type: 'PHONE_NUMBER', country: 'US' });
      expect(numberOf({ assigned })).not.toBe('');
      expect(assigned?.leftMs).toBeGreaterThan(0);
    });
  });

  it('are read as they were created', async () => {
    await withSubject(async ({ asapp }) => {
      const request = newRequest();
      const { transfer } = await asapp.create(request);
      const read = await asapp.get(request.transferId);
      expect(read).toMatchObject({ id: transfer.id, status: 'ACTIVE' });
    });
  });

  it('exist once for each id: creating it again answers it as found', async () => {
    await withSubject(async ({ asapp }) => {
      const request = newRequest();
      const { transfer, assigned } = await asapp.create(request);
      const again = await asapp.create(request);
      expect(again).toMatchObject({ existed: true, transfer: { id: transfer.id } });
      expect(again.assigned?.destination).toEqual(assigned?.destination);
    });
  });

  it('belong to the conversation that asked first, whoever asks with the same id', async () => {
    await withSubject(async ({ asapp }) => {
      const request = newRequest();
      await asapp.create(request);
      expect(await asapp.create({ ...request, conversationId: uniqueId('stranger') })).toMatchObject({
        existed: true,
        transfer: { externalConversationId: request.conversationId },
      });
    });
  });

  it('share no number while both are active, in one conversation or two', async () => {
    await withSubject(async ({ asapp }) => {
      const first = newRequest();
      const numbers = await Promise.all(
        [first, { ...first, transferId: `${first.conversationId}-b` }, newRequest()].map(async (request) =>
          numberOf(await asapp.create(request)),
        ),
      );
      expect(new Set(numbers).size).toBe(3);
    });
  });
}

function describeRefusals(withSubject: WithSubject): void {
  it('are not found by an id that nobody used', async () => {
    await withSubject(async ({ asapp }) => {
      expect(await failureOf(asapp.get(uniqueId('nobody')))).toMatchObject({ kind: 'notFound', status: 404 });
    });
  });

  it('are refused for credentials that are not valid', async () => {
    await withSubject(async ({ asappWithWrongSecret: asapp }) => {
      for (const request of [asapp.create(newRequest()), asapp.get(uniqueId('nobody'))]) {
        expect(await failureOf(request)).toMatchObject({ kind: 'credentialsRefused' });
      }
    });
  });

  it('are refused for a country that does not exist', async () => {
    await withSubject(async ({ asapp }) => {
      const request = { ...newRequest(), transport: { type: 'PHONE_NUMBER', country: 'XX' } as const };
      expect(await failureOf(asapp.create(request))).toMatchObject({ kind: 'requestRefused' });
    });
  });

  it('end with the reason of a signal that comes', async () => {
    await withSubject(async ({ asapp }) => {
      const reason = new Error('the time is over');
      const signal = AbortSignal.abort(reason);
      for (const request of [
        asapp.create(newRequest(), { signal }),
        asapp.get(uniqueId('nobody'), { signal }),
      ]) {
        expect(await failureOf(request)).toBe(reason);
      }
    });
  });
}

function describeCalls(withSubject: WithSubject): void {
  it('are ongoing once the call has arrived, with the time of it', async () => {
    await withSubject(async (subject) => {
      const { transferId } = await connected(subject);
      const transfer = await subject.asapp.get(transferId);
      expect(transfer).toMatchObject({ status: 'ONGOING' });
      expect(transfer.callReceivedAt).toEqual(expect.any(Number));
    });
  });

  it.each(['AGENT', 'SYSTEM'])('are completed with the context that %s hands over', async (transferType) => {
    await withSubject(async (subject) => {
      const { transferId } = await connected(subject);
      subject.phone?.aiEnds(transferId, { transferType, currentTaskName: 'billing' });
      const transfer = await subject.asapp.get(transferId);
      expect(transfer).toMatchObject({
        status: 'COMPLETED',
        outputContext: { transferType, currentTaskName: 'billing' },
      });
      expect(transfer.completedAt).toEqual(expect.any(Number));
    });
  });

  it('are completed without a context where the customer hung up', async () => {
    await withSubject(async (subject) => {
      const { transferId } = await connected(subject);
      subject.phone?.callerHangsUp(transferId);
      const transfer = await subject.asapp.get(transferId);
      expect(transfer.status).toBe('COMPLETED');
      expect(transfer.outputContext).toBeUndefined();
    });
  });

  it('go on in the same conversation, with a number and a result of their own', async () => {
    await withSubject(async (subject) => {
      const { conversationId, transferId } = await connected(subject);
      subject.phone?.callerHangsUp(transferId);
      const again = await connected(subject, { conversationId, transferId: `${conversationId}-b` });
      subject.phone?.aiEnds(again.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });

      expect((await subject.asapp.get(transferId)).outputContext).toBeUndefined();
      expect(await subject.asapp.get(again.transferId)).toMatchObject({
        externalConversationId: conversationId,
        outputContext: { transferType: 'AGENT' },
      });
    });
  });
}

function newRequest() {
  const conversationId = uniqueId('conformance');
  const transport = { type: 'PHONE_NUMBER', country: 'US' } as const;
  return { conversationId, transferId: `${conversationId}-a`, transport };
}

async function connected(
  { asapp, phone }: ConformanceSubject,
  more: Partial<ReturnType<typeof newRequest>> = {},
) {
  const request = { ...newRequest(), ...more };
  phone?.callArrives(numberOf(await asapp.create(request)));
  return request;
}

async function failureOf(request: Promise<unknown>): Promise<AsappError> {
  return await request.then(
    () => {
      throw new Error('Expected the request to fail');
    },
    (error: unknown) => error as AsappError,
  );
}
