/** The calls that are played, and what must be seen of each. */
import { setTimeout as sleep } from 'node:timers/promises';

import type { CallTransferClient, RoutingDecision, RoutingTable } from '../../lib/index';

import { HANDED_BACK, type GenerativeAgent } from './generative-agent';
import { JambonzCall } from './jambonz-call';
import type { JambonzWebhooks } from './jambonz-webhooks';
import type { IncomingCall, SipCall, SipMessage, SipPhones } from './sip-phones';

export const PHONES = ['customer', 'platform', 'ai', 'desk'] as const;

const CUSTOMER = '+14158675310';
const HOTLINE = '+18005551212';
const HANDED_OVER = { accountType: 'gold', balance: '12.50', customerName: 'Zoë, 50 %; VIP' };
const RING_MS = 200;
const TALK_MS = 500;
const RING_TIMEOUT_MS = 30_000;

export interface Stage {
  phones: SipPhones;
  webhooks: JambonzWebhooks;
  generativeAgent: GenerativeAgent;
  client: CallTransferClient;
}

/** One thing that must be so. */
export interface Check {
  what: string;
  expected: unknown;
  seen: unknown;
}

/** Whom a caller is connected with after the AI, and when the AI is busy. */
export const routingTable = (phones: SipPhones): RoutingTable => ({
  rules: [{ when: { reason: 'DIAL_BUSY' }, route: { type: 'DIAL', to: phones.uri('ai-is-busy', 'desk') } }],
  defaults: {
    AGENT: {
      route: { type: 'DIAL', to: phones.uri('desk', 'desk'), handOver: Object.keys(HANDED_OVER) },
    },
    '*': { route: { type: 'HANG_UP' } },
  },
});

/** From the customer to the AI, from there to the desk, which hangs up. */
export async function handedOver(stage: Stage): Promise<Check[]> {
  const { phones, generativeAgent } = stage;
  const messages = messagesFromNow(phones);
  const { customer, desk, platform } = await connected(stage);
  await sleep(TALK_MS);
  desk.call.hangUp();
  const [decision] = await Promise.all([platform, customer.ended]);
  const ai = generativeAgent.calls.at(-1);
  return [
    { what: 'outcome', expected: 'AGENT', seen: decision.outcome },
    {
      what: "the AI's INVITE names its transfer",
      expected: decision.transferId,
      seen: ai?.headers['X-ASAPP-CallTransferId'],
    },
    { what: 'the desk was dialled as the route says', expected: 'desk', seen: desk.to },
    {
      what: "the desk's own headers",
      expected: {
        'X-accountType': 'gold',
        'X-balance': '12.50',
        'X-customerName': 'Zo%C3%AB, 50 %25; VIP',
        'User-to-User': HANDED_OVER,
      },
      seen: ownHeaders(desk),
    },
    { what: 'variables that leaked to the desk', expected: [], seen: leaked(desk) },
    callersDialog(phones, callIdOf(phones, customer), 'platform'),
    answers(messages(), ['ai → platform', 'platform → customer', 'desk → platform']),
    hangups(messages(), ['ai → platform', 'desk → platform', 'platform → customer']),
  ];
}

/** The AI's address is busy: the customer is connected with the desk at once, and hangs up. */
export async function aiIsBusy(stage: Stage): Promise<Check[]> {
  const { phones, generativeAgent } = stage;
  const messages = messagesFromNow(phones);
  generativeAgent.isBusy = true;
  const { customer, desk, platform } = await connected(stage);
  generativeAgent.isBusy = false;
  await sleep(TALK_MS);
  customer.hangUp();
  const [decision, deskSide] = await Promise.all([platform, desk.call.ended]);
  return [
    {
      what: 'outcome and reason',
      expected: 'DIAL_FAILED DIAL_BUSY',
      seen: `${decision.outcome} ${String(decision.reason)}`,
    },
    { what: 'the desk was dialled as the route says', expected: 'ai-is-busy', seen: desk.to },
    { what: "the desk's own headers", expected: {}, seen: ownHeaders(desk) },
    { what: 'the desk was hung up with its caller', expected: 'there', seen: deskSide },
    callersDialog(phones, callIdOf(phones, customer), 'customer'),
    answers(messages(), ['desk → platform', 'platform → customer']),
    hangups(messages(), ['customer → platform', 'platform → desk']),
  ];
}

/** Whoever knows the AI's address and no transfer gets nowhere. */
export async function strangers({ phones, generativeAgent }: Stage): Promise<Check[]> {
  const before = generativeAgent.calls.length;
  const dial = async (headers: Record<string, string>) => {
    const to = phones.uri('transfers', 'ai');
    return await phones.dial({
      phone: 'customer',
      to,
      from: CUSTOMER,
      headers,
      ringTimeoutMs: RING_TIMEOUT_MS,
    }).answered;
  };
  return [
    { what: 'an INVITE to the AI without the header', expected: 403, seen: await dial({}) },
    {
      what: 'an INVITE that names no transfer',
      expected: 404,
      seen: await dial({ 'X-ASAPP-CallTransferId': 'nobody' }),
    },
    { what: 'both arrived', expected: 2, seen: generativeAgent.calls.length - before },
  ];
}

/** A customer who calls, until the desk has answered. `platform` ends with the platform's part of it. */
async function connected({ phones, webhooks, client }: Stage): Promise<{
  customer: SipCall;
  desk: IncomingCall;
  platform: Promise<RoutingDecision>;
}> {
  const arrives = phones.nextIncoming('platform');
  const desk = phones.nextIncoming('desk');
  const to = phones.uri(HOTLINE, 'platform');
  const customer = phones.dial({ phone: 'customer', to, from: CUSTOMER, ringTimeoutMs: RING_TIMEOUT_MS });
  const call = new JambonzCall(phones, webhooks, await arrives);
  const platform = call.run().then(() => decisionOf(client, call.callSid));
  const ringing = await Promise.race([desk, platform]);
  if (!('call' in ringing)) throw new Error(`Expected a call at the desk, got ${JSON.stringify(ringing)}`);
  ringing.call.ring();
  await sleep(RING_MS);
  await Promise.all([ringing.call.answer(), customer.answered]);
  return { customer, desk: ringing, platform };
}

async function decisionOf(client: CallTransferClient, conversationId: string): Promise<RoutingDecision> {
  const { decision } = await client.conversation(conversationId);
  if (decision === null) throw new Error(`${conversationId}: expected a decision, got none`);
  return decision;
}

/** What no phone puts into an INVITE by itself. */
function ownHeaders({ headers }: IncomingCall): Record<string, unknown> {
  const own = Object.entries(headers).filter(([name]) => /^(x-|user-to-user$)/i.test(name));
  return Object.fromEntries(
    own.map(([name, value]) => [name, name === 'User-to-User' ? userToUser(value) : value]),
  );
}

function userToUser(value: string): unknown {
  const hex = /^([0-9a-f]+);encoding=hex$/.exec(value)?.[1];
  return hex === undefined ? value : JSON.parse(Buffer.from(hex, 'hex').toString('utf8'));
}

/** Variables whose name or value is anywhere in the desk's INVITE although the route does not name them. */
function leaked(desk: IncomingCall): string[] {
  const text = JSON.stringify([desk.headers, ownHeaders(desk)]);
  const all = { ...HANDED_BACK.referenceVariables, ...HANDED_BACK.transferVariables };
  return Object.entries(all)
    .filter(([name]) => !Object.hasOwn(HANDED_OVER, name))
    .filter(([name, value]) => text.includes(name) || text.includes(value))
    .map(([name]) => name);
}

/** One dialog from beginning to end, whatever was dialled meanwhile: no INVITE anew, and nothing else within it. */
function callersDialog({ messages }: SipPhones, callId: string | undefined, hungUpBy: string): Check {
  const requests = messages
    .filter((message) => message.callId === callId && isRequest(message))
    .map(({ from, cseq }) => `${from}: ${methodOf(cseq)}`);
  return {
    what: "requests of the caller's dialog",
    expected: ['customer: INVITE', 'customer: ACK', `${hungUpBy}: BYE`],
    // UDP may repeat one.
    seen: [...new Set(requests)],
  };
}

/** Who hung up, in this order. */
function hangups(messages: readonly SipMessage[], expected: readonly string[]): Check {
  const byes = messages.filter((message) => isRequest(message) && methodOf(message.cseq) === 'BYE');
  const seen = new Map(byes.map(({ callId, from, to }) => [callId, `${from} → ${to}`]));
  return { what: 'BYE, in this order', expected, seen: [...seen.values()] };
}

/** Who answered an INVITE, in this order. */
function answers(messages: readonly SipMessage[], expected: readonly string[]): Check {
  const answered = messages.filter(
    ({ line, cseq }) => line.startsWith('SIP/2.0 200') && methodOf(cseq) === 'INVITE',
  );
  const seen = new Map(answered.map(({ callId, from, to }) => [callId, `${from} → ${to}`]));
  return { what: 'answered, in this order', expected, seen: [...seen.values()] };
}

const isRequest = ({ line }: SipMessage): boolean => !line.startsWith('SIP/2.0 ');

const methodOf = (cseq: string): string => cseq.split(' ')[1] ?? '';

function messagesFromNow({ messages }: SipPhones): () => SipMessage[] {
  const already = messages.length;
  return () => messages.slice(already);
}

const callIdOf = ({ callIds }: SipPhones, { id }: SipCall) => callIds.get(id);
