/** Writes the contract's payloads as JSON Schema into `schemas/`, from the zod schemas that define them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format } from 'prettier';
import { z } from 'zod';

import {
  callTransferInputSchema,
  connectReportSchema,
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
  'leg-result': legResultSchema,
  'routing-table': routingTableSchema,
};

/** The files' names and contents. */
export async function jsonSchemas(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [name, schema] of Object.entries(schemas)) {
    const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
    files.set(`${name}.json`, await format(text, { parser: 'json', printWidth: 110 }));
  }
  return files;
}

/** Writes them. */
export async function writeJsonSchemas(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of await jsonSchemas()) writeFileSync(join(folder, name), text);
}

if (require.main === module) {
  void writeJsonSchemas(join(__dirname, '..', 'schemas'));
}
