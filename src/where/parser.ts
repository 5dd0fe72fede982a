import type { FilterText } from '../select/filter-text.ts';
import { filterError } from './filter-error.ts';
import type { ColumnOperand, Comparison, Condition, ImageName, Literal, Operand } from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

/** Deeper parentheses would take the stack, and nobody writes them. */
const MOST_DEPTH = 200;

/** Words that mean something wherever they stand; a column of that name goes into backticks. */
const RESERVED = new Set(['AND', 'OR', 'XOR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'IS', 'NULL', 'TRUE', 'FALSE']);

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<=>': '<=>',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

const LOOSEST = [
  { kind: 'or', words: ['OR', '||'] },
  { kind: 'xor', words: ['XOR'] },
  { kind: 'and', words: ['AND', '&&'] },
] as const;

/**
 * Parses the condition of a row filter: SQL's WHERE without arithmetic, functions (but `changed`) and subqueries.
 *
 *     condition  := term { (OR | '||' | XOR | AND | '&&' | NOT | '!') ... }, the usual precedence
 *     predicate  := '(' condition ')' [IS [NOT] (TRUE | FALSE | UNKNOWN)]
 *                 | CHANGED '(' column ')'
 *                 | operand [comparison operand]
 *                 | operand [NOT] IN '(' operand, ... ')'
 *                 | operand [NOT] BETWEEN operand AND operand
 *                 | operand [NOT] LIKE operand [ESCAPE 'c']
 *                 | operand IS [NOT] (NULL | TRUE | FALSE | UNKNOWN)
 *     operand    := [(BEFORE | AFTER) '.'] column | literal
 *
 * @throws BinflashError `USAGE` with the text and a caret at the place
 */
export function parseCondition(filter: FilterText): Condition {
  return new Parser(filter).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor({ text, conditionAt }: FilterText) {
    this.#text = text;
    this.#tokens = tokenize(text, conditionAt);
  }

  parse(): Condition {
    if (this.#tokens.length === 1) throw this.#error('the condition is missing');
    const condition = this.#chain(0);
    const { kind, text } = this.#token;
    if (kind !== 'end') {
      throw this.#error(
        text === ')' ? 'there is no ( to this )' : 'AND, OR or the end was expected here',
        text === '.' ? 'Only before. and after. may stand before a column.' : undefined,
      );
    }
    return condition;
  }

  get #token(): Token {
    return this.#tokens[this.#next]!;
  }

  #error(message: string, hint?: string, at: number = this.#token.at): Error {
    return filterError(this.#text, at, message, hint);
  }

  /** Is the token at hand, or the one `ahead` of it, this sign or unquoted word, whatever its case? */
  #is(word: string, ahead = 0): boolean {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)]!;
    return (token.kind === 'word' || token.kind === 'sign') && token.text.toUpperCase() === word;
  }

  #take(...words: string[]): boolean {
    const found = words.some((word) => this.#is(word));
    if (found) this.#next++;
    return found;
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw this.#error(`${word} was expected here`);
  }

  /** OR, XOR and AND, from the loosest to the tightest. */
  #chain(level: number): Condition {
    const operator = LOOSEST[level];
    if (operator === undefined) return this.#not();
    const terms = [this.#chain(level + 1)];
    while (this.#take(...operator.words)) terms.push(this.#chain(level + 1));
    return terms.length === 1 ? terms[0]! : { kind: operator.kind, terms };
  }

  #not(): Condition {
    if (this.#take('NOT')) return { kind: 'not', of: this.#deeper(() => this.#not()) };
    return this.#predicate();
  }

  #deeper(parse: () => Condition): Condition {
    if (++this.#depth > MOST_DEPTH)
      throw this.#error(`more than ${MOST_DEPTH} levels of parentheses and NOT`);
    const condition = parse();
    this.#depth--;
    return condition;
  }

  #predicate(): Condition {
    // Unlike NOT, ! binds tighter than any comparison: what it may stand before is a whole predicate in itself.
    if (this.#take('!')) return { kind: 'not', of: this.#deeper(() => this.#negatable()) };
    if (this.#is('(')) return this.#truthOf(this.#parenthesized());
    if (this.#is('CHANGED') && this.#is('(', 1)) return this.#truthOf(this.#changed());
    const operand = this.#operand();
    const comparison = this.#token.kind === 'sign' ? COMPARISONS[this.#token.text] : undefined;
    if (comparison !== undefined) {
      this.#next++;
      const compared: Condition = { kind: 'compare', comparison, left: operand, right: this.#operand() };
      if (this.#token.kind === 'sign' && COMPARISONS[this.#token.text] !== undefined) {
        throw this.#error('two comparisons in a row', 'Put AND between them.');
      }
      return this.#truthOf(compared);
    }
    if (this.#is('IS')) return this.#is_(operand);
    const negated = this.#take('NOT');
    if (this.#take('IN')) return { kind: 'in', negated, operand, list: this.#list() };
    if (this.#take('BETWEEN')) {
      const low = this.#operand();
      this.#expect('AND');
      return { kind: 'between', negated, operand, low, high: this.#operand() };
    }
    if (this.#take('LIKE')) return this.#like(operand, negated);
    if (negated) throw this.#error('IN, BETWEEN or LIKE was expected here');
    return { kind: 'value', operand };
  }

  #negatable(): Condition {
    if (this.#take('!')) return { kind: 'not', of: this.#deeper(() => this.#negatable()) };
    if (this.#is('(')) return this.#parenthesized();
    if (this.#is('CHANGED') && this.#is('(', 1)) return this.#changed();
    const operand = this.#operand();
    const { kind, text } = this.#token;
    if (kind === 'sign' && COMPARISONS[text] !== undefined) {
      throw this.#error('! binds tighter than this', 'Write NOT, or put what is negated into parentheses.');
    }
    return { kind: 'value', operand };
  }

  #parenthesized(): Condition {
    this.#expect('(');
    const condition = this.#deeper(() => this.#chain(0));
    if (!this.#take(')')) throw this.#error(') was expected here');
    const { kind, text } = this.#token;
    if (kind === 'sign' && COMPARISONS[text] !== undefined) {
      throw this.#error(
        'a condition cannot be compared with a value',
        'Use IS TRUE, IS FALSE or IS UNKNOWN.',
      );
    }
    return condition;
  }

  #changed(): Condition {
    this.#next += 2;
    const column = this.#operand();
    if (column.kind !== 'column') throw this.#error('changed() takes a column', undefined, column.at);
    if (column.image !== undefined) {
      throw this.#error('changed() looks at both images', 'Name the column alone.', column.at);
    }
    this.#expect(')');
    return { kind: 'changed', column };
  }

  /** `IS [NOT] TRUE` and the like behind a condition. */
  #truthOf(of: Condition): Condition {
    if (!this.#take('IS')) return of;
    const negated = this.#take('NOT');
    const truth = (['TRUE', 'FALSE', 'UNKNOWN'] as const).find((word) => this.#take(word));
    if (truth === undefined) throw this.#error('TRUE, FALSE or UNKNOWN was expected here');
    return { kind: 'is', negated, truth: truth.toLowerCase() as 'true', of };
  }

  /** The same and NULL behind an operand. */
  #is_(operand: Operand): Condition {
    const negated = this.#is('NOT', 1);
    if (!this.#is('NULL', negated ? 2 : 1)) return this.#truthOf({ kind: 'value', operand });
    this.#next += negated ? 3 : 2;
    return { kind: 'is-null', negated, operand };
  }

  #list(): Operand[] {
    this.#expect('(');
    const list = [this.#operand()];
    while (this.#take(',')) list.push(this.#operand());
    if (!this.#take(')')) throw this.#error(', or ) was expected here');
    return list;
  }

  #like(operand: Operand, negated: boolean): Condition {
    const pattern = this.#operand();
    let escaping = '\\';
    if (this.#take('ESCAPE')) {
      const token = this.#token;
      if (token.kind !== 'string' || [...token.text].length !== 1) {
        throw this.#error("ESCAPE takes one character, as in ESCAPE '|'");
      }
      escaping = token.text;
      this.#next++;
    }
    return { kind: 'like', negated, operand, pattern, escape: escaping };
  }

  #operand(): Operand {
    const token = this.#token;
    const { at, kind, text } = token;
    switch (kind) {
      case 'string':
        this.#next++;
        return { kind, text, at };
      case 'hex':
      case 'bits':
        this.#next++;
        return { kind, digits: text, at };
      case 'number':
        this.#next++;
        return { kind, text, at };
      case 'quoted':
        this.#next++;
        return { kind: 'column', image: undefined, name: text, at };
      case 'word':
        return this.#word(token);
      case 'sign':
        if (text === '-' || text === '+') return this.#signed();
    }
    throw this.#error(
      kind === 'end'
        ? 'a value or a column was expected at the end'
        : 'a value or a column was expected here',
      text === '(' ? 'Subqueries and lists of columns are not understood.' : undefined,
    );
  }

  #signed(): Literal {
    const { text, at } = this.#token;
    this.#next++;
    const number = this.#token;
    if (number.kind !== 'number') throw this.#error('a number was expected here', 'There is no arithmetic.');
    this.#next++;
    return { kind: 'number', text: text === '-' ? `-${number.text}` : number.text, at };
  }

  #word({ text, at }: Token): Operand {
    const word = text.toUpperCase();
    if (word === 'NULL') {
      this.#next++;
      return { kind: 'null', at };
    }
    if (word === 'TRUE' || word === 'FALSE') {
      this.#next++;
      return { kind: 'boolean', value: word === 'TRUE', at };
    }
    if (RESERVED.has(word)) {
      throw this.#error(
        'a value or a column was expected here',
        `A column of that name is written \`${text}\`.`,
      );
    }
    this.#next++;
    const next = this.#token;
    if (next.kind === 'string' && (word === 'DATE' || word === 'TIME' || word === 'TIMESTAMP')) {
      this.#next++;
      return { kind: 'temporal', type: word.toLowerCase() as 'date', text: next.text, at };
    }
    if ((word === 'BEFORE' || word === 'AFTER') && this.#take('.')) {
      return this.#imageColumn(word.toLowerCase() as ImageName, at);
    }
    if (this.#is('('))
      throw this.#error(`the function ${text} is not understood`, 'There is only changed(column).', at);
    return { kind: 'column', image: undefined, name: text, at };
  }

  #imageColumn(image: ImageName, at: number): ColumnOperand {
    const { kind, text } = this.#token;
    if (kind !== 'word' && kind !== 'quoted') throw this.#error('a column was expected here');
    this.#next++;
    return { kind: 'column', image, name: text, at };
  }
}
