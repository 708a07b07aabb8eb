import { activityInfo } from '@temporalio/activity';

import type { CallTransfers, CreatedTransfer, CreateTransfer, RequestLimits } from '../asapp/port';
import type { CallTransferResource } from '../asapp/resource';

import type { AccountGate } from './account-gate';

/** Asks ASAPP only within the ceilings of its account. Works in an activity: a call is known by its workflow. */
export class LimitedCallTransfers implements CallTransfers {
  constructor(
    private readonly asapp: CallTransfers,
    private readonly gate: AccountGate,
  ) {}

  async create(transfer: CreateTransfer, limits?: RequestLimits): Promise<CreatedTransfer> {
    const { workflowId = '' } = activityInfo().workflowExecution ?? {};
    await this.gate.beginCall({ transferId: transfer.transferId, workflowId });
    return await this.asapp.create(transfer, { ...limits, beforeAnother: () => this.gate.takeRequest() });
  }

  async get(transferId: string, limits?: RequestLimits): Promise<CallTransferResource> {
    await this.gate.takeRequest();
    return await this.asapp.get(transferId, limits);
  }
}
