import { policyFromTable, type RoutingTable } from './table';

const toAgents = { route: { type: 'QUEUE', queue: 'agents' } };

/**
 * What the worker routes by where its owner gives no policy: on `SYSTEM` the phone system goes on with its
 * own flow, after the customer's hangup there is nothing to do, and everybody else meets a person.
 */
export const defaultRoutingTable: RoutingTable = {
  rules: [],
  defaults: {
    AGENT: toAgents,
    SYSTEM: { route: { type: 'CONTINUE' } },
    CUSTOMER_HUNG_UP: { route: { type: 'HANG_UP' } },
    NUMBER_EXPIRED: toAgents,
    DIAL_FAILED: toAgents,
    TRANSFER_UNAVAILABLE: toAgents,
    CONTEXT_UNAVAILABLE: toAgents,
    CANCELLED: toAgents,
  },
};

export const defaultRoutingPolicy = policyFromTable(defaultRoutingTable);
