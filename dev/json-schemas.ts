/** Writes the contract's payloads as JSON Schema into `schemas/`, from the zod schemas that define them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import {
  callTransferInputSchema,
  connectReportSchema,
  conversationEndedSchema,
  conversationViewSchema,
  disconnectReportSchema,
  legResultSchema,
  nextStepSchema,
  routingDecisionSchema,
  routingTableSchema,
  transferRequestSchema,
} from '../src/index';

const schemas = {
  'call-transfer-input': callTransferInputSchema,
  'transfer-request': transferRequestSchema,
  'connect-report': connectReportSchema,
  'disconnect-report': disconnectReportSchema,
  'next-step': nextStepSchema,
  'routing-decision': routingDecisionSchema,
  'conversation-view': conversationViewSchema,
  'conversation-ended': conversationEndedSchema,
  'leg-result': legResultSchema,
  'routing-table': routingTableSchema,
};

/** The files' names and contents. */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(schemas).map(([name, schema]) => {
      const jsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      return [`${name}.json`, `${JSON.stringify(jsonSchema, null, 2)}\n`];
    }),
  );
}

/** Writes them. */
function writeJsonSchemas(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of jsonSchemas()) writeFileSync(join(folder, name), text);
}

if (require.main === module) {
  writeJsonSchemas(join(__dirname, '..', 'schemas'));
}
