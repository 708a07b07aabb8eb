import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';

import { describeIssue } from '../contract/parse';

import { routingTableSchema, type RoutingTable } from './table';

/** A routing table that cannot be used. The message lists every mistake with its place. */
export class RoutingTableError extends Error {
  override readonly name = 'RoutingTableError';
}

/**
 * Reads a routing table from the text of a JSON file (comments are allowed).
 *
 * @param text - the file's content
 * @param fileName - what the messages call the file
 * @throws RoutingTableError naming line, column, path and reason of every mistake, such as
 *   `routing.json:12:17 rules.1.when.outcome: Invalid option …`
 */
export function parseRoutingTable(text: string, fileName: string): RoutingTable {
  const place = (offset: number) => {
    const lines = text.slice(0, offset).split('\n');
    return `${fileName}:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
  };
  const syntaxErrors: ParseError[] = [];
  const root = parseTree(text, syntaxErrors, { allowTrailingComma: true });
  if (root === undefined || syntaxErrors.length > 0) {
    const mistakes = syntaxErrors.map(
      ({ offset, error }) => `${place(offset)} ${printParseErrorCode(error)}`,
    );
    throw new RoutingTableError(mistakes.join('\n') || `${place(0)} the file is empty`);
  }
  const table: unknown = getNodeValue(root);
  const result = routingTableSchema.safeParse(table);
  if (result.success) return table as RoutingTable;
  const mistakes = result.error.issues.map((issue) => {
    const path = issue.path as (string | number)[];
    const { offset } = nearestNode(root, path);
    return `${place(offset)} ${path.join('.') || 'table'}: ${describeIssue(issue)}`;
  });
  throw new RoutingTableError(mistakes.join('\n'));
}

/** The value at a path, or the closest thing around it where the path's end is what is missing. */
function nearestNode(root: Node, path: (string | number)[]): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}
