import { balance, type PlayedCall, type PlayedLeg } from '../../soak/ledger';
import type { RoutingDecision } from '../../src/index';

const decision = (more: Partial<RoutingDecision> = {}): RoutingDecision => ({
  conversationId: 'c',
  transferId: 'c-1',
  outcome: 'AGENT',
  route: { type: 'QUEUE', queue: 'agents' },
  currentTaskName: null,
  referenceVariables: {},
  transferVariables: { conversation: 'c' },
  fallback: false,
  reason: null,
  legs: [],
  ...more,
});

const leg = (more: Partial<PlayedLeg> = {}): PlayedLeg => ({
  transferId: 'c-1',
  expected: 'AGENT',
  ifUnreported: 'AGENT',
  heardAfterMs: 300,
  decisions: [decision()],
  outcome: 'AGENT',
  from: 1000,
  to: 2000,
  waits: [20],
  leftAlone: false,
  handedOutLate: false,
  reached: 'itself',
  ...more,
});

const call = (more: Partial<PlayedCall> = {}): PlayedCall => ({
  conversationId: 'c',
  story: 'agent',
  legs: [leg()],
  result: decision(),
  ...more,
});

const fellBack: Partial<PlayedLeg> = { outcome: 'CONTEXT_UNAVAILABLE', decisions: [] };

test('books of a call that went as planned balance', () => {
  const ledger = balance([call()], ['c-1']);
  expect(ledger).toMatchObject({ calls: 1, decisions: 1, legs: 1, asPlanned: 1, fellBack: 0, wrong: [] });
  expect(ledger.waits).toEqual({ p50: 20, p95: 20, p99: 20, most: 20 });
});

test('a leg may fall back while something was broken, and at no other time', () => {
  const calls = [call({ legs: [leg(fellBack)] })];
  expect(balance(calls, ['c-1'], { disturbances: [{ from: 1500, to: 1600 }] })).toMatchObject({
    fellBack: 1,
    wrong: [],
  });
  expect(balance(calls, ['c-1'], { disturbances: [{ from: 2001, to: 3000 }] }).wrong).toEqual([
    'c-1: CONTEXT_UNAVAILABLE instead of AGENT',
  ]);
});

test('another outcome than planned is wrong, whatever was broken', () => {
  const calls = [call({ legs: [leg({ outcome: 'SYSTEM', decisions: [] })] })];
  expect(balance(calls, ['c-1'], { disturbances: [{ from: 0, to: 9999 }] }).wrong).toEqual([
    'c-1: SYSTEM instead of AGENT',
  ]);
});

test('whoever the gateway routes by itself has a decision, and may have it while something was broken', () => {
  const leftAlone = leg({ leftAlone: true, outcome: null, decisions: [], reached: null });
  const calls = [call({ legs: [leftAlone], result: null })];
  expect(balance(calls, [], { disturbances: [{ from: 1500, to: 1600 }] })).toMatchObject({
    decisions: 1,
    fellBack: 1,
    byTheGateway: 1,
    wrong: [],
  });
  expect(balance(calls, []).wrong).toEqual(['c-1: null instead of AGENT, left to the gateway']);
});

test('a leg whose disconnect the gateway could not pass on may end as ASAPP knows it, and no other', () => {
  const both = leg({ expected: 'CUSTOMER_HUNG_UP', decisions: [] });
  const disturbances = [{ from: 0, to: 9999 }];
  expect(balance([call({ legs: [{ ...both, leftAlone: true }] })], ['c-1'], { disturbances }).wrong).toEqual(
    [],
  );
  const late = { ...both, heardAfterMs: 4001 };
  expect(balance([call({ legs: [late] })], ['c-1'], { disturbances }).wrong).toEqual([]);
  const wrong = ['c-1: AGENT instead of CUSTOMER_HUNG_UP'];
  expect(balance([call({ legs: [late] })], ['c-1']).wrong).toEqual(wrong);
  expect(balance([call({ legs: [both] })], ['c-1'], { disturbances }).wrong).toEqual(wrong);
});

test('the gateway routes nobody by itself whose leg ends as planned with nothing broken', () => {
  const calls = [call({ legs: [leg({ leftAlone: true })] })];
  expect(balance(calls, ['c-1']).wrong).toEqual(['c-1: AGENT instead of AGENT, left to the gateway']);
});

test('no more legs may fall back than the plan allows', () => {
  const calls = [call(), call({ legs: [leg(fellBack)] })];
  const disturbances = [{ from: 0, to: 9999 }];
  expect(balance(calls, [], { disturbances, mostFallbacks: 0.5 }).wrong).toEqual([]);
  expect(balance(calls, [], { disturbances, mostFallbacks: 0.49 }).wrong).toEqual(['1 of 2 legs fell back']);
});

test('a leg may fall back while the machine does not keep up; if many do, the run says nothing', () => {
  const overloads = [{ from: 1500, to: 1600 }];
  const hundred = Array.from({ length: 100 }, () => call());
  const one = call({ legs: [leg(fellBack)] });
  expect(balance([...hundred, one], [], { overloads })).toMatchObject({
    fellBack: 1,
    byTheMachine: 1,
    wrong: [],
  });
  expect(balance([...hundred, one], [], { overloads, disturbances: overloads })).toMatchObject({
    fellBack: 1,
    byTheMachine: 0,
  });
  expect(balance([...hundred, one, one], [], { overloads }).wrong).toEqual([
    '2 of 102 legs fell back since the machine did not keep up',
  ]);
});

test('a machine that does not keep up excuses no other outcome than a fallback', () => {
  const calls = [call({ legs: [leg({ outcome: 'SYSTEM', decisions: [] })] })];
  expect(balance(calls, ['c-1'], { overloads: [{ from: 0, to: 9999 }] }).wrong).toEqual([
    'c-1: SYSTEM instead of AGENT',
  ]);
});

test.each<[string, PlayedCall, string]>([
  ['an error', call({ error: 'ApplicationFailure: no' }), 'c (agent): ApplicationFailure: no'],
  ['a call without a decision', call({ result: null }), 'c: no decision'],
  [
    'two decisions for one leg',
    call({ legs: [leg({ decisions: [decision(), decision({ route: { type: 'HANGUP' } })] })] }),
    'c (agent): c-1 was told AGENT {"type":"QUEUE","queue":"agents"} and AGENT {"type":"HANGUP"}',
  ],
  [
    "another conversation's decision",
    call({ legs: [leg({ decisions: [decision({ conversationId: 'd' })] })] }),
    "c (agent): c-1 was told another conversation's decision",
  ],
  [
    "another conversation's variables",
    call({ legs: [leg({ decisions: [decision({ transferVariables: { conversation: 'd' } })] })] }),
    'c (agent): c-1 was given what d found',
  ],
  [
    'an answer that the conversation does not know of',
    call({ legs: [leg({ decisions: [decision({ outcome: 'SYSTEM' })] })] }),
    'c (agent): c-1 was told SYSTEM, and ended as AGENT',
  ],
  [
    'a number after its expiry',
    call({ legs: [leg({ handedOutLate: true })] }),
    'c (agent): c-1 got its number after its expiry',
  ],
  ['a stranger', call({ legs: [leg({ reached: 'a stranger' })] }), 'c (agent): c-1 reached a stranger'],
  [
    'a dead number',
    call({ legs: [leg({ reached: 'nobody' })] }),
    "c (agent): c-1 got a number that is nobody's",
  ],
])('%s is found', (_what, played, line) => {
  expect(balance([played], ['c-1']).wrong).toContain(line);
});

test('numbers without a leg, and two for one leg, are found', () => {
  expect(balance([call()], ['c-1', 'c-1', 'x']).wrong).toEqual([
    'x: a number that nobody asked for',
    'c-1: two numbers for one transfer',
  ]);
});
