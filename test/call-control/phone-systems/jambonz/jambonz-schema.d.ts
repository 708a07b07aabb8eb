/** What jambonz publishes of its own validator, as far as it is used here. */
declare module '@jambonz/schema' {
  export function validateApp(verbs: unknown): {
    valid: boolean;
    errors: { path: string; message: string }[];
  };
  /** Throws where a verb does not fit. */
  export function validate(logger: Pick<Console, 'info' | 'error' | 'debug'>, verbs: unknown): void;
}
