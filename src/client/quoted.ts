/** A text as a query of Temporal's list of workflows takes it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
