import { decisionFrom, endedLeg } from '../../src/conversation/routing-facts';
import { conversationAfter, newest } from '../support/conversations';
import { assigned, BILLING, disconnected, escalated, resultUnavailable, settings } from '../support/legs';
import { facts } from '../support/routing';

const factsAfter = (...events: Parameters<typeof conversationAfter>) => {
  const { request, state } = newest(conversationAfter(...events));
  if (state.end === null) throw new Error('The leg has not ended');
  return endedLeg(request, state.end);
};

test('the policy is told about the leg, its outcome and its context', () => {
  expect(factsAfter(assigned(1), disconnected(30), escalated(31, 'AGENT'))).toEqual({
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    reason: null,
    ...BILLING,
    legNumber: 1,
    taskName: null,
    transport: 'PHONE_NUMBER',
    country: 'US',
  });
});

test('a leg over SIP is for no country', () => {
  const { request } = newest(conversationAfter());
  const end = {
    outcome: 'AGENT',
    reason: null,
    detectedBy: 'STATUS_CHECK',
    context: null,
    endedAt: 0,
  } as const;

  expect(endedLeg({ ...request, transport: { type: 'SIP' } }, end)).toMatchObject({
    transport: 'SIP',
    country: null,
  });
});

test('a leg without a context has no task and no variables', () => {
  const late = resultUnavailable(34, 'RESULT_STILL_PENDING');

  expect(factsAfter(assigned(1), disconnected(30), late)).toMatchObject({
    outcome: 'CONTEXT_UNAVAILABLE',
    reason: 'RESULT_STILL_PENDING',
    currentTaskName: null,
    referenceVariables: {},
    transferVariables: {},
  });
});

describe('a decision', () => {
  const { conversationId, transferId, outcome, currentTaskName, referenceVariables, transferVariables } =
    facts();
  const known = {
    conversationId,
    transferId,
    outcome,
    currentTaskName,
    referenceVariables,
    transferVariables,
  };

  it('has the route of the policy', () => {
    expect(decisionFrom(facts(), { route: 'agents' }, settings())).toEqual({
      ...known,
      route: 'agents',
      fallback: false,
      reason: null,
    });
  });

  it('is a fallback to the last resort where the policy failed', () => {
    const lastResortRoute = { type: 'QUEUE', queue: 'everybody' };

    expect(decisionFrom(facts(), null, { lastResortRoute })).toMatchObject({
      outcome: 'AGENT',
      route: lastResortRoute,
      fallback: true,
      reason: 'ROUTING_POLICY_FAILED',
    });
  });

  it('keeps the reason of its outcome where the policy failed, too', () => {
    const failed = facts({ outcome: 'DIAL_FAILED', reason: 'DIAL_BUSY' });

    expect(decisionFrom(failed, null, settings())).toMatchObject({ fallback: true, reason: 'DIAL_BUSY' });
  });
});
