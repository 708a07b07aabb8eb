import { ApplicationFailure } from '@temporalio/common';

import type { CallTransfers } from '../asapp/port';
import { withSecondRequests } from '../asapp/second-requests';
import { failureTypes } from '../contract/failures';
import { WAY_BACK_MS } from '../contract/names';
import type { ConversationSettings } from '../contract/settings';
import type { RoutingPolicy } from '../routing/policy';

import { attempt } from './attempt';
import { chooseRoute, routeAfter } from './choose-route';
import { fetchContext } from './fetch-context';
import { requestNumber, type FindDecision } from './request-number';
import { taskLabels } from './task-labels';
import type { CallTransferActivities } from './types';

/** What the activities work with. */
export interface ActivityDependencies {
  asapp: CallTransfers;
  routing: RoutingPolicy;
  settings: Omit<ConversationSettings, 'searchAttributes'>;
  /** Whether a conversation that begins may go to GenerativeAgent. */
  isAdmitted: (conversationId: string) => Promise<boolean>;
  /** Whether the server has this package's search attributes, as of now. */
  hasSearchAttributes: () => Promise<boolean>;
  findDecision: FindDecision;
}

/** The activities, as functions that a worker registers. */
export function createCallTransferActivities({
  asapp,
  routing,
  settings,
  isAdmitted,
  hasSearchAttributes,
  findDecision,
}: ActivityDependencies): CallTransferActivities {
  const withLabels = { policy: routing, taskLabel: taskLabels() };
  const patient = withSecondRequests(asapp);
  const settingsNow = async () => ({ ...settings, searchAttributes: await hasSearchAttributes() });
  return {
    callTransferRequestNumber: async ({ waitedMs, isAdmitted: wasAdmitted, ...input }) => {
      if (!wasAdmitted && !(await isAdmitted(input.conversationId))) {
        const message = 'The conversation is not among those that may go to GenerativeAgent';
        throw ApplicationFailure.nonRetryable(message, failureTypes.notAdmitted);
      }
      const limitMs = waitedMs === undefined ? Infinity : settings.requestDeadlineMs - WAY_BACK_MS - waitedMs;
      const request = (signal: AbortSignal) => requestNumber(patient, input, { findDecision, signal });
      const [number, current] = await Promise.all([attempt(request, limitMs), settingsNow()]);
      return { ...number, settings: current };
    },
    callTransferFetchContext: (input) =>
      attempt(async (signal) => {
        const searchAttributes = hasSearchAttributes();
        const transfer = await fetchContext(patient, input, signal);
        return { transfer, routed: await routeAfter(withLabels, input, transfer, searchAttributes) };
      }),
    callTransferReadSettings: settingsNow,
    callTransferChooseRoute: (facts) => chooseRoute(withLabels, facts, hasSearchAttributes()),
  };
}
