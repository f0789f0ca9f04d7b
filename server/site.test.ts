import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { EXAMPLE } from '../scripts/parts/site-example.ts'
import { readSite, SiteRefused } from './site.ts'

/** The problems of the example, changed. */
function problemsOf(change: (site: Record<string, unknown>) => void): string {
  const site = structuredClone(EXAMPLE) as Record<string, unknown>
  change(site)
  try {
    readSite(JSON.stringify(site))
    return ''
  } catch (error) {
    if (!(error instanceof SiteRefused)) throw error
    return error.message
  }
}

t.test('the example is a whole site, and its remarks are no settings', async (t) => {
  const site = readSite(JSON.stringify(EXAMPLE))
  t.match(site, {
    campuses: [{ code: 'old' }, { code: 'new' }],
    trunks: [{ campus: 'old', gateway: '10.1.0.5:5060', busyTone: true }, { lateName: false }],
    radio: [
      { port: 'old', campus: 'old', gateway: '10.1.0.9:5060' },
      { port: 'new', gateway: null },
    ],
    handset: 'd8190',
    sip: { host: '10.2.0.20', external: null },
  })
  t.equal(Object.keys(site).filter((key) => key.startsWith('//')).length, 0)
})

t.test('what is left out has its usual value', async (t) => {
  const least = {
    hospital: EXAMPLE.hospital,
    campuses: [{ code: 'main', zh: '本部', en: 'Main' }],
    trunks: [{ campus: 'main', from: ['10.9.0.0/24'], gateway: '10.9.0.5:5060' }],
    lines: [{ code: 'it', zh: '信息', en: 'IT', numbers: { main: '8002' } }],
    sip: { host: '10.9.0.20' },
  }
  t.match(readSite(JSON.stringify(least)), {
    timeZone: 'Asia/Shanghai',
    campuses: [{ seal: 'outlined' }],
    trunks: [{ busyTone: false, lateName: false, outside: '', silence: null, wards: ['[67]XXXX'] }],
    deskPhones: [],
    radio: [],
    handset: null,
    mobileTrunk: 'main',
    sip: { port: 5060, permit: [] },
    seconds: { queue: 60 },
  })
})

t.test('a wrong field is named, with what it should be', async (t) => {
  const wrong: [(site: Record<string, unknown>) => void, RegExp][] = [
    [
      (site) => Object.assign((site.trunks as object[])[0] as object, { silence: 'vad' }),
      /trunks\[0\]\.silence: must not be "vad"; sound, comfort-noise or nothing/,
    ],
    [(site) => Object.assign(site, { trunk: [] }), /^ {2}trunk: is not known/m],
    [(site) => Object.assign(site, { sip: { host: 'desk.local' } }), /sip\.host: must not be "desk\.local"/],
    [(site) => Object.assign(site, { sip: undefined }), /sip: must be an object/],
    [
      (site) => Object.assign((site.radio as object[])[0] ?? {}, { gateway: '10.1.0.5:5060' }),
      /radio\.gateway: 10\.1\.0\.5 is a trunk already/,
    ],
    [(site) => Object.assign((site.radio as object[])[1] ?? {}, { gateway: '10.1.0.8:1' }), /gateway or register/],
    [(site) => Object.assign((site.radio as object[])[0] ?? {}, { media: ['10.1.0.0/24'] }), /radio\[0\]\.media\[0\]/],
    [(site) => Object.assign((site.radio as object[])[1] ?? {}, { campus: 'east' }), /radio: there is no campus east/],
    [
      (site) => Object.assign(site, { sip: { host: '127.0.0.1' } }),
      /sip\.host: 10\.1\.0\.5:5060 cannot reach 127\.0\.0\.1/,
    ],
    [(site) => Object.assign((site.trunks as object[])[1] ?? {}, { from: ['10.2.0.500'] }), /trunks\[1\]\.from\[0\]: /],
    [(site) => Object.assign((site.trunks as object[])[1] ?? {}, { from: ['10.1.0.5/32'] }), /trunks\.from: .* twice/],
    [
      (site) => Object.assign((site.trunks as object[])[0] ?? {}, { gateway: '10.1.0.5' }),
      /trunks\[0\]\.gateway: .*ip:port/,
    ],
    [(site) => Object.assign((site.trunks as object[])[0] ?? {}, { campus: 'west' }), /there is no campus west/],
    [(site) => Object.assign((site.trunks as object[])[0] ?? {}, { outside: '9;x' }), /trunks\[0\]\.outside: /],
    [(site) => Object.assign((site.trunks as object[])[0] ?? {}, { wards: ['X.'] }), /trunks\[0\]\.wards\[0\]/],
    [
      (site) => Object.assign((site.lines as object[])[0] ?? {}, { numbers: { old: 8001 } }),
      /lines\[0\]\.numbers\.old: /,
    ],
    [
      (site) => Object.assign((site.lines as object[])[0] ?? {}, { numbers: { east: '8001' } }),
      /numbers\.east: is not known/,
    ],
    [
      (site) => Object.assign((site.lines as object[])[0] ?? {}, { numbers: { old: '8002' } }),
      /lines\.numbers\.old: 8002 .*twice/,
    ],
    [(site) => Object.assign(site, { handset: 'd8121' }), /deskPhones: d8121 .*twice/],
    [(site) => Object.assign(site, { mobiles: ['110'] }), /mobiles\[0\]: /],
    [(site) => Object.assign(site, { timeZone: 'Mars' }), /timeZone: /],
    [(site) => Object.assign(site, { rtp: { start: 10_000, end: 10_010 } }), /rtp: fewer/],
    [(site) => Object.assign(site, { seconds: { queue: 0 } }), /seconds\.queue: /],
    [(site) => Object.assign(site, { campuses: [] }), /campuses: must be a list/],
  ]
  for (const [change, why] of wrong) t.match(problemsOf(change), why, String(why))
  t.throws(() => readSite('{ "hospital": '), { name: 'SiteRefused', message: /JSON: / })
})

t.test('no file, however wrong, is more than refused, and nothing of it breaks out of Asterisk’s files', async (t) => {
  const wild = fc.anything({ maxDepth: 4 }).map((value) => ({ ...EXAMPLE, ...(value as object) }))
  const outcome = fc.check(
    fc.property(fc.oneof(wild, fc.anything()), (value) => {
      try {
        readSite(JSON.stringify(value) ?? '')
      } catch (error) {
        return error instanceof SiteRefused
      }
      return true
    }),
    { numRuns: 500 },
  )
  t.notOk(outcome.failed, JSON.stringify(outcome.counterexample))
  for (const bad of ['it\nexten => _X.,1,System(id)', 'it]', 'it;', 'a b'])
    t.match(
      problemsOf((site) => Object.assign((site.lines as object[])[0] ?? {}, { code: bad })),
      /lines\[0\]\.code/,
    )
})

t.test('what Asterisk’s container runs needs no package', async (t) => {
  const imports = [...readFileSync(new URL('site.ts', import.meta.url), 'utf8').matchAll(/from '([^']+)'/g)]
  for (const [, from] of imports) t.match(from, /^node:/)
})
