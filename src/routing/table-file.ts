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
    const before = text.slice(0, offset);
    return `${fileName}:${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
  };
  const syntaxErrors: ParseError[] = [];
  // Text without a tree has a syntax error.
  const root = parseTree(text, syntaxErrors, { allowTrailingComma: true }) as Node;
  if (syntaxErrors.length > 0) {
    const mistakes = syntaxErrors.map(
      ({ offset, error }) => `${place(offset)} ${printParseErrorCode(error)}`,
    );
    throw new RoutingTableError(mistakes.join('\n'));
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

/** The value at a path, or the closest thing around it where the path's end is what is missing: at last the root. */
const nearestNode = (root: Node, path: (string | number)[]): Node =>
  findNodeAtLocation(root, path) ?? nearestNode(root, path.slice(0, -1));
