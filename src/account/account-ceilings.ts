import type { CallTransfers } from '../asapp/port';
import { parsePayload } from '../contract/parse';
import type { RoutingPolicy } from '../routing/policy';

import { AccountGate } from './account-gate';
import type { AccountAnswer, AccountAsk, Ceilings } from './ledger';
import { LimitedCallTransfers } from './limited-call-transfers';
import { ceilingsSchema, type CeilingsOptions } from './options';

/** Whoever keeps the ledger of an account. */
export interface AccountLedger {
  ask(ask: AccountAsk): Promise<AccountAnswer>;
}

/** The ceilings of an account, as one worker keeps to them. */
export class AccountCeilings {
  readonly account: string;
  private readonly gate: AccountGate;
  private ledger: AccountLedger | undefined;

  /** @throws ApplicationFailure of type `InvalidInput` that names the option */
  constructor(options: CeilingsOptions) {
    const { account, ...set } = parsePayload(ceilingsSchema, options, 'ceilings');
    const ceilings: Ceilings = {
      concurrentCalls: set.concurrentCalls ?? null,
      requestsPerSecond: set.requestsPerSecond ?? null,
      requestsPerDay: set.requestsPerDay ?? null,
    };
    this.account = account;
    this.gate = new AccountGate(async (ask) => {
      if (this.ledger === undefined) throw new Error('The worker does not run');
      return await this.ledger.ask(ask);
    }, ceilings);
  }

  /** From now on the ledger is asked; before, no call may begin. */
  keepTo(ledger: AccountLedger): void {
    this.ledger = ledger;
  }

  /** ASAPP, asked only within the ceilings. */
  limit(asapp: CallTransfers): CallTransfers {
    return new LimitedCallTransfers(asapp, this.gate);
  }

  /** The same policy. Being asked it means that the leg has ended, whatever it answers. */
  hearEnds(policy: RoutingPolicy): RoutingPolicy {
    return (facts) => {
      this.gate.endCall(facts.transferId);
      return policy(facts);
    };
  }
}
