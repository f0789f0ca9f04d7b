/**
 * A dialplan looked through for jumps to nowhere, with every variable empty. Asterisk hangs up on whoever makes such a
 * jump, with a line in a log: a ward at night was cut off that way because no mobile had been written down.
 * Read by the starter (the text it rendered) and by the server (what the running Asterisk lists).
 * Imports nothing: Asterisk's container runs it without the server.
 */

/** One priority of an extension. */
export type Step = {
  readonly context: string
  readonly exten: string
  readonly priority: number
  readonly label: string
  readonly app: string
  readonly data: string
}
export type Dialplan = {
  readonly steps: readonly Step[]
  readonly includes: readonly { context: string; of: string }[]
}
/** `at`: where the jump stands, `context,exten,priority`; `to`: what it names, as written. */
export type DeadEnd = { readonly at: string; readonly to: string }

/** The text of extensions.conf, its `#include`s put in by the caller. */
export function readDialplan(text: string): Dialplan {
  const steps: Step[] = []
  const includes: { context: string; of: string }[] = []
  let context = ''
  let exten = ''
  let last = 0
  for (const raw of text.split('\n')) {
    const line = raw.trim()
    const head = /^\[([^\]]+)\]/.exec(line)
    if (head) context = head[1] as string
    const included = /^include\s*=>\s*(\S+)/.exec(line)
    if (included) includes.push({ context, of: included[1] as string })
    const step = /^(?:exten\s*=>\s*([^,]+),|same\s*=>\s*)(\d+|n)(?:\(([^)]*)\))?,(\w+)(?:\((.*)\))?\s*$/.exec(line)
    if (!step) continue
    if (step[1] !== undefined) exten = step[1].trim()
    last = step[2] === 'n' ? last + 1 : Number(step[2])
    steps.push({ context, exten, priority: last, label: step[3] ?? '', app: step[4] as string, data: step[5] ?? '' })
  }
  return { steps, includes }
}

/**
 * Every jump whose target is not there once each variable in it is empty. One that is asked about first
 * (`DIALPLAN_EXISTS` of the same words, in the same extension) may name what it likes. Pure.
 */
export function deadEnds(plan: Dialplan): DeadEnd[] {
  const extensions = Map.groupBy(plan.steps, (step) => `${step.context},${step.exten}`)
  const found: DeadEnd[] = []
  for (const steps of extensions.values()) {
    const asked = new Set(steps.flatMap((step) => guards(step.data)))
    for (const step of steps)
      for (const to of targets(step.app, step.data)) {
        if (asked.has(to) || isThere(plan, step, to)) continue
        found.push({ at: `${step.context},${step.exten},${step.priority}`, to })
      }
  }
  return found
}

const JUMPS = new Set(['goto', 'gosub', 'gotoif', 'gosubif', 'gotoiftime', 'execif', 'set'])

/** Where an application may lead, as written. */
function targets(app: string, data: string): string[] {
  const name = app.toLowerCase()
  if (name === 'goto' || name === 'gosub') return [withoutArguments(data)]
  if (name === 'gotoif' || name === 'gosubif' || name === 'gotoiftime') {
    const [, ...rest] = split(data, '?')
    return split(rest.join('?'), ':')
      .map(withoutArguments)
      .filter((one) => one !== '')
  }
  if (name === 'execif') {
    const [, ...rest] = split(data, '?')
    return split(rest.join('?'), ':').flatMap((one) => {
      const inner = /^(\w+)\((.*)\)$/.exec(one.trim())
      return inner ? targets(inner[1] as string, inner[2] as string) : []
    })
  }
  if (name === 'set') {
    const handler = /^CHANNEL\(hangup_handler_\w+\)=(.+)$/.exec(data)?.[1]
    const tone = /^TONE_DETECT\(.*?g\(([^)]+)\)/.exec(data)?.[1]
    return [handler, tone].flatMap((one) => (one ? [withoutArguments(one)] : []))
  }
  if (JUMPS.has(name)) return []
  // An option that names a subroutine: Dial's and Queue's b, B, U, F, G.
  return [...data.matchAll(/[bBUFG]\(([\w-]+)\^([^)^]+)\^(\w+)/g)].map(([, ctx, ext, pri]) => `${ctx},${ext},${pri}`)
}

const guards = (data: string): string[] =>
  [...data.matchAll(/DIALPLAN_EXISTS\(/g)].map(({ index }) => {
    const from = index + 'DIALPLAN_EXISTS('.length
    return data.slice(from, closing(data, from))
  })

/** `may-dial,s,1(13900008191)` → `may-dial,s,1`. */
function withoutArguments(target: string): string {
  const text = target.trim()
  const at = split(text, '(')[0] as string
  return at.trim()
}

/** Parted at a character that stands in no bracket. */
function split(text: string, at: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const one = text[i] as string
    if (depth === 0 && one === at) {
      parts.push(text.slice(from, i))
      from = i + 1
      if (at === '(') return parts
    } else if ('({['.includes(one)) depth++
    else if (')}]'.includes(one)) depth--
  }
  return [...parts, text.slice(from)]
}

/** The bracket that closes what was opened before `from`. */
function closing(text: string, from: number): number {
  for (let i = from, depth = 1; i < text.length; i++) {
    if ('({['.includes(text[i] as string)) depth++
    else if (')}]'.includes(text[i] as string) && --depth === 0) return i
  }
  return text.length
}

/** With the extension it stands in (or one that fits its pattern) for `${EXTEN}`, and nothing for every other variable. */
function filled(text: string, exten: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const opens = text.slice(i, i + 2)
    if (opens !== '${' && opens !== '$[') {
      out += text[i]
      continue
    }
    const end = closing(text, i + 2)
    const name = /^EXTEN(?::(\d+))?$/.exec(text.slice(i + 2, end))
    if (name) out += sample(exten).slice(Number(name[1] ?? 0))
    i = end
  }
  return out
}

const SHAPE = /\[([^\]])[^\]]*\]|[XZN.!]|./g

/** A number that fits the pattern. */
function sample(exten: string): string {
  if (!exten.startsWith('_')) return exten
  return exten.slice(1).replace(SHAPE, (one, first: string | undefined) => {
    if (first !== undefined) return first
    return { X: '0', Z: '1', N: '2', '.': '0', '!': '' }[one] ?? one
  })
}

/** Whether what is dialled is this extension, or fits its pattern (pbx.c). Pure. */
export function fits(exten: string, number: string): boolean {
  if (!exten.startsWith('_')) return exten === number
  // A hyphen in a pattern, or in what is dialled, says nothing: pbx.c ignores both.
  const shape = exten
    .slice(1)
    .replace(/(\[[^\]]*\])|([XZN.!])|(.)/gi, (_, set?: string, wild?: string, own?: string) => {
      if (set) return set
      if (wild) return { X: '[0-9]', Z: '[1-9]', N: '[2-9]', '.': '.+', '!': '.*' }[wild.toUpperCase()] as string
      return own === '-' ? '' : (own as string).replace(/[\\^$*+?()|{}]/, '\\$&')
    })
  return new RegExp(`^${shape}$`).test(number.replaceAll('-', ''))
}

function isThere(plan: Dialplan, from: Step, to: string): boolean {
  const words = split(to, ',').map((word) => filled(word, from.exten).trim())
  const [priority, exten = from.exten, context = from.context] = words.toReversed()
  const own = words.length === 1
  const there = (name: string, seen: ReadonlySet<string>): Step[] => [
    ...plan.steps.filter((step) => step.context === name && (own ? step.exten === exten : fits(step.exten, exten))),
    ...plan.includes
      .filter((one) => one.context === name && !seen.has(one.of))
      .flatMap((one) => there(one.of, new Set([...seen, one.of]))),
  ]
  return there(context, new Set([context])).some(
    (step) => step.label === priority || String(step.priority) === priority,
  )
}
