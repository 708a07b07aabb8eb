import { conversationWorkflowId, fittingId, legWorkflowId } from '../../src/contract/names';
import { nextStepSchema } from '../../src/contract/next-step';
import { isFallback, outcomes } from '../../src/contract/outcomes';
import { routingDecisionSchema } from '../../src/contract/routing-decision';

const decision = {
  conversationId: 'conv-1',
  transferId: 'conv-1-a',
  outcome: 'AGENT',
  route: { type: 'QUEUE', queue: 'agents' },
  currentTaskName: 'billing',
  referenceVariables: { isVerified: true },
  transferVariables: { accountNumber: '3434', attempts: 2, tags: ['a', null] },
  fallback: false,
  reason: null,
  legs: [
    {
      transferId: 'conv-1-a',
      outcome: 'AGENT',
      requestedAt: '2025-06-19T13:38:00.000Z',
      connectedAt: '2025-06-19T13:38:05.000Z',
      disconnectedAt: null,
      detectedBy: 'STATUS_CHECK',
    },
  ],
};

test('outcomes are a closed set', () => {
  expect(outcomes).toEqual([
    'AGENT',
    'SYSTEM',
    'CUSTOMER_HUNG_UP',
    'NUMBER_EXPIRED',
    'DIAL_FAILED',
    'TRANSFER_UNAVAILABLE',
    'CONTEXT_UNAVAILABLE',
    'CANCELLED',
  ]);
  expect(routingDecisionSchema.safeParse({ ...decision, outcome: 'LOST' }).success).toBe(false);
});

test.each([
  ['AGENT', false],
  ['SYSTEM', false],
  ['CUSTOMER_HUNG_UP', false],
  ['NUMBER_EXPIRED', true],
  ['DIAL_FAILED', true],
  ['TRANSFER_UNAVAILABLE', true],
  ['CONTEXT_UNAVAILABLE', true],
  ['CANCELLED', true],
] as const)('whether %s is a fallback: %s', (outcome, fallback) => {
  expect(isFallback(outcome)).toBe(fallback);
});

describe('a next step', () => {
  const leg = {
    transferId: 'conv-1-a',
    type: 'PHONE_NUMBER',
    transferNumber: '+19991234',
    country: 'US',
    expiresAt: '2025-06-19T13:39:00.000Z',
    dialBy: '2025-06-19T13:38:48.000Z',
  };

  it('is a number to dial, or a decision to route by', () => {
    const steps = [
      { action: 'DIAL', leg },
      { action: 'DIAL', leg, askId: 'ask-1' },
      { action: 'ROUTE', decision },
    ];

    for (const step of steps) expect(nextStepSchema.parse(step)).toEqual(step);
  });

  it.each([{ action: 'DIAL', decision }, { action: 'ROUTE', leg }, { action: 'HOLD', leg }, {}])(
    'is nothing else: %j',
    (step) => {
      expect(nextStepSchema.safeParse(step).success).toBe(false);
    },
  );

  it.each(Object.keys(decision))('has a decision with the field %s', (field) => {
    const less = Object.fromEntries(Object.entries(decision).filter(([name]) => name !== field));

    expect(nextStepSchema.safeParse({ action: 'ROUTE', decision: less }).success).toBe(false);
  });
});

test('the same conversation always finds its workflow, and each of its legs', () => {
  expect(conversationWorkflowId('conv-1')).toBe('call-transfer/conv-1');
  expect(legWorkflowId('conv-1', 'conv-1-b')).toBe('call-transfer/conv-1/conv-1-b');
});

describe('an id that is made of others', () => {
  const long = (character: string) => character.repeat(200);

  it.each(['a', '語', '\u{1f600}'])(
    'is one that Temporal takes, and its SQL stores, of 200 times %s',
    (character) => {
      const ids = [
        conversationWorkflowId(long(character)),
        legWorkflowId(long(character), long(character)),
        fittingId(`reportDisconnect/${long(character)}/GENERATIVE_AGENT/${'語'.repeat(64)}`),
      ];
      for (const id of ids) {
        expect(Array.from(id).length).toBeLessThanOrEqual(255);
        expect(Buffer.byteLength(id)).toBeLessThanOrEqual(1000);
        expect(Buffer.from(id).toString()).toBe(id);
      }
    },
  );

  it('is always the same, and no other leg has it', () => {
    const ids = ['a', 'b', 'a'].map((end) => legWorkflowId(long('x'), `${'y'.repeat(199)}${end}`));

    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[0]).toContain(`${conversationWorkflowId(long('x'))}/yyy`);
  });
});
