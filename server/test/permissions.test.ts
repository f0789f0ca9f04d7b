/**
 * The permission matrix: every door of the desk, every role, a thing within the person's campus and line and one beyond
 * it. A door that is not stated here fails the test, and so does one stated that is not there.
 */
import t from 'tap'
import type { Role } from '../wire/words.ts'
import type { House } from './house.ts'
import { DOORS, ELSEWHERE, ROLES } from './permissions.ts'
import { idFor, things, wholeDesk } from './whole-desk.ts'

const SCOPES = { within: { campus: 'new', line: 'it' }, beyond: { campus: 'old', line: 'logistics' } } as const
type Where = keyof typeof SCOPES

const word = (status: number) =>
  status === 401 ? 'signed-out' : status === 403 ? 'no' : status === 404 ? 'hidden' : 'yes'

t.test(
  'every door is stated, for every role, within a person’s campus and line and beyond',
  { timeout: 240_000 },
  async (t) => {
    const desk = await wholeDesk(t)
    const doors = desk.app.doors.map(({ method, url }) => `${method} ${url}`)
    const stated = [...Object.keys(DOORS), ...Object.keys(ELSEWHERE)].map((door) => door.split('?')[0] ?? '')
    t.same(
      doors.filter((door) => !stated.includes(door)),
      [],
      'no door without a row',
    )
    t.same(
      stated.filter((door) => !doors.includes(door)),
      [],
      'no row without a door',
    )

    const here = { within: await things(desk.db, SCOPES.within), beyond: await things(desk.db, SCOPES.beyond) }
    const people = {} as Record<Role, Awaited<ReturnType<House['someone']>>>
    for (const role of ROLES) people[role] = await desk.someone({ role, ...SCOPES.within })
    await desk.db('stations').insert({ code: 'b1999', pbx_id: 1, kind: 'browser', person_id: people.agent.personId })

    /** Whatever a door answers, ids of what this role may not see are not in it. */
    const showsOnly = (answer: unknown, role: Role, door: string) => {
      const text = JSON.stringify(answer)
      const hidden =
        role === 'auditor' ? [] : role === 'agent' || role === 'supervisor' ? [here.beyond] : [here.within, here.beyond]
      const shown = hidden.flatMap(({ callId, ticketId, callbackId, recordingId }) => [
        callId,
        ticketId,
        callbackId,
        recordingId,
      ])
      t.notOk(
        shown.some((id) => text.includes(id)),
        `${door}: ${role} is shown nothing beyond their rights`,
      )
    }

    for (const [door, { says, body }] of Object.entries(DOORS)) {
      const [method = '', pattern = ''] = door.split(' ')
      const found: string[] = []
      const ask = async (role: Role | undefined, where: Where) => {
        const thing = here[where]
        const path = pattern
          .replace(':id', idFor(pattern, thing))
          .replace(':line', thing.line)
          .replace(':code', thing.unit)
        const sent = body?.(thing) ?? (method === 'GET' || method === 'DELETE' ? undefined : {})
        const reply = role ? await people[role].ask(method, path, sent) : await desk.ask(method, path, sent)
        if (reply.status === 400 || reply.status === 500)
          t.fail(`${door} as ${role}: ${reply.status} ${JSON.stringify(reply.body)}`)
        if (role && method === 'GET') showsOnly(reply.body, role, door)
        return word(reply.status)
      }
      t.equal(await ask(undefined, 'within'), 'signed-out', `${door}: closed to whoever is signed out`)
      for (const role of ROLES) {
        const [within, beyond] = [await ask(role, 'within'), await ask(role, 'beyond')]
        found.push(within === beyond ? within : `${within}/${beyond}`)
      }
      t.equal(found.join(' '), says, door)
    }
  },
)
