/** Shows figures, and keeps them in docs/benchmarks.md between the marks of their section. */
import { readFileSync, writeFileSync } from 'node:fs';

export type Rows = readonly (readonly [what: string, figure: string, beside: string])[];

export function table(rows: Rows): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, figure, beside] of rows) {
    process.stdout.write(`  ${what.padEnd(width)}  ${figure.padStart(10)}  ${beside}\n`);
  }
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
export function keepFigures(name: string, rows: Rows): void {
  const file = new URL('../docs/benchmarks.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const lines = rows.map((row) => `| ${row.join(' | ')} |`);
  const kept = ['| what | figure | beside it |', '|---|---:|---|', ...lines].join('\n');
  const section = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- /${name} -->)`);
  writeFileSync(file, text.replace(section, `$1\n${kept}\n$2`));
}
