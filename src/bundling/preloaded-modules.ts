/**
 * What all workflows of a worker share: loading zod and the contract's schemas anew for each of them costs a call some
 * milliseconds. Nothing here keeps anything of a call.
 *
 * The SDK freezes what is preloaded. zod keeps what it finds out lazily, such as whether it may compile checks; so it
 * finds out here, with each schema that workflows parse with, once right and once wrong.
 */
import * as zod from 'zod';

import * as fields from '../contract/fields';
import * as json from '../contract/json';
import * as telephonyEvents from '../contract/telephony-events';
import * as transferRequest from '../contract/transfer-request';

const { connectReportSchema, disconnectReportSchema } = telephonyEvents;
const { callTransferInputSchema, transferRequestSchema } = transferRequest;

const request = {
  conversationId: 'conversation',
  transferId: 'transfer',
  country: 'US',
  inputContext: { taskName: 'task', inputVariables: { name: 'value' } },
  at: '2025-06-19T13:38:40Z',
  askId: 'ask',
  answerWithinMs: 1000,
};
const report = { transferId: 'transfer', by: 'CUSTOMER', cause: 'BUSY', at: request.at };
const wrong = {
  transferId: ' ',
  country: 1,
  inputContext: { inputVariables: { name: 1 } },
  at: 'never',
  by: '',
};

for (const schema of [
  callTransferInputSchema,
  transferRequestSchema,
  connectReportSchema,
  disconnectReportSchema,
]) {
  for (const payload of [request, report, wrong, {}, null]) schema.safeParse(payload);
}

// The SDK freezes what it finds inside, except inside of what is frozen already. A pattern inside a schema must stay as
// it is: zod sets its lastIndex before each use.
for (const module of [fields, json, telephonyEvents, transferRequest]) Object.freeze(module);

export { zod };
