import { describe, expect, it } from 'vitest';
import { forms } from './forms.ts';
import { sweepForm } from './sweep.ts';

/** One place of so many: some seconds of what `make sweep` does in half an hour. */
const EVERY = 997;

describe('cut anywhere, and with any byte flipped', () => {
  it.each(forms())('$name ends as it should', async (form) => {
    // Not the same places in each.
    expect(await sweepForm(form, {}, EVERY, form.name.length * 17)).toEqual([]);
  });
});
