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

/** Where a published package's files can be read. */
const PUBLISHED = 'https://unpkg.com/temporal-call-transfer/schemas';

/** Such as `Next step` for `next-step`. */
const titleOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;

/** The files' names and contents. */
export function jsonSchemas(): Map<string, string> {
  return new Map(
    Object.entries(schemas).map(([name, schema]) => {
      const file = `${name}.json`;
      const { $schema, ...rules } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      const jsonSchema = { $schema, $id: `${PUBLISHED}/${file}`, title: titleOf(name), ...rules };
      return [file, `${JSON.stringify(jsonSchema, null, 2)}\n`];
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
