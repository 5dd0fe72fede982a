import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonDiffs } from '../../../src/binlog/json/apply.ts';
import { parseJson } from '../../../src/binlog/json/binary.ts';
import { encodeJson } from '../../../src/binlog/json/encode.ts';
import { hex } from '../../builder/bytes.ts';
import { anyJson, diffs, encode, int, type Json, object, type Step } from '../../builder/json.ts';
import { thrownBy } from '../../helpers.ts';

const apply = (before: Uint8Array, ...steps: Step[]): Buffer =>
  Buffer.from(applyJsonDiffs(before, diffs(...steps)));
const refused = (before: Json, ...steps: Step[]): string =>
  thrownBy(() => apply(encode(before), ...steps)).code;

describe('applying JSON diffs', () => {
  it('changes nothing without diffs', () => {
    const before = encode([1n].map((n) => ({ int: n })));
    expect(applyJsonDiffs(before, new Uint8Array(0))).toBe(before);
  });

  it('applies the specimens of MySQL 9.7', () => {
    const before = hex(
      `00 0400 4c00 | 20000100 21000100 22000100 23000200 | 022500 040000 0f3b00 0b4400 | 61 64 65 6263
       | 0400 1600 050100 05ffff 071000 0c1400 70110100 0178 | f6 07 0a01 80000001 05 | 000000000000f83f`,
    );
    const between = hex(
      `00 0300 4e00 | 19000100 1a000100 1b000200 | 021d00 0f3e00 024700 | 61 65 6263
       | 0400 2100 001000 05ffff 05feff 0c1e00 | 0100 0e00 0b000100 0c0c00 6b 0176 | 027979 | f6070a018000000105 | 0100 0700 050200`,
    );
    const after = hex(
      `00 0400 6300 | 20000100 21000100 22000200 24000600 | 022a00 060700 025800 0c5f00 | 61 65 6263 7122095cc3bc
       | 0500 2e00 001300 05ffff 05feff 0c2100 0f2400 | 0100 0e00 0b000100 0c0c00 6b 0176 | 027979 | 0a080000000000bab219 | 0100 0700 050200 | 036e6577`,
    );
    const first = hex(
      `00 06 242e615b335d 04 0c027979 | 00 04 242e6263 08 02 0100 0700 050200 | 00 06 242e615b325d 03 05feff
       | 00 06 242e615b305d 0f 00 0100 0e00 0b000100 0c0c00 6b 0176 | 02 03 242e64`,
    );
    const second = hex(
      `01 0d 242e22715c225c745c5cc3bc22 05 0c036e6577 | 01 06 242e615b395d 0b 0f0a080000000000bab219 | 00 03 242e65 03 060700`,
    );
    expect(Buffer.from(applyJsonDiffs(before, first))).toEqual(between);
    expect(Buffer.from(applyJsonDiffs(between, second))).toEqual(after);
  });

  it('does not write into the document it was given', () => {
    const before = encode(object({ a: 'xyz' }));
    const copy = Buffer.from(before);
    apply(before, { op: 'replace', path: '$.a', value: 'z' });
    expect(before).toEqual(copy);
  });
});

describe('changes in place', () => {
  // Each step on what the one before left, as in the comments of MySQL's json_binary.cc.
  const abcDef = encode(['abc', 'def']);
  const xyDef = hex('02 0200 1200 0c0a00 0c0e00 | 02 5859 63 | 03 646566');
  const xyXyzw = hex('02 0200 1200 0c0a00 0c0d00 | 02 5859 | 04 58595a57');
  const xyNumber = hex('02 0200 1200 0c0a00 05c801 | 02 5859 | 04 58595a57');

  it('takes the bytes of a longer value', () => {
    expect(apply(abcDef, { op: 'replace', path: '$[0]', value: 'XY' })).toEqual(xyDef);
  });

  it('takes the gap in front of a value', () => {
    expect(apply(xyDef, { op: 'replace', path: '$[1]', value: 'XYZW' })).toEqual(xyXyzw);
  });

  it('takes no bytes for what fits the entry', () => {
    expect(apply(xyXyzw, { op: 'replace', path: '$[1]', value: int(456) })).toEqual(xyNumber);
  });

  it('gives an inlined value the bytes behind the value in front of it', () => {
    const after = hex('02 0200 1200 0c0a00 0c0d00 | 02 5859 | 02 6162 5a57');
    expect(apply(xyNumber, { op: 'replace', path: '$[1]', value: 'ab' })).toEqual(after);
  });

  it('takes the gap behind a value', () => {
    expect(apply(xyDef, { op: 'replace', path: '$[0]', value: 'abc' })).toEqual(abcDef);
  });

  it('prefers the gap behind a value to the one in front of it', () => {
    const short = apply(
      encode(['abc', 'def', 'ghi']),
      { op: 'replace', path: '$[0]', value: 'X' },
      { op: 'replace', path: '$[1]', value: 'Y' },
    );
    expect(short).toEqual(hex('02 0300 1900 0c0d00 0c1100 0c1500 | 0158 6263 | 0159 6566 | 03676869'));
    const after = hex('02 0300 1900 0c0d00 0c1100 0c1500 | 0158 6263 | 025a5a 66 | 03676869');
    expect(apply(short, { op: 'replace', path: '$[1]', value: 'ZZ' })).toEqual(after);
  });

  it('removes a member by closing ranks, and an element too', () => {
    const before = encode(object({ a: 'x', b: 'y', c: 'z' }));
    const after = hex(
      `00 0200 2200 | 19000100 1b000100 | 0c1c00 0c2000 | 000c1e000c2000 | 61 62 63 | 0178 0179 017a`,
    );
    expect(apply(before, { op: 'remove', path: '$.b' })).toEqual(after);
    const shorter = hex('02 0100 1200 0c0e00 0c0e00 | 03 616263 | 03 646566');
    expect(apply(abcDef, { op: 'remove', path: '$[0]' })).toEqual(shorter);
  });

  it('brings the sign of a short integer into the entry of a large container', () => {
    const before = encode(['x'.repeat(70_000), true, true]);
    const after = apply(
      before,
      { op: 'replace', path: '$[1]', value: int(-2) },
      { op: 'replace', path: '$[2]', value: int(-70_000) },
    );
    expect(after.equals(encode(['x'.repeat(70_000), int(-2), int(-70_000)]))).toBe(true);
  });

  it('finds no room for one byte too many, and closes all gaps', () => {
    const value = 'abcd';
    expect(apply(xyDef, { op: 'replace', path: '$[0]', value })).toEqual(encode([value, 'def']));
    expect(apply(xyXyzw, { op: 'replace', path: '$[0]', value: 'XYZ' })).toEqual(encode(['XYZ', 'XYZW']));
  });

  it('closes the gaps of earlier steps once a later one finds no room', () => {
    const steps: Step[] = [
      { op: 'replace', path: '$[0]', value: 'X' },
      { op: 'insert', path: '$[2]', value: null },
    ];
    expect(apply(abcDef, ...steps)).toEqual(encode(['X', 'def', null]));
  });

  it('closes all gaps where a step changes nothing, for in place none is logged', () => {
    expect(apply(xyDef, { op: 'replace', path: '$[1]', value: 'def' })).toEqual(encode(['XY', 'def']));
  });

  it('finds its way through gaps', () => {
    const before = apply(encode(object({ a: [['deep', 'x']], b: 'y' })), {
      op: 'replace',
      path: '$.a[0][0]',
      value: 'd',
    });
    const after = apply(before, { op: 'replace', path: '$.a[last][last]', value: 'xyz' });
    expect(after.length).toBe(before.length);
    expect(Buffer.from(encodeJson(parseJson(after)))).toEqual(encode(object({ a: [['d', 'xyz']], b: 'y' })));
  });
});

describe('changes of the tree', () => {
  it.each<[string, Json, Step, Json]>([
    [
      'a first key',
      object({ bb: true }),
      { op: 'insert', path: '$.a', value: null },
      object({ a: null, bb: true }),
    ],
    [
      'a last key',
      object({ bb: true }),
      { op: 'insert', path: '$.cc', value: null },
      object({ bb: true, cc: null }),
    ],
    [
      'an element in the middle',
      [true, false],
      { op: 'insert', path: '$[1]', value: null },
      [true, null, false],
    ],
    ['an element beyond the end', [true], { op: 'insert', path: '$[9]', value: null }, [true, null]],
    ['an element before the first', [true], { op: 'insert', path: '$[last-9]', value: null }, [null, true]],
    [
      'a large value',
      ['a'],
      { op: 'replace', path: '$[0]', value: 'x'.repeat(70_000) },
      ['x'.repeat(70_000)],
    ],
  ])('puts %s', (_, before, step, after) => {
    expect(apply(encode(before), step).equals(encode(after))).toBe(true);
  });

  it('takes the null literal for an empty column', () => {
    expect(thrownBy(() => apply(new Uint8Array(0), { op: 'insert', path: '$[0]', value: null })).code).toBe(
      'DAMAGED',
    );
  });
});

describe('diffs that do not fit', () => {
  const before = object({ a: [true], s: 'x' });
  it.each<[string, Step]>([
    ['a member that is not there', { op: 'replace', path: '$.b', value: null }],
    ['an element that is not there', { op: 'replace', path: '$.a[1]', value: null }],
    ['an element of an object', { op: 'replace', path: '$[0]', value: null }],
    ['a member of an array', { op: 'replace', path: '$.a.a', value: null }],
    ['a member of a scalar', { op: 'replace', path: '$.s.a', value: null }],
    ['an element of a scalar', { op: 'replace', path: '$.s[0]', value: null }],
    ['a parent that is not there', { op: 'insert', path: '$.b.a', value: null }],
    ['a parent of another kind', { op: 'insert', path: '$.a[0].b', value: null }],
    ['an element of an object, put', { op: 'insert', path: '$[0]', value: null }],
    ['a member of an array, put', { op: 'insert', path: '$.a.b', value: null }],
    ['a key that is there', { op: 'insert', path: '$.s', value: null }],
    ['a member to remove that is not there', { op: 'remove', path: '$.b' }],
    ['an element to remove that is not there', { op: 'remove', path: '$.a[1]' }],
    ['an element to remove from a scalar', { op: 'remove', path: '$.s[0]' }],
  ])('are refused: %s', (_, step) => {
    expect(refused(before, step)).toBe('DAMAGED');
    // And so they are once the document is a tree.
    expect(refused(before, { op: 'insert', path: '$.tree', value: null }, step)).toBe('DAMAGED');
  });

  it('are refused when they nest too deep or the document is damaged', () => {
    let deep: Json = [];
    for (let i = 1; i < 60; i++) deep = [deep];
    expect(refused([deep], { op: 'insert', path: `$${'[0]'.repeat(60)}`, value: deep })).toBe('DAMAGED');
    expect(thrownBy(() => apply(hex('02 0100'), { op: 'remove', path: '$[0]' })).code).toBe('DAMAGED');
  });
});

/** What an update does to plain values; the steps that do not fit are left out. */
function model(before: Json, steps: readonly RandomStep[]): { steps: Step[]; after: Json } {
  const root: Json[] = [structuredClone(before)];
  const fitting: Step[] = [];
  for (const { turns, op, value: shared, name } of steps) {
    // What is put may be changed by a later step; the step itself must not.
    const value = structuredClone(shared);
    const put = structuredClone(shared);
    let path = '$';
    let holder: Json = root;
    let place: string | number = 0;
    for (const turn of turns) {
      const at: Json = child(holder, place);
      const places = placesOf(at);
      if (places.length === 0) break;
      holder = at;
      place = places[turn % places.length]!;
      path += typeof place === 'number' ? `[${place}]` : `.${JSON.stringify(place)}`;
    }
    if (op === 'insert') {
      const at: Json = child(holder, place);
      if (Array.isArray(at)) {
        fitting.push({ op, path: `${path}[${at.length}]`, value });
        at.push(put);
      } else if (isObject(at) && !Object.hasOwn(at.object, name)) {
        fitting.push({ op, path: `${path}.${JSON.stringify(name)}`, value });
        at.object[name] = put;
      }
    } else if (holder !== root) {
      if (op === 'remove') {
        fitting.push({ op, path });
        if (Array.isArray(holder)) holder.splice(place as number, 1);
        else delete (holder as { object: Record<string, Json> }).object[place];
      } else {
        fitting.push({ op, path, value });
        if (Array.isArray(holder)) holder[place as number] = put;
        else (holder as { object: Record<string, Json> }).object[place] = put;
      }
    }
  }
  return { steps: fitting, after: root[0]! };
}

const isObject = (json: Json): json is { object: Record<string, Json> } =>
  typeof json === 'object' && json !== null && 'object' in json;

function placesOf(json: Json): (string | number)[] {
  if (Array.isArray(json)) return [...json.keys()];
  return isObject(json) ? Object.keys(json.object) : [];
}

function child(json: Json, place: string | number): Json {
  return Array.isArray(json)
    ? json[place as number]!
    : (json as { object: Record<string, Json> }).object[place]!;
}

interface RandomStep {
  readonly turns: readonly number[];
  readonly op: 'replace' | 'insert' | 'remove';
  readonly value: Json;
  readonly name: string;
}

const randomSteps: fc.Arbitrary<RandomStep[]> = fc.array(
  fc.record({
    turns: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
    op: fc.constantFrom('replace', 'replace', 'replace', 'insert', 'remove'),
    value: anyJson(2),
    name: fc.string({ unit: 'binary', maxLength: 3 }),
  }),
  { maxLength: 6 },
);

describe('any diffs', () => {
  it('leave the document that the same changes of plain values leave', () => {
    fc.assert(
      fc.property(anyJson(), randomSteps, randomSteps, (before, first, second) => {
        const once = model(before, first);
        const twice = model(once.after, second);
        const middle = apply(encode(before), ...once.steps);
        expect(Buffer.from(encodeJson(parseJson(middle)))).toEqual(encode(once.after));
        // From here on with gaps.
        const last = apply(middle, ...twice.steps);
        expect(Buffer.from(encodeJson(parseJson(last)))).toEqual(encode(twice.after));
        if (twice.steps.some(({ op }) => op === 'insert')) expect(last).toEqual(encode(twice.after));
        else if (last.length !== middle.length) expect(last).toEqual(encode(twice.after));
      }),
      { numRuns: 1000 },
    );
  });

  it('are applied or refused with DAMAGED whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        anyJson(),
        randomSteps,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        (before, steps, changes) => {
          const document = encode(before);
          const patch = diffs(...model(before, steps).steps);
          for (const [at, byte] of changes) {
            const target = at % 2 === 0 || patch.length === 0 ? document : patch;
            target[(at >> 1) % target.length] = byte;
          }
          try {
            parseJson(applyJsonDiffs(document, patch));
          } catch (error) {
            expect(error).toMatchObject({ name: 'BinflashError', code: 'DAMAGED' });
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
