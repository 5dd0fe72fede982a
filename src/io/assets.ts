import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ioError } from './source.ts';

/** Where the build puts what the page of a report is made with; run from its sources, this takes the last build's. */
const folder = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/report/' : '../report/',
  import.meta.url,
);

/** The page's script and style. @throws BinflashError `IO` when they are not there */
export async function readReportAssets(): Promise<{ script: string; style: string }> {
  const [script, style] = await Promise.all([readAsset('client.js'), readAsset('client.css')]);
  return { script, style };
}

async function readAsset(name: string): Promise<string> {
  const path = fileURLToPath(new URL(name, folder));
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw ioError('cannot be read', path, error);
  }
}
