/**
 * Changes of the code that no test notices, each with the reason. `npm run mutation` fails if it finds another one, and if one of
 * these is noticed by now.
 */
import type { NamedSurvivor } from './judge';

const survivor = (file: string, why: string, line: string, ...becomes: string[]): NamedSurvivor[] =>
  becomes.map((each) => ({ file: `src/${file}`, line, becomes: each, why }));

const PHONE_SYSTEMS = 'call-control/phone-systems';

export const survivors: readonly NamedSurvivor[] = [
  // What is asked for the types alone: what the question is about has the same answer each time.
  ...survivor(
    'leg/leg-state.ts',
    'A leg that is dialling has a number.',
    "leg.phase === 'DIALING' && leg.assigned !== null;",
    "leg.phase === 'DIALING' && true;",
  ),
  ...survivor(
    'conversation/answers.ts',
    'Every leg before a decided one has ended, and so has that one.',
    'const ended = until.filter((leg): leg is LegState & { end: LegEnd } => leg.end !== null);',
    'const ended = until;',
    'const ended = until.filter((leg): leg is LegState & { end: LegEnd } => true);',
  ),
  ...survivor(
    'conversation/apply-conversation-event.ts',
    'A leg begins only when the one before has ended.',
    "isAdmitted: last !== undefined && last.state.end?.reason !== 'NOT_ADMITTED',",
    "isAdmitted: last !== undefined && last.state.end.reason !== 'NOT_ADMITTED',",
  ),
  ...survivor(
    'asapp/answer.ts',
    '`undefined` is no date and no number of seconds, either: it comes to the same end further down.',
    'if (value === undefined) return undefined;',
    'if (false) return undefined;',
  ),
  ...survivor(
    'asapp/circuit-breaker.ts',
    'A circuit opens after an outage, which takes its place.',
    "let lastOutage: AsappErrorKind = 'unreachable';",
    'let lastOutage: AsappErrorKind = "";',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/telnyx/client-state.ts`,
    '`undefined` is no base64, which is caught.',
    'if (text === undefined) return undefined;',
    'if (false) return undefined;',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/telnyx/client-state.ts`,
    'A function that ends without an answer answers `undefined`.',
    '} catch {',
    '{}',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/telnyx/index.ts`,
    "What is no text is no signature to Telnyx's library, and no time to the tolerance.",
    "if (typeof signature !== 'string' || typeof timestamp !== 'string') return false;",
    'if (false) return false;',
    "if (typeof signature !== 'string' && typeof timestamp !== 'string') return false;",
    "if (false || typeof timestamp !== 'string') return false;",
    "if (typeof signature !== 'string' || false) return false;",
  ),

  ...survivor(
    `${PHONE_SYSTEMS}/twilio/index.ts`,
    "What is no text is no signature to Twilio's library.",
    "if (typeof signature !== 'string') return false;",
    'if (false) return false;',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/twilio/read.ts`,
    '`undefined` is no time.',
    'const at = timestamp === undefined ? NaN : Date.parse(timestamp);',
    'const at = false ? NaN : Date.parse(timestamp);',
  ),

  // What is as good as the value in its place.
  ...survivor(
    'routing/opening-hours.ts',
    'A table with hours that end when they begin is refused.',
    'const isOvernight = ({ from, until }: Hours) => until <= from;',
    'const isOvernight = ({ from, until }: Hours) => until < from;',
  ),
  ...survivor(
    'asapp/answer.ts',
    'Neither is a date.',
    "const answeredAt = Date.parse(answer.date ?? '');",
    'const answeredAt = Date.parse(answer.date ?? "Stryker was here!");',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/jambonz/index.ts`,
    'Neither is a number of seconds.',
    "const [time = '', ...more] = valuesOf('t');",
    'const [time = "Stryker was here!", ...more] = valuesOf(\'t\');',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/jambonz/index.ts`,
    'A query that is `undefined` is as good as none.',
    '...(query === undefined ? {} : { query }),',
    '...(false ? {} : { query }),',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/jambonz/who-and-why.ts`,
    'The pattern takes all up to a quote or to the end, so the end is where it is without `$`, too.',
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (text, end) => (end === '"' ? '""' : text));`,
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\?)/gs, (text, end) => (end === '"' ? '""' : text));`,
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/jambonz/who-and-why.ts`,
    'Text that nobody closes is left as it is: whether it is found matters only for how long a long one takes.',
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (text, end) => (end === '"' ? '""' : text));`,
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\$)/gs, (text, end) => (end === '"' ? '""' : text));`,
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/jambonz/who-and-why.ts`,
    'Nobody reads what stands for a text.',
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (text, end) => (end === '"' ? '""' : text));`,
    String.raw`.replace(/"(?:[^"\\]|\\.)*("|\\?$)/gs, (text, end) => (end === '"' ? "" : text));`,
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/telnyx/commands.ts`,
    'A copy of a good answer is as good: it has no `Retry-After`.',
    'if (response.ok) return response;',
    'if (false) return response;',
  ),

  ...survivor(
    `${PHONE_SYSTEMS}/twilio/read.ts`,
    'A form is always an object, so that no message is about the whole of it.',
    "const formIn = <T extends z.ZodType>(schema: T, body: Buffer) => checked(schema, formOf(body), 'body');",
    'const formIn = <T extends z.ZodType>(schema: T, body: Buffer) => checked(schema, formOf(body), "");',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/twilio/read.ts`,
    'Neither is a number in E.164.',
    "function calledNumber({ From, To = '' }: z.infer<typeof callSchema>): Pick<TwilioCall, 'called'> {",
    'function calledNumber({ From, To = "Stryker was here!" }: z.infer<typeof callSchema>): Pick<TwilioCall, \'called\'> {',
  ),

  // What shows only in time, or outside of this machine.
  ...survivor(
    'asapp/http-call-transfers.ts',
    'How long a connection is kept or may take: a test would have to wait for it.',
    'this.#agent = new Agent({ connectTimeout: data.connectTimeoutMs, keepAliveTimeout: KEEP_ALIVE_MS });',
    'this.#agent = new Agent({});',
  ),
  ...survivor(
    'asapp/second-requests.ts',
    'A timer that goes on is heard by nobody; it only keeps a process up for seconds.',
    'const slow = sleep(afterMs, SLOW, { signal: answered.signal });',
    'const slow = sleep(afterMs, SLOW, {});',
  ),
  ...survivor(
    `${PHONE_SYSTEMS}/telnyx/commands.ts`,
    'No test calls Telnyx itself.',
    "const { apiKey, apiUrl = 'https://api.telnyx.com/v2', attemptTimeoutMs = 1500, maxRetries = 2 } = options;",
    'const { apiKey, apiUrl = "", attemptTimeoutMs = 1500, maxRetries = 2 } = options;',
  ),
];
