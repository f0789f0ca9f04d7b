/** Whose call for help it is, as it is kept and written on its ticket: on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import t from 'tap'
import { house } from '../../test/house.ts'
import { radioDesk } from '../../test/radio-house.ts'
import type { Emergency } from '../engine/words.ts'
import { openTicketForEmergency } from '../following.ts'
import { organisationOf } from '../overs/store.ts'
import { DEMO_PORTS, seedRadio } from '../ports/seed-store.ts'
import { insertEmergency, readEmergencies } from './store.ts'

t.test('a call for help is of who holds the handheld; a number none has is not the one whose code it is', async (t) => {
  const { db, someone } = await house(t)
  await seedRadio(db, { demo: true, ports: DEMO_PORTS })
  const known = await db('radio_units').where({ code: '01' }).first('alias')

  const raised = async (who: Pick<Emergency, 'unit' | 'raw'>) => {
    const id = randomUUID()
    const raisedAt = Date.now()
    const none = { talker: null, overId: null, ackedAt: null, ackedBy: null }
    const events = await db.transaction(async (tx) => {
      await insertEmergency(tx, { id, port: 'old', raisedAt, ...none, ...who }, 'unit_code')
      const at = new Date(raisedAt)
      await openTicketForEmergency(tx, {
        type: 'radio.emergency-raised',
        emergencyId: id,
        port: 'old',
        unit: who.unit,
        at,
      })
      return readEmergencies(tx, await organisationOf(tx), [id])
    })
    const [shown] = events
    const { what } = await db('tickets').where({ id: shown?.ticketId }).first('what')
    return { shown, what }
  }

  const ofOne = await raised({ unit: '01', raw: null })
  t.match(ofOne, { shown: { unit: '01', talker: { unit: '01', name: known.alias } }, what: /· 01/ })
  const lin = await someone({ role: 'engineer' })
  await db('radio_holders').where({ unit: '01' }).delete()
  await db('radio_holders').insert({
    person_id: lin.personId,
    unit: '01',
    during: db.raw(`tstzrange(now() - interval '1 hour', null)`),
  })
  const held = await raised({ unit: '01', raw: null })
  t.match(held.shown, { talker: { unit: '01', personId: lin.personId } }, 'whoever holds it')
  t.match(held.what, `${held.shown?.talker?.name} · 01 号机`)
  const torn = await raised({ unit: null, raw: '01' })
  t.match(torn.shown, { unit: null, raw: '01', talker: { unit: null, name: '01', how: 'unknown', confidence: 0 } })
  t.match(torn.what, '未登记的号码 01')
})

t.test('an agent calls for help for a handheld; a number that none has is told as that number', async (t) => {
  const { someone, db } = await radioDesk(t)
  const agent = await someone({ role: 'agent', campus: 'old' })
  const raise = async (unit?: string) => {
    const { status, body } = await agent.ask('POST', '/api/radio/emergencies', { port: 'old', ...(unit && { unit }) })
    t.equal(status, 200, 'nobody in danger is refused for a wrong number')
    for (const until = Date.now() + 5_000; Date.now() < until; await new Promise((next) => setTimeout(next, 50))) {
      const [shown] = await readEmergencies(db, await organisationOf(db as never), [body.emergencyId])
      if (shown) return shown
    }
    throw new Error('not kept')
  }
  t.match(await raise('01'), { unit: '01', raw: null })
  t.match(await raise('99'), { unit: null, raw: '99', talker: { unit: null, how: 'unknown', confidence: 0 } })
  // A handheld of a campus whose radio this agent does not hear: who holds it is not theirs to know.
  t.match(await raise('02'), { unit: null, raw: '02' })
  t.match(await raise(), { unit: null, raw: null })
})
