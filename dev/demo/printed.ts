/** What the demonstration prints: within 80 columns. */
import type { RoutingDecision } from '../../lib/index';

import type { DemoCall } from './calls';

const startedAt = Date.now();

/** Says what happens, and when: to a conversation, or to the set-up. */
export function tell(conversation: string, step: string, detail = ''): void {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(2).padStart(6);
  console.log(`${seconds} s  ${conversation.padEnd(25)} ${step.padEnd(22)} ${detail}`.trimEnd());
}

export interface Played {
  call: DemoCall;
  decision: RoutingDecision;
}

/** What became of each call. */
export function printDecisions(played: readonly Played[]): void {
  const line = (name: string, outcome: string, legs: string, why: string) => {
    console.log(`${name.padEnd(18)}${outcome.padEnd(22)}${legs.padEnd(6)}${why}`.trimEnd());
  };
  console.log('\nDecisions');
  line('call', 'outcome', 'legs', 'reason, or route');
  for (const { call, decision } of played) {
    const { outcome, legs, reason, route } = decision;
    const isRight = outcome === call.expected;
    const why = isRight ? (reason ?? JSON.stringify(route)) : `WRONG: ${call.expected} was expected`;
    line(call.name, outcome, String(legs.length), why);
  }
}

/** Where everything is, to look at and to copy. */
export function printAccess(access: {
  temporal: string;
  webUi: string | undefined;
  gateway: { url: string; apiKey: string; webhookSecret: string };
  sandbox: string | undefined;
}): void {
  const { temporal, webUi, gateway, sandbox } = access;
  if (webUi !== undefined) {
    const query = encodeURIComponent('WorkflowType="callTransferWorkflow"');
    console.log(`\nThe calls in Temporal's Web UI:\n  ${webUi}/namespaces/default/workflows?query=${query}`);
  }
  console.log(`\nThe gateway describes itself:\n  ${gateway.url}/openapi.json`);
  console.log('\nFor the examples of the documents, in another terminal:');
  console.log(`  export TEMPORAL_ADDRESS=${temporal}`);
  console.log(`  export GATEWAY_URL=${gateway.url}`);
  console.log(`  export GATEWAY_API_KEY=${gateway.apiKey}`);
  console.log(`  export GATEWAY_WEBHOOK_SECRET=${gateway.webhookSecret}`);
  if (sandbox !== undefined) console.log(`  export SANDBOX_URL=${sandbox}`);
}
