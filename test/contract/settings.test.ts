import { conversationSettingsSchema, defaultSettings } from '../../src/contract/settings';
import { refusalOf } from '../support/refusals';

const MINUTE = 60_000;

test('whatever is left out has its default', () => {
  const defaults = conversationSettingsSchema.parse({});

  expect(defaults).toEqual({
    requestDeadlineMs: 5000,
    disconnectDeadlineMs: 4000,
    dialMarginMs: 12_000,
    maxCallDurationMs: 60 * MINUTE,
    statusCheckIntervalMs: 10 * MINUTE,
    reconnectWindowMs: {
      AGENT: 0,
      SYSTEM: 0,
      CUSTOMER_HUNG_UP: 10 * MINUTE,
      NUMBER_EXPIRED: 15_000,
      DIAL_FAILED: 0,
      TRANSFER_UNAVAILABLE: 0,
      CONTEXT_UNAVAILABLE: 0,
      CANCELLED: 0,
    },
    lastResortRoute: { type: 'QUEUE', queue: 'agents' },
    maxLegsPerRun: 15,
  });
  expect(defaultSettings).toEqual({ ...defaults, searchAttributes: false, sip: false, endedEvents: null });
});

test("each outcome's window can be set by itself", () => {
  const { reconnectWindowMs } = conversationSettingsSchema.parse({
    reconnectWindowMs: { DIAL_FAILED: 30_000 },
  });

  expect(reconnectWindowMs).toMatchObject({ DIAL_FAILED: 30_000, CUSTOMER_HUNG_UP: 10 * MINUTE, AGENT: 0 });
});

test.each([
  { requestDeadlineMs: 1000 },
  { maxCallDurationMs: 24 * 60 * MINUTE },
  { dialMarginMs: 0 },
  { reconnectWindowMs: { AGENT: 0 } },
  { maxLegsPerRun: 1 },
  { maxLegsPerRun: 1000 },
  { lastResortRoute: null },
  { lastResortRoute: ['any', { json: true }] },
])('limits belong to the range: %j', (settings) => {
  expect(conversationSettingsSchema.parse(settings)).toMatchObject(settings);
});

test.each<[string, unknown, string]>([
  ['requestDeadlineMs', 999, 'Too small: expected number to be >=1000'],
  ['requestDeadlineMs', '5000', 'Invalid input: expected number, received string'],
  ['requestDeadlineMs', null, 'Invalid input: expected number, received null'],
  ['requestDeadlineMs', 1000.5, 'Invalid input: expected int, received number'],
  ['disconnectDeadlineMs', 999, 'Too small: expected number to be >=1000'],
  ['dialMarginMs', -1, 'Too small: expected number to be >=0'],
  ['maxCallDurationMs', 86_400_001, 'Too big: expected number to be <=86400000'],
  ['maxCallDurationMs', 0, 'Too small: expected number to be >=1000'],
  ['statusCheckIntervalMs', 0, 'Too small: expected number to be >=1000'],
  ['reconnectWindowMs', 1000, 'Invalid input: expected object, received number'],
  ['maxLegsPerRun', 0, 'Too small: expected number to be >=1'],
  ['maxLegsPerRun', 1001, 'Too big: expected number to be <=1000'],
])('a setting out of range is refused by its name: %s is %j', (field, value, reason) => {
  expect(refusalOf(conversationSettingsSchema, { [field]: value })).toBe(`${field}: ${reason}`);
});

test('a window out of range, a window of no outcome and a setting that does not exist are refused by their names', () => {
  const settings = { reconnectWindowMs: { AGENT: -1, LOST: 1 }, requestDeadline: 5 };

  expect(refusalOf(conversationSettingsSchema, settings)).toBe(
    [
      'reconnectWindowMs.AGENT: Too small: expected number to be >=0',
      'reconnectWindowMs: Unrecognized key: "LOST"',
      'Payload: Unrecognized key: "requestDeadline"',
    ].join('; '),
  );
});

test('each has the environment variable of our own worker, none of them twice', () => {
  const variables = Object.values(conversationSettingsSchema.shape).map(
    (schema) => schema.meta()?.['variable'],
  );

  expect(variables).toHaveLength(8);
  for (const variable of variables) expect(variable).toMatch(/^CALL_TRANSFER_[A-Z_]+$/);
  expect(new Set(variables).size).toBe(variables.length);
});
