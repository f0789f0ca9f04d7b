import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The hand-written configuration, in the checkout. */
export const CONFIG_DIR = join(import.meta.dirname, '../../asterisk-config')

/** Module names (without `.so`) that one instance's `modules.conf` loads, in order. */
export async function modulesOf(instance: 'pbx' | 'campus'): Promise<string[]> {
  const text = await readFile(join(CONFIG_DIR, instance, 'modules.conf'), 'utf8')
  return [...text.matchAll(/^load\s*=>?\s*(\S+)\.so/gm)].map((found) => found[1] as string)
}

/** Every module that either instance loads: what a usable Asterisk must have. */
export async function modulesWanted(): Promise<string[]> {
  return [...new Set([...(await modulesOf('pbx')), ...(await modulesOf('campus'))])]
}
