import {
  askPlainly,
  connected,
  decisionIn,
  eventually,
  hungUp,
  legIn,
  newRequest,
  workflowOf,
} from '../support/calls';
import { callTransferForFile } from '../support/with-call-transfer';

const underTest = callTransferForFile();

/** A conversation that GenerativeAgent ended, and that has closed. */
async function closed() {
  const { client, sandbox } = underTest();
  const call = await connected(underTest());
  const { conversationId, transferId } = call;
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
  const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });
  await client.result(conversationId);
  return { ...call, decision: decisionIn(step) };
}

describe('a request that is repeated after the decision, without an update id', () => {
  it('is answered with the first decision, which stands', async () => {
    const { conversationId, transferId, decision } = await closed();
    const { client, sandbox } = underTest();

    const step = await askPlainly(
      underTest(),
      { conversationId, transferId, country: 'US' },
      { workflowId: `call-transfer/${conversationId}`, request: { transferId } },
    );

    expect(decisionIn(step)).toEqual(decision);
    expect(await client.result(conversationId)).toEqual(decision);
    expect((await client.conversation(conversationId)).decision).toEqual(decision);
    expect(sandbox.exchange.conversation(conversationId)).toHaveLength(1);
  });

  it('is a new leg with a new id', async () => {
    const { conversationId } = await closed();
    const { client } = underTest();
    const transferId = `${conversationId}-b`;

    const step = await client.requestTransfer(newRequest({ conversationId, transferId }));

    expect(legIn(step).transferId).toBe(transferId);
  });
});

describe('a request without a transfer id', () => {
  it("is a new request, with the typed client, too: the next caller does not get the last one's route", async () => {
    const { client, sandbox } = underTest();
    const { conversationId } = newRequest();
    const first = legIn(await client.requestTransfer({ conversationId, country: 'US' }));
    sandbox.exchange.callArrives(first.transferNumber);
    sandbox.exchange.aiEnds(first.transferId, { transferType: 'AGENT' });
    await client.reportDisconnect(conversationId, { transferId: first.transferId, by: 'GENERATIVE_AGENT' });
    await client.result(conversationId);

    const next = legIn(await client.requestTransfer({ conversationId, country: 'US' }));

    expect(next.transferId).not.toBe(first.transferId);
  });

  it('is a new leg of a customer who hung up', async () => {
    const { conversationId, transferId } = await hungUp(underTest());
    const step = await workflowOf(underTest().env, conversationId).executeUpdate('requestTransfer', {
      args: [{}],
    });

    expect(legIn(step as never).transferId).not.toBe(transferId);
    const { legs } = await underTest().client.conversation(conversationId);
    expect(legs).toHaveLength(2);
  });
});

describe('a report of a leg of an earlier run, while a later run of the conversation is open', () => {
  /** The first run had two legs; the caller hung up on the first. */
  async function laterRun() {
    const { client, sandbox } = underTest();
    const first = await hungUp(underTest());
    const { conversationId } = first;
    const second = await connected(underTest(), { conversationId, transferId: `${conversationId}-b` });
    sandbox.exchange.aiEnds(second.transferId, { transferType: 'AGENT' });
    const step = await client.reportDisconnect(conversationId, {
      transferId: second.transferId,
      by: 'GENERATIVE_AGENT',
    });
    await client.result(conversationId);
    await connected(underTest(), { conversationId, transferId: `${conversationId}-c` });
    return { first, second: { ...second, decision: decisionIn(step) } };
  }

  it('is answered as it was first', async () => {
    const { first, second } = await laterRun();
    const { client } = underTest();
    const { conversationId } = first;
    const onRepetition = jest.fn();

    const ofSecond = { transferId: second.transferId, by: 'GENERATIVE_AGENT' } as const;
    const step = await client.reportDisconnect(conversationId, ofSecond, { onRepetition });
    expect(decisionIn(step)).toEqual(second.decision);
    const ofFirst = { transferId: first.transferId, by: 'CUSTOMER' } as const;
    expect(decisionIn(await client.reportDisconnect(conversationId, ofFirst))).toEqual(first.decision);
    expect(onRepetition).toHaveBeenCalledTimes(1);
    expect(await client.conversation(conversationId)).toMatchObject({
      currentTransferId: `${conversationId}-c`,
      phase: 'CONNECTED',
    });
  });

  it('is answered with the decision of that run, if it says something else', async () => {
    const { first, second } = await laterRun();

    const step = await underTest().client.reportDisconnect(first.conversationId, {
      transferId: first.transferId,
    });

    expect(decisionIn(step)).toEqual(second.decision);
  });

  it('is refused if no run had the leg', async () => {
    const { first } = await laterRun();

    await expect(
      underTest().client.reportDisconnect(first.conversationId, { transferId: 'nobody' }),
    ).rejects.toMatchObject({ type: 'UnknownLeg' });
  });
});

test('a report of a leg of an earlier run is answered as it was first also when the last run has ended', async () => {
  const { client, sandbox } = underTest();
  const { conversationId, transferId, decision } = await closed();
  const later = await connected(underTest(), { conversationId, transferId: `${conversationId}-b` });
  sandbox.exchange.aiEnds(later.transferId, { transferType: 'SYSTEM' });
  await client.reportDisconnect(conversationId, { transferId: later.transferId });
  await client.result(conversationId);

  const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

  expect(decisionIn(step)).toEqual(decision);
});

test('a transfer of another conversation under this id is a decision for whoever reports, and no error', async () => {
  const { client, sandbox } = underTest();
  const { conversationId, transferId } = await connected(underTest());
  sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
  sandbox.fail({ method: 'GET', effect: { kind: 'fields', fields: { externalConversationId: 'another' } } });

  const step = await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' });

  expect(decisionIn(step)).toMatchObject({
    outcome: 'CONTEXT_UNAVAILABLE',
    fallback: true,
    reason: 'TRANSFER_ID_CONFLICT',
  });
});

test('an id whose transfer has ended elsewhere is refused, and no stale number handed out', async () => {
  const { sandbox } = underTest();
  const request = newRequest();
  const transfer = sandbox.exchange.create(
    request.transferId,
    request.conversationId,
    { type: 'PHONE_NUMBER', country: 'US' },
    undefined,
  );
  sandbox.exchange.callArrives(transfer?.transferNumber ?? '');
  sandbox.exchange.aiEnds(request.transferId, { transferType: 'AGENT' });

  await expect(underTest().client.requestTransfer(request)).rejects.toMatchObject({
    type: 'TransferIdConflict',
  });
  await eventually(
    async () =>
      (await workflowOf(underTest().env, request.conversationId).describe()).status.name === 'COMPLETED',
  );
});
