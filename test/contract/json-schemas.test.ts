import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { jsonSchemas } from '../../dev/json-schemas';

const folder = join(__dirname, '..', '..', 'schemas');

test('the published JSON Schemas are those of the zod schemas', () => {
  const current = jsonSchemas();
  expect(current.size).toBe(10);
  for (const [name, text] of current) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
});

test('each says where it is published, and what it is of', () => {
  const heads = [...jsonSchemas()].map(([file, text]) => {
    const { $id, title } = JSON.parse(text) as Record<string, string>;
    return [file, $id, title];
  });
  expect(heads).toContainEqual([
    'next-step.json',
    'https://unpkg.com/temporal-call-transfer/schemas/next-step.json',
    'Next step',
  ]);
  for (const [file, id, title] of heads) {
    expect(id).toBe(`https://unpkg.com/temporal-call-transfer/schemas/${String(file)}`);
    expect(title).toMatch(/^[A-Z][a-z ]+$/);
  }
});

test('their patterns have no escape that only some dialects of regular expressions read', () => {
  for (const text of jsonSchemas().values()) expect(text).not.toMatch(/\\\\[ux]/);
});

test('what starts a conversation needs a country, or SIP', () => {
  expect(JSON.parse(jsonSchemas().get('call-transfer-input.json') ?? '')).toMatchObject({
    required: ['conversationId'],
    anyOf: [{ required: ['country'] }, { required: ['type'], properties: { type: { const: 'SIP' } } }],
  });
});
