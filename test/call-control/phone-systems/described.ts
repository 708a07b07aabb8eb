/** The webhooks of a phone system, as `schemas/openapi.json` describes them to its readers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import type { PhoneSystem } from '../../../src/call-control/index';
import { projectRoot } from '../../support/run-folder';

interface Content {
  schema: { properties?: object; anyOf?: unknown[] };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  summary: string;
  parameters?: { in: string; name: string }[];
  requestBody: {
    content: Record<string, Content>;
  };
  responses: Record<string, { content: object }>;
}

const { paths } = JSON.parse(readFileSync(join(projectRoot, 'schemas', 'openapi.json'), 'utf8')) as {
  paths: Record<string, { post: Operation }>;
};

/** How many kinds of a body there are, its fields, and the titles of its parts. */
const shapeOf = (schema: Content['schema']) => ({
  kinds: schema.anyOf?.length,
  fields: Object.keys(schema.properties ?? {}),
  titles: JSON.stringify(schema).match(/"title":"\w+"/g),
});

/** What the published description says of a webhook. */
export function published(path: string) {
  const { summary, parameters = [], requestBody, responses } = (paths[path] as { post: Operation }).post;
  const [[accepts, { schema, example, examples = {} }] = ['', { schema: {} }]] = Object.entries(
    requestBody.content,
  );
  return {
    ...shapeOf(schema),
    summary,
    accepts,
    answers: Object.keys(responses['200']?.content ?? {}),
    query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    examples: example === undefined ? Object.values(examples).map(({ value }) => value) : [example],
  };
}

/** The same, as the phone system says it of itself. */
export const describedBy = ({ name, hooks }: PhoneSystem) =>
  Object.entries(hooks).map(([hook, { summary, accepts, answers, query, body }]) => {
    const examples = body.meta()?.['examples'];
    const schema = z.toJSONSchema(body, { io: 'input' });
    const parameters = query === undefined ? {} : z.toJSONSchema(query, { io: 'input' }).properties;
    return {
      path: `/${name}/${hook}`,
      said: {
        summary,
        accepts,
        answers: [answers],
        query: Object.keys(parameters ?? {}),
        examples,
        ...shapeOf(schema),
      },
    };
  });
