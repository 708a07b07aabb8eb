import { defaultRoutingPolicy, defaultRoutingTable, routingTableSchema } from '../../src/routing/table';
import { facts } from '../support/routing';

const agents = { type: 'QUEUE', queue: 'agents' };

test.each([
  ['AGENT', agents],
  ['SYSTEM', { type: 'CONTINUE' }],
  ['CUSTOMER_HUNG_UP', { type: 'HANG_UP' }],
  ['NUMBER_EXPIRED', agents],
  ['DIAL_FAILED', agents],
  ['TRANSFER_UNAVAILABLE', agents],
  ['CONTEXT_UNAVAILABLE', agents],
  ['CANCELLED', agents],
] as const)('without a policy of the user, %s is routed to %j', (outcome, route) => {
  expect(defaultRoutingPolicy(facts({ outcome }))).toEqual({ route });
});

test('the default table is a valid one', () => {
  expect(routingTableSchema.safeParse(defaultRoutingTable).success).toBe(true);
});
