/** Routing tables and what policies are asked, for tests. */
import { outcomes, type Outcome } from '../../src/contract/outcomes';
import type { RoutingFacts } from '../../src/routing/policy';
import type { RoutingTable } from '../../src/routing/table';

/** What a policy is asked about a leg that GenerativeAgent ended with an escalation. */
export const facts = (more: Partial<RoutingFacts> = {}): RoutingFacts => ({
  conversationId: 'conv-1',
  transferId: 'conv-1-a',
  outcome: 'AGENT',
  reason: null,
  currentTaskName: 'billing',
  referenceVariables: {},
  transferVariables: {},
  legNumber: 1,
  taskName: null,
  transport: 'PHONE_NUMBER',
  country: 'US',
  at: Date.UTC(2026, 0, 5, 12),
  ...more,
});

/** A default for every outcome: its name as the route. */
export const defaults = Object.fromEntries(
  outcomes.map((outcome) => [outcome, { route: `default of ${outcome}` }]),
) as Record<Outcome, { route: string; redial?: boolean }>;

export const table = (...rules: NonNullable<RoutingTable['rules']>): RoutingTable => ({ rules, defaults });
