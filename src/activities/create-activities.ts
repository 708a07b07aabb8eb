import type { CallTransfers } from '../asapp/port';
import { withSecondRequests } from '../asapp/second-requests';
import { WAY_BACK_MS } from '../contract/names';
import type { ConversationSettings } from '../contract/settings';
import type { RoutingPolicy } from '../routing/policy';

import { attempt } from './attempt';
import { chooseRoute, routeAfter } from './choose-route';
import { fetchContext } from './fetch-context';
import { requestNumber, type FindDecision } from './request-number';
import type { CallTransferActivities } from './types';

/** What the activities work with. */
export interface ActivityDependencies {
  asapp: CallTransfers;
  routing: RoutingPolicy;
  settings: Omit<ConversationSettings, 'searchAttributes'>;
  /** Whether the server has this package's search attributes, as of now. */
  hasSearchAttributes: () => Promise<boolean>;
  findDecision: FindDecision;
}

/** The activities, as functions that a worker registers. */
export function createCallTransferActivities({
  asapp,
  routing,
  settings,
  hasSearchAttributes,
  findDecision,
}: ActivityDependencies): CallTransferActivities {
  const patient = withSecondRequests(asapp);
  const settingsNow = async () => ({ ...settings, searchAttributes: await hasSearchAttributes() });
  return {
    callTransferRequestNumber: async ({ waitedMs, ...input }) => {
      const limitMs = waitedMs === undefined ? Infinity : settings.requestDeadlineMs - WAY_BACK_MS - waitedMs;
      const request = (signal: AbortSignal) => requestNumber(patient, input, { findDecision, signal });
      const [number, current] = await Promise.all([attempt(request, limitMs), settingsNow()]);
      return { ...number, settings: current };
    },
    callTransferFetchContext: (input) =>
      attempt(async (signal) => {
        const searchAttributes = hasSearchAttributes();
        const transfer = await fetchContext(patient, input, signal);
        return { transfer, routed: await routeAfter(routing, input, transfer, searchAttributes) };
      }),
    callTransferReadSettings: settingsNow,
    callTransferChooseRoute: (facts) => chooseRoute(routing, facts, hasSearchAttributes()),
  };
}
