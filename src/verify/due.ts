import type { Plan } from '../flashback/plan.ts';
import type { SourceSide } from './source-side.ts';
import { expectedIn, type Step } from './steps.ts';
import type { SourcePlace } from './verify-error.ts';

/** What must stand next in the undo, and what of the source it comes from: for messages. */
export class Due {
  step: Step = 'format';
  /** The transaction of which the undo's BEGIN was last. */
  transaction = -1;
  readonly #plan: Plan;
  readonly #source: SourceSide;

  constructor(plan: Plan, source: SourceSide) {
    this.#plan = plan;
    this.#source = source;
  }

  /** What the step that is due expects. */
  get expected(): string {
    return expectedIn(this.step, this.#source.form, this.#plan.index.files.at(-1)!);
  }

  /** The source's event that is undone next, or the transaction that is to begin or to end. */
  get sourcePlace(): SourcePlace | undefined {
    const { step } = this;
    if (step === 'format' || step === 'automatic') return undefined;
    if (step === 'map' || step === 'rows') return this.#source.place;
    const { files, transactions } = this.#plan.index;
    const transaction = step === 'begin' ? this.#source.transaction : this.transaction;
    return {
      file: files[transactions.file.get(transaction)]!.path,
      offset: transactions.start.get(transaction),
    };
  }
}
