/** Which conversations may go to GenerativeAgent, while an owner goes live in steps. */
import { createHash } from 'node:crypto';

import { z } from 'zod';

import { describeIssues } from '../contract/parse';
import { ChangingFile } from '../environment/changing-file';

export const shareSchema = z.number().min(0).max(100);

/** What is not there has its default: everybody may. */
export const admissionSchema = z.strictObject({
  /** False: no conversation begins with GenerativeAgent. */
  enabled: z.boolean().exactOptional(),
  /** How many conversations of a hundred may, 0 to 100. */
  share: shareSchema.exactOptional(),
});
export type Admission = z.infer<typeof admissionSchema>;

/** How it is found out at each conversation that begins. */
export type ReadAdmission = () => Admission | Promise<Admission>;

/**
 * Whether a conversation may go to GenerativeAgent: by a hash of its id, so that it always gets the same answer, and one
 * that was let in stays in while the share grows.
 */
export function isAdmitted(conversationId: string, { enabled = true, share = 100 }: Admission): boolean {
  // 32 bits of the hash, as a part of a hundred.
  const place = (createHash('sha256').update(conversationId).digest().readUInt32BE() / 2 ** 32) * 100;
  return enabled && place < share;
}

/**
 * Reads from a file of JSON, such as `{"enabled": true, "share": 25}`, which is read again when it changes. What it does not
 * say is as in `otherwise`.
 *
 * @throws Error if it cannot be used at first; later a mistake leaves what it said before, and is a warning of the process
 */
export function admissionFromFile(path: string, otherwise: Admission = {}): ReadAdmission {
  const file = new ChangingFile(path, {
    parse: parseAdmission,
    onProblem: (message) => {
      process.emitWarning(`Who may go to GenerativeAgent stays as it was: ${path}: ${message}`);
    },
  });
  return async () => ({ ...otherwise, ...(await file.current()) });
}

function parseAdmission(text: string): Admission {
  const { success, data, error } = admissionSchema.safeParse(JSON.parse(text));
  if (!success) throw new Error(describeIssues(error, 'admission'));
  return data;
}
