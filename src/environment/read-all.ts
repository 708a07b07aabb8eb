import { EnvironmentError } from './read-environment';

type Answers<Reads extends readonly (() => unknown)[]> = {
  -readonly [Index in keyof Reads]: Awaited<ReturnType<Reads[Index]>>;
};

/**
 * Reads several parts of an environment.
 *
 * @throws EnvironmentError naming the mistakes of all of them at once
 */
export async function readAll<const Reads extends readonly (() => unknown)[]>(
  ...reads: Reads
): Promise<Answers<Reads>> {
  const mistakes: string[] = [];
  const answers: unknown[] = [];
  for (const read of reads) {
    try {
      answers.push(await read());
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      mistakes.push(...error.mistakes);
    }
  }
  if (mistakes.length > 0) throw new EnvironmentError(mistakes);
  return answers as Answers<Reads>;
}
