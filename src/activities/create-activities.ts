import { activityInfo, cancellationSignal, log } from '@temporalio/activity';

import { AsappError } from '../asapp/error';
import type { CallTransfers } from '../asapp/port';
import type { ConversationSettings } from '../contract/settings';
import type { RoutingPolicy } from '../routing/policy';

import { toFailure } from './asapp-failures';
import { chooseRoute } from './choose-route';
import { fetchTransfer } from './fetch-transfer';
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
  return {
    callTransferLoadSettings: () => Promise.resolve(settings),
    callTransferRequestNumber: (input) =>
      withRetryDelays(() => requestNumber(asapp, input, cancellationSignal())),
    callTransferFetchTransfer: (input) =>
      withRetryDelays(
        (attempt) => fetchTransfer(asapp, input, attempt, cancellationSignal()),
        // While it waits for a result, most attempts are not faults and count against no limit.
        input.untilEnded ? 3 : Infinity,
      ),
    callTransferChooseRoute: (facts) => chooseRoute(routing, facts),
  };
}

/** Gives every failed request the pause that ASAPP asks for, and tells the operator of refused credentials. */
async function withRetryDelays<T>(
  request: (attempt: number) => Promise<T>,
  mostFaults = Infinity,
): Promise<T> {
  // The first attempt of each request is a local activity, the later ones are those of a regular activity.
  const { isLocal, attempt: ofActivity } = activityInfo();
  const attempt = isLocal ? 1 : ofActivity + 1;
  try {
    return await request(attempt);
  } catch (error) {
    if (error instanceof AsappError && error.kind === 'credentialsRefused') {
      log.error('ASAPP refuses the credentials: every call falls back until they are mended', {
        status: error.status,
      });
    }
    throw toFailure(error, Math.min(attempt, mostFaults));
  }
}
