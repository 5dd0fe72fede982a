import { STANDARD_INPUT } from '../io/inputs/names.ts';

/** What there is to mind of a command that is handed out: what it reads may be gone when it is run. */
export function commandWarnings(
  inputs: readonly string[],
  options: readonly (readonly [option: string, value: string])[],
): string[] {
  const warnings = options
    .filter(([, value]) => /^\/(dev|proc\/[^/]+)\/fd\//.test(value))
    .map(
      ([option, value]) => `the command names --${option} ${value}, which is this run's own: give it anew`,
    );
  if (inputs.includes(STANDARD_INPUT)) {
    warnings.push('the command reads the same binary logs from standard input (-) once more');
  }
  return warnings;
}
