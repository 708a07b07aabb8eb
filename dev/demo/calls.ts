/** The demonstration calls: each plays the phone system's part against the stand-in for ASAPP. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Webhook } from 'standardwebhooks';

import type { CallTransferClient, DialableLeg, NextStep, Outcome, RoutingDecision } from '../../lib/index';
import type { Sandbox, SandboxContext } from '../../lib/sandbox';

/** The gateway, and what lets one in. */
export interface DemoGateway {
  url: string;
  apiKey: string;
  /** Base64. */
  webhookSecret: string;
}

/** What a call has at hand. */
export interface Stage {
  client: CallTransferClient;
  gateway: DemoGateway;
  sandbox: Sandbox;
  /** Makes the ids of this run its own, where the server remembers earlier ones. */
  run: string;
  /** Says what happens. */
  tell: (conversation: string, step: string, detail?: string) => void;
}

export interface DemoCall {
  name: string;
  expected: Outcome;
  play: (stage: Stage, name: string) => Promise<RoutingDecision>;
}

/** The stand-in's numbers live for less. */
const EXPIRY_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 10_000;

/** Long enough to look like a conversation, short enough to wait for. */
const TALK_MS = 1000;

export const demoCalls: DemoCall[] = [
  {
    name: 'agent-escalation',
    expected: 'AGENT',
    play: (stage, name) =>
      leg(stage, name, 'a', {
        transferType: 'AGENT',
        currentTaskName: 'billing',
        transferVariables: { reason: 'refund' },
      }),
  },
  {
    name: 'system-transfer',
    expected: 'SYSTEM',
    play: (stage, name) => leg(stage, name, 'a', { transferType: 'SYSTEM', currentTaskName: 'payment' }),
  },
  {
    name: 'reconnection',
    expected: 'AGENT',
    play: async (stage, name) => {
      await leg(stage, name, 'a', undefined);
      await sleep(TALK_MS);
      return await leg(stage, name, 'b', { transferType: 'AGENT', currentTaskName: 'billing' });
    },
  },
  {
    name: 'over-sip',
    expected: 'AGENT',
    play: (stage, name) => leg(stage, name, 'a', { transferType: 'AGENT' }, { type: 'SIP' }),
  },
  { name: 'by-webhooks', expected: 'AGENT', play: byWebhooks },
  { name: 'number-expires', expected: 'NUMBER_EXPIRED', play: numberExpires },
];

/** Strikes every request for a number, so it has the stage to itself. */
export const outage: DemoCall = {
  name: 'asapp-outage',
  expected: 'TRANSFER_UNAVAILABLE',
  play: async (stage, name) => {
    stage.sandbox.fail({ method: 'POST', times: 100, effect: { kind: 'status', status: 503 } });
    try {
      stage.tell(ids(stage, name, 'a').conversationId, 'requests a number', 'ASAPP is down');
      return routed(
        stage,
        name,
        await stage.client.requestTransfer({ ...ids(stage, name, 'a'), country: 'US' }),
      );
    } finally {
      stage.sandbox.heal();
    }
  },
};

type Transport = { country: string; type?: undefined } | { type: 'SIP' };

/** One leg: a number, a call, and its end, by GenerativeAgent with a context or by the customer without. */
async function leg(
  stage: Stage,
  name: string,
  letter: string,
  context: SandboxContext | undefined,
  transport: Transport = { country: 'US' },
): Promise<RoutingDecision> {
  const { client, sandbox, tell } = stage;
  const { conversationId, transferId } = ids(stage, name, letter);
  tell(conversationId, transport.type === 'SIP' ? 'requests a SIP transfer' : 'requests a number');
  const step = await client.requestTransfer({ conversationId, transferId, ...transport });
  if (step.action !== 'DIAL') return routed(stage, name, step);
  tell(conversationId, 'dials', `until ${step.leg.dialBy.slice(11, 19)}`);
  arrives(sandbox, step.leg);
  await client.reportConnected(conversationId, { transferId });
  tell(conversationId, 'is connected', 'GenerativeAgent talks to the customer');
  await sleep(TALK_MS);
  if (context === undefined) {
    sandbox.exchange.callerHangsUp(transferId);
    tell(conversationId, 'is hung up', 'by the customer');
    return routed(stage, name, await client.reportDisconnect(conversationId, { transferId, by: 'CUSTOMER' }));
  }
  sandbox.exchange.aiEnds(transferId, context);
  tell(conversationId, 'is hung up', 'by GenerativeAgent');
  return routed(
    stage,
    name,
    await client.reportDisconnect(conversationId, { transferId, by: 'GENERATIVE_AGENT' }),
  );
}

/** A phone system without Temporal: signed leg events to the gateway, and next steps from it. */
async function byWebhooks(stage: Stage, name: string): Promise<RoutingDecision> {
  const { gateway, sandbox, tell } = stage;
  const data = ids(stage, name, 'a');
  const { conversationId } = data;
  const webhook = new Webhook(gateway.webhookSecret);
  const send = async (type: string, more: object = {}): Promise<NextStep> => {
    const [id, at, body] = [randomUUID(), new Date(), JSON.stringify({ type, data: { ...data, ...more } })];
    const answer = await fetch(`${gateway.url}/v1/leg-events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': webhook.sign(id, at, body),
      },
      body,
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    if (!answer.ok) throw new Error(`${name}: ${type}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as NextStep;
  };

  tell(conversationId, 'posts leg.requested');
  const step = await send('leg.requested', { country: 'US' });
  if (step.action !== 'DIAL') return routed(stage, name, step);
  tell(conversationId, 'dials', `until ${step.leg.dialBy.slice(11, 19)}`);
  arrives(sandbox, step.leg);
  await send('leg.connected');
  tell(conversationId, 'posts leg.connected', 'GenerativeAgent talks to the customer');
  await sleep(TALK_MS);
  sandbox.exchange.aiEnds(data.transferId, { transferType: 'AGENT', currentTaskName: 'billing' });
  tell(conversationId, 'posts leg.disconnected', 'by GenerativeAgent');
  return routed(stage, name, await send('leg.disconnected', { by: 'GENERATIVE_AGENT' }));
}

/** The dialled call is at ASAPP. */
function arrives({ exchange }: Sandbox, leg: DialableLeg): void {
  if (leg.type === 'SIP') exchange.sipCallArrives(leg.headers);
  else exchange.callArrives(leg.transferNumber);
}

async function numberExpires(stage: Stage, name: string): Promise<RoutingDecision> {
  const { client, tell } = stage;
  const { conversationId, transferId } = ids(stage, name, 'a');
  tell(conversationId, 'requests a number');
  const step = await client.requestTransfer({ conversationId, transferId, country: 'US' });
  if (step.action !== 'DIAL') return routed(stage, name, step);
  tell(conversationId, 'does not dial', `though it could until ${step.leg.dialBy.slice(11, 19)}`);
  for (const giveUpAt = Date.now() + EXPIRY_LIMIT_MS; Date.now() < giveUpAt;) {
    const { decision } = await client.conversation(conversationId);
    if (decision !== null) return routed(stage, name, { action: 'ROUTE', decision });
    await sleep(500);
  }
  throw new Error(`${name}: no decision after the expiry`);
}

function routed({ tell }: Stage, name: string, step: NextStep): RoutingDecision {
  if (step.action !== 'ROUTE') throw new Error(`${name}: expected a decision, got a number`);
  const { conversationId, outcome, reason } = step.decision;
  tell(conversationId, `is decided: ${outcome}`, reason ?? '');
  return step.decision;
}

function ids({ run }: Stage, name: string, letter: string): { conversationId: string; transferId: string } {
  const conversationId = `${name}-${run}`;
  return { conversationId, transferId: `${conversationId}-${letter}` };
}
