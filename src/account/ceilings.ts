import { activityInfo } from '@temporalio/activity';
import { z } from 'zod';

import type { CallTransfers } from '../asapp/port';
import { parsePayload } from '../contract/parse';
import type { RoutingPolicy } from '../routing/policy';

import { AccountGate, type AskAccount } from './account-gate';

const ceiling = z.int().min(1);

/** Ceilings of an account at ASAPP, as a worker's owner gives them. They hold over all workers that share the account. `meta.variable` as in the settings. */
export const ceilingsSchema = z.strictObject({
  /**
   * What the workers that share an account at ASAPP call it. Readable in workflow ids: no credential. Default:
   * `default`.
   */
  account: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, hyphens or underscores')
    .default('default')
    .meta({ variable: 'CALL_TRANSFER_ASAPP_ACCOUNT' }),
  /**
   * Calls at the same time, from the request for a number until the leg has ended. One more is answered with the
   * fallback route and the reason `CALL_CEILING_REACHED`. Default: none. At most 10,000, which a history can carry.
   */
  concurrentCalls: ceiling.max(10_000).optional().meta({ variable: 'CALL_TRANSFER_MAX_CONCURRENT_CALLS' }),
  /**
   * Requests to ASAPP in any second. Whoever is over it waits a second for a number, three for a result; then the
   * reason is `REQUEST_CEILING_REACHED`. ASAPP's own spike limit is 100 for each product. Default: none.
   */
  requestsPerSecond: ceiling.optional().meta({ variable: 'CALL_TRANSFER_MAX_REQUESTS_PER_SECOND' }),
  /**
   * Requests to ASAPP in a day (UTC), of which those that open calls still need are kept for them. ASAPP's own quota is
   * 10,000 in its sandbox and 50,000 in production, unless agreed otherwise. Default: none.
   */
  requestsPerDay: ceiling.min(2).optional().meta({ variable: 'CALL_TRANSFER_MAX_REQUESTS_PER_DAY' }),
});
export type CeilingsOptions = z.input<typeof ceilingsSchema>;

/** The ceilings of an account, as one worker keeps to them. */
export class AccountCeilings {
  readonly account: string;
  /** Asks the account's ledger. Until it is set, no call may begin. */
  askAccount: AskAccount = () => Promise.reject(new Error('The worker does not run'));
  private readonly gate: AccountGate;

  /** @throws ApplicationFailure of type `InvalidInput` that names the option */
  constructor(options: CeilingsOptions) {
    const checked = parsePayload(ceilingsSchema, options, 'ceilings');
    const { concurrentCalls = null, requestsPerSecond = null, requestsPerDay = null } = checked;
    const ceilings = { concurrentCalls, requestsPerSecond, requestsPerDay };
    this.account = checked.account;
    this.gate = new AccountGate((ask) => this.askAccount(ask), ceilings);
  }

  /** ASAPP, asked only within the ceilings. Works in an activity: a call is known by its workflow. */
  limit(asapp: CallTransfers): CallTransfers {
    const beforeAnother = () => this.gate.takeRequest();
    return {
      create: async (transfer, limits) => {
        const { workflowId = '' } = activityInfo().workflowExecution ?? {};
        await this.gate.beginCall({ transferId: transfer.transferId, workflowId });
        return await asapp.create(transfer, { ...limits, beforeAnother });
      },
      get: async (transferId, limits) => {
        await this.gate.takeRequest();
        return await asapp.get(transferId, limits);
      },
    };
  }

  /** The same policy. Being asked it means that the leg has ended, whatever it answers. */
  hearEnds(policy: RoutingPolicy): RoutingPolicy {
    return (facts) => {
      this.gate.endCall(facts.transferId);
      return policy(facts);
    };
  }
}
