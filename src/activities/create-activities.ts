import type { CallTransfers } from '../asapp/port';
import { SecondRequests } from '../asapp/second-requests';
import type { ConversationSettings } from '../contract/settings';
import type { RoutingPolicy } from '../routing/policy';

import { attempt } from './attempt';
import { chooseRoute } from './choose-route';
import { fetchContext } from './fetch-context';
import { findDecision } from './find-decision';
import { measuredCallTransfers } from './request-metrics';
import { requestNumber } from './request-number';
import type { CallTransferActivities } from './types';

/** What the activities work with. */
export interface ActivityDependencies {
  asapp: CallTransfers;
  routing: RoutingPolicy;
  settings: ConversationSettings;
}

/** The activities, as functions that a worker registers. */
export function createCallTransferActivities({
  asapp,
  routing,
  settings,
}: ActivityDependencies): CallTransferActivities {
  const patient = new SecondRequests(measuredCallTransfers(asapp));
  return {
    callTransferRequestNumber: (input) =>
      attempt((signal) => requestNumber(patient, input, { findDecision, signal })),
    callTransferFetchContext: (input) => attempt((signal) => fetchContext(patient, input, signal)),
    callTransferReadSettings: () => Promise.resolve(settings),
    callTransferChooseRoute: (facts) => chooseRoute(routing, facts),
  };
}
