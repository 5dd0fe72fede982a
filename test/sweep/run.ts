/** The whole sweep (docs/fuzzing.md): `make sweep`. */
import { forms } from './forms.ts';
import { type Counts, sweepForm } from './sweep.ts';

const every = Number(process.env.BINFLASH_SWEEP_EVERY ?? 1);
const totals: Counts = {};
let wrong = 0;
for (const form of forms()) {
  const counts: Counts = {};
  const begun = Date.now();
  const found = await sweepForm(form, counts, every);
  wrong += found.length;
  for (const line of found.slice(0, 20)) console.log(line);
  for (const [code, times] of Object.entries(counts)) totals[code] = (totals[code] ?? 0) + times;
  const text = Object.entries(counts).map(([code, times]) => `${code} ${times}`);
  console.log(`${form.name}: ${text.join(', ')}; ${Math.round((Date.now() - begun) / 1000)} s`);
}
console.log(`in all: ${JSON.stringify(totals)}, ${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;
